#include "base/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string_view>

namespace saiten {
namespace {

// All of it is read and written in a signal handler, so nothing here may lock.
std::atomic<int> depth = 0;
std::atomic<int> asked = 0;
std::atomic<bool> done = false;
std::atomic<bool> resume = false;
std::atomic<Language> message_language = Language::kEnglish;
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<Language>::is_always_lock_free);

[[noreturn]] void End(int signal) {
  const bool ja = message_language == Language::kJapanese;
  std::string_view text =
      ja ? "\nsaiten: 中断しました。何も変更していません\n" : "\nsaiten: interrupted; nothing was changed\n";
  if (resume) {
    text = ja ? "\nsaiten: 中断しました。何も変更していません。`saiten run --resume`で同じ時点のまま続けられます\n"
              : "\nsaiten: interrupted; nothing was changed. `saiten run --resume` goes on with the same time\n";
  }
  if (done) {
    text = ja ? "\nsaiten: 中断しましたが、書き込みは終わっていました\n"
              : "\nsaiten: interrupted, but everything had been written by then\n";
  }
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
  _exit(128 + signal);
}

extern "C" void OnSignal(int signal) {
  if (depth > 0 && asked.exchange(signal) == 0) return;
  End(signal);
}

}  // namespace

void HandleSignals() {
  struct sigaction action{};
  action.sa_handler = OnSignal;
  // A read or write under way goes on after a signal that only asks.
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (int signal : {SIGINT, SIGTERM}) {
    // What the caller has switched off (nohup, a job in the background of a script) stays off.
    struct sigaction before{};
    if (sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    sigaction(signal, &action, nullptr);
  }
  ::signal(SIGXFSZ, SIG_IGN);
  ::signal(SIGPIPE, SIG_IGN);
}

void SetSignalLanguage(Language language) { message_language = language; }

void OfferResume(bool offer) { resume = offer; }

StopScope::StopScope() { ++depth; }

StopScope::~StopScope() {
  if (--depth == 0 && asked != 0) End(asked);
}

bool StopScope::Asked() { return asked.load(std::memory_order_relaxed) != 0; }

void StopScope::Done() { done = true; }

bool StopScope::AllDone() { return done; }

}  // namespace saiten
