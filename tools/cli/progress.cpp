#include "tools/cli/progress.h"

#include <chrono>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>

#include "base/parallel.h"
#include "driver/format.h"

namespace saiten::cli {
namespace {

using Phase = driver::Progress::Phase;

std::string_view Word(Phase phase, driver::Language language) {
  switch (phase) {
    case Phase::kLoad:
      return driver::In(language, "rows read", "行を読み込み");
    case Phase::kAutomation:
      return driver::In(language, "steps of workflows done", "件のワークフローのステップを処理");
    case Phase::kCompute:
      return driver::In(language, "records computed", "件を計算");
    case Phase::kWrite:
      return driver::In(language, "rows written", "行を書き込み");
  }
  return {};
}

// "9 s", "4 min", "2 h 10 min".
std::string Duration(double seconds, driver::Language language) {
  const int64_t whole = std::llround(seconds);
  if (whole < 100) return fmt::format(fmt::runtime(driver::In(language, "{} s", "{}秒")), whole);
  const int64_t minutes = (whole + 30) / 60;
  if (minutes < 100) return fmt::format(fmt::runtime(driver::In(language, "{} min", "{}分")), minutes);
  return fmt::format(fmt::runtime(driver::In(language, "{} h {} min", "{}時間{}分")), minutes / 60, minutes % 60);
}

// Two digits: a rate jumps about.
uint64_t Rounded(double value) {
  uint64_t unit = 1;
  while (value / static_cast<double>(unit) >= 100) unit *= 10;
  return static_cast<uint64_t>(std::llround(value / static_cast<double>(unit))) * unit;
}

}  // namespace

std::string ProgressWords(Phase phase, uint64_t done, uint64_t total, double seconds, driver::Language language) {
  // A total that turns out too small is none.
  const bool known = total > 0 && done <= total;
  std::string line = known ? fmt::format(fmt::runtime(driver::In(language, "{} of {} {} ({} %)", "{}/{}{}({} %)")),
                                         diag::WithThousands(done), diag::WithThousands(total), Word(phase, language),
                                         done * 100 / total)
                           : fmt::format(fmt::runtime(driver::In(language, "{} {}", "{}{}")), diag::WithThousands(done),
                                         Word(phase, language));
  if (seconds < 0.5 || done == 0) return line;
  const double rate = static_cast<double>(done) / seconds;
  line += fmt::format(fmt::runtime(driver::In(language, ", {}/s", "、毎秒{}")), diag::WithThousands(Rounded(rate)));
  if (known) {
    line += fmt::format(fmt::runtime(driver::In(language, ", {} left", "、残り{}")),
                        Duration(static_cast<double>(total - done) / rate, language));
  }
  return line;
}

ProgressLine::ProgressLine(Console& console) : console_(console) {
  if (console.progress()) thread_ = TryThread([this] { Loop(); });
}

ProgressLine::~ProgressLine() { Stop(); }

driver::Progress ProgressLine::progress() {
  return {[this](Phase phase, uint64_t done, uint64_t total) {
    // Threads report in any order; the largest number of a phase is where it stands.
    if (phase_.exchange(static_cast<int>(phase)) != static_cast<int>(phase)) {
      done_ = 0;
      since_ = std::chrono::steady_clock::now();
    }
    total_ = total;
    uint64_t before = done_;
    while (done > before && !done_.compare_exchange_weak(before, done)) {
    }
  }};
}

void ProgressLine::Stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
  if (shown_ && console_.tty_err()) std::fputs("\r\x1b[K", stderr);
}

void ProgressLine::Clear() {
  const std::lock_guard lock(mutex_);
  if (shown_ && console_.tty_err()) std::fputs("\r\x1b[K", stderr);
  shown_ = false;
}

store::CacheOptions CacheOptionsOf(Context& context, ProgressLine& line) {
  store::CacheOptions options;
  options.note = [&](const Text& text) {
    line.Clear();
    context.console().Info(text.In(context.language()));
  };
  options.warning = [&](const Text& text) {
    line.Clear();
    context.console().Warn(text.In(context.language()));
  };
  return options;
}

void ProgressLine::Loop() {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  const auto pace = console_.tty_err() ? std::chrono::milliseconds(200) : std::chrono::milliseconds(10'000);
  const auto first = console_.tty_err() ? std::chrono::milliseconds(1'000) : pace;
  std::unique_lock lock(mutex_);
  for (Clock::time_point next = start + first; !wake_.wait_until(lock, next, [this] { return stop_; }); next += pace) {
    Show();
  }
}

void ProgressLine::Show() {
  const int phase = phase_;
  if (phase < 0) return;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - since_.load()).count();
  const std::string line = ProgressWords(static_cast<Phase>(phase), done_, total_, seconds, console_.language());
  if (console_.tty_err()) {
    std::fputs(("\r" + line + "\x1b[K").c_str(), stderr);
    shown_ = true;
  } else {
    console_.Info(line);
  }
}

}  // namespace saiten::cli
