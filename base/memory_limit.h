#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/words.h"

// Memory that the system does not give: the process ends with 2 and a sentence, never with an abort. What is half
// written to a database then undoes itself when the database is opened next, as after a kill.
namespace saiten {

// "512M", "2G", "800000K", "1.5G": bytes, in powers of 1024. Nothing if it is no size or under 24 MB, in which nothing
// can run.
std::optional<uint64_t> ParseMemorySize(std::string_view text);

// From now on `new` that fails ends the process as said above, in `language`. Called by main, again when the language
// is known.
void HandleNoMemory(Language language);

// From now on the process may hold no more than that in memory of its own: heap, stacks of threads, machine code and
// changed pages of mapped files. Files that are only read do not count: the system takes their pages back. What does
// not fit ends the process with 2 and `what`, whether anything was changed, and `advice` (whole lines) on stderr, at
// any point of the work. Called once.
void LimitMemory(uint64_t bytes, const std::string& what, const std::string& advice, Language language);

// For libraries that report it in another way than `new`.
[[noreturn]] void EndForNoMemory();

// Memory that nobody has touched yet: a vector's would be filled with zeros first. Begins where a vector register and a
// line of the cache do; much of it in large pages, for which the system is asked: the first write to memory costs more
// than the values otherwise.
std::shared_ptr<void> NewMemory(size_t bytes);

// Makes the pages with these bytes writable for this process alone: of a file that is mapped privately they become
// copies when they are written, and count as its own from now on. Memory that was writable stays as it is.
void MakeWritable(const void* begin, size_t bytes);

}  // namespace saiten
