#include "base/cut_file.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace saiten {
namespace {

// All of it is read in a signal handler, so nothing here may lock.
struct Range {
  std::atomic<bool> taken = false;
  std::atomic<uintptr_t> begin = 0;
  std::atomic<uintptr_t> end = 0;
};
std::array<Range, 64> ranges;
std::atomic<Language> warning_language = Language::kEnglish;
std::atomic<bool> results_are_kept = false;

std::string_view Sentence() {
  if (warning_language == Language::kJapanese) {
    return results_are_kept
               ? "\nsaiten: データベースの横の「.saiten」フォルダーのファイルが、使用中に切り詰められたか、"
                 "ディスクから読めなくなりました。今回の実行結果はデータベースに保存済みで、データベースは壊れていませ"
                 "ん\n"
                 "  そのファイルは次の実行で作り直されます\n"
               : "\nsaiten: データベースの横の「.saiten」フォルダーのファイルが、使用中に切り詰められたか、"
                 "ディスクから読めなくなりました。データベースは壊れていません\n"
                 "  もう一度実行してください。そのファイルは作り直されます\n";
  }
  return results_are_kept
             ? "\nsaiten: a file in the folder `.saiten` beside the database was cut short while it was in use, or its "
               "disk cannot be read; the results of this run are in the database, which is whole\n"
               "  the next run makes that file anew\n"
             : "\nsaiten: a file in the folder `.saiten` beside the database was cut short while it was in use, or its "
               "disk cannot be read; the database is whole\n"
               "  run the command again: that file is made anew\n";
}

static_assert(std::atomic<uintptr_t>::is_always_lock_free && std::atomic<Language>::is_always_lock_free);

extern "C" void OnBusError(int signal, siginfo_t* info, void*) {
  const auto at = reinterpret_cast<uintptr_t>(info->si_addr);
  for (const Range& range : ranges) {
    if (at < range.begin || at >= range.end) continue;
    const std::string_view text = Sentence();
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
    _exit(2);
  }
  // Not ours: what would have happened without a handler happens when the instruction is tried again.
  ::signal(signal, SIG_DFL);
}

}  // namespace

void HandleCutFiles() {
  struct sigaction action{};
  action.sa_sigaction = OnBusError;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, nullptr);
}

void SetCutFileLanguage(Language language) { warning_language = language; }
void SayResultsAreKept() { results_are_kept = true; }

MappingNote::MappingNote(const void* begin, size_t size) {
  for (size_t i = 0; i < ranges.size(); ++i) {
    if (ranges[i].taken.exchange(true)) continue;
    ranges[i].begin = reinterpret_cast<uintptr_t>(begin);
    ranges[i].end = reinterpret_cast<uintptr_t>(begin) + size;
    place_ = static_cast<int>(i);
    return;
  }
}

MappingNote::~MappingNote() {
  if (place_ < 0) return;
  Range& range = ranges[static_cast<size_t>(place_)];
  range.end = 0;
  range.taken = false;
}

}  // namespace saiten
