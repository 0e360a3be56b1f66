#include "tools/cli/progress.h"

#include <chrono>
#include <cstdio>

#include <fmt/format.h>

#include "driver/format.h"

namespace saiten::cli {
namespace {

using Phase = driver::Progress::Phase;

std::string_view Word(Phase phase, driver::Language language) {
  switch (phase) {
    case Phase::kLoad:
      return driver::In(language, "rows read", "行を読み込み");
    case Phase::kCompute:
      return driver::In(language, "records computed", "件を計算");
    case Phase::kWrite:
      return driver::In(language, "rows written", "行を書き込み");
  }
  return {};
}

}  // namespace

ProgressLine::ProgressLine(Console& console) : console_(console) {
  if (console.progress()) thread_ = std::thread([this] { Loop(); });
}

ProgressLine::~ProgressLine() { Stop(); }

driver::Progress ProgressLine::progress() {
  return {[this](Phase phase, uint64_t done) {
    // Threads report in any order; the largest number of a phase is where it stands.
    if (phase_.exchange(static_cast<int>(phase)) != static_cast<int>(phase)) done_ = 0;
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

void ProgressLine::Loop() {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  const auto pace = console_.tty_err() ? std::chrono::milliseconds(200) : std::chrono::milliseconds(10'000);
  const auto first = console_.tty_err() ? std::chrono::milliseconds(1'000) : pace;
  std::unique_lock lock(mutex_);
  for (Clock::time_point next = start + first; !wake_.wait_until(lock, next, [this] { return stop_; }); next += pace) {
    Show(std::chrono::duration<double>(Clock::now() - start).count());
  }
}

void ProgressLine::Show(double seconds) {
  const int phase = phase_;
  if (phase < 0) return;
  const std::string line = fmt::format("{} {}, {:.0f} s", diag::WithThousands(done_.load()),
                                       Word(static_cast<Phase>(phase), console_.language()), seconds);
  if (console_.tty_err()) {
    std::fputs(("\r" + line + "\x1b[K").c_str(), stderr);
    shown_ = true;
  } else {
    console_.Info(line);
  }
}

}  // namespace saiten::cli
