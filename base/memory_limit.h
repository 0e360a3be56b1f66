#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace saiten {

// "512M", "2G", "800000K", "1.5G": bytes, in powers of 1024. Nothing if it is no size or under 16 MB, in which nothing
// can run.
std::optional<uint64_t> ParseMemorySize(std::string_view text);

// From now on the process may hold no more than that in memory of its own: heap, stacks of threads, machine code and
// changed pages of mapped files. Files that are only read do not count: the system takes their pages back. What does
// not fit ends the process with 2 and `message` on stderr, at any point of the work; databases undo what was half
// written. Called once.
void LimitMemory(uint64_t bytes, std::string message);

}  // namespace saiten
