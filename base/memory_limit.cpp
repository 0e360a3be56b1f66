#include "base/memory_limit.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <new>

#include "base/check.h"
#include "base/interrupt.h"

namespace saiten {
namespace {

constexpr uint64_t kLeast = uint64_t{24} << 20;

// Read when there is no memory to make anything: before and after the work is in place.
struct Sentences {
  std::string before;
  std::string after;
};
Sentences sentences;

Sentences Compose(const std::string& what, const std::string& advice, Language language) {
  const bool ja = language == Language::kJapanese;
  return {.before = "saiten: " + what + (ja ? "。何も変更していません\n" : "; nothing was changed\n") + advice,
          .after = "saiten: " + what +
                   (ja ? "が、書き込みは終わっていました\n" : ", but everything had been written by then\n") + advice};
}

}  // namespace

void EndForNoMemory() {
  const std::string& text = StopScope::AllDone() ? sentences.after : sentences.before;
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
  _exit(2);
}

std::optional<uint64_t> ParseMemorySize(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || !(number >= 0)) return std::nullopt;
  std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  for (std::string_view tail : {"iB", "B", "b"}) {
    if (unit.size() > tail.size() && unit.ends_with(tail)) {
      unit.remove_suffix(tail.size());
      break;
    }
  }
  int shift = 0;
  if (unit == "K" || unit == "k") shift = 10;
  if (unit == "M" || unit == "m") shift = 20;
  if (unit == "G" || unit == "g") shift = 30;
  if (unit == "T" || unit == "t") shift = 40;
  if (shift == 0 && !unit.empty() && unit != "B") return std::nullopt;
  const double bytes = number * static_cast<double>(uint64_t{1} << shift);
  if (bytes < static_cast<double>(kLeast) || bytes > 1e18) return std::nullopt;
  return static_cast<uint64_t>(bytes);
}

void HandleNoMemory(Language language) {
  sentences =
      Compose(language == Language::kJapanese ? "メモリーが足りません" : "there is not enough memory", "", language);
  std::set_new_handler(EndForNoMemory);
}

void LimitMemory(uint64_t bytes, const std::string& what, const std::string& advice, Language language) {
  sentences = Compose(what, advice, language);
  std::set_new_handler(EndForNoMemory);
  rlimit limit{};
  getrlimit(RLIMIT_DATA, &limit);
  limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? bytes : std::min<rlim_t>(bytes, limit.rlim_max);
  setrlimit(RLIMIT_DATA, &limit);
}

std::shared_ptr<void> NewMemory(size_t bytes) {
  constexpr size_t kLine = 64;
  constexpr size_t kHugePage = size_t{2} << 20;
  const size_t align = bytes < kHugePage ? kLine : kHugePage;
  const size_t whole = (std::max<size_t>(bytes, 1) + align - 1) / align * align;
  void* const memory = std::aligned_alloc(align, whole);
  if (memory == nullptr) EndForNoMemory();
  if (align == kHugePage) madvise(memory, whole, MADV_HUGEPAGE);  // only a hint
  return {memory, [](void* at) { std::free(at); }};
}

void MakeWritable(const void* begin, size_t bytes) {
  if (bytes == 0) return;
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const uintptr_t first = reinterpret_cast<uintptr_t>(begin) / page * page;
  const uintptr_t end = reinterpret_cast<uintptr_t>(begin) + bytes;
  if (mprotect(reinterpret_cast<void*>(first), end - first, PROT_READ | PROT_WRITE) == 0) return;
  SAITEN_CHECK(errno == ENOMEM);
  EndForNoMemory();
}

}  // namespace saiten
