#include "base/memory_limit.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <new>

namespace saiten {
namespace {

constexpr uint64_t kLeast = uint64_t{24} << 20;

// Read when there is no memory to make anything.
std::string words;

[[noreturn]] void OnNoMemory() {
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, words.data(), words.size());
  _exit(2);
}

}  // namespace

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

void LimitMemory(uint64_t bytes, std::string message) {
  words = std::move(message);
  std::set_new_handler(OnNoMemory);
  rlimit limit{};
  getrlimit(RLIMIT_DATA, &limit);
  limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? bytes : std::min<rlim_t>(bytes, limit.rlim_max);
  setrlimit(RLIMIT_DATA, &limit);
}

}  // namespace saiten
