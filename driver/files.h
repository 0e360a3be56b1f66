#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

// Files read and written whole.
namespace saiten::driver {

// The bytes of an ordinary file (links are followed). kIo with its name if it cannot be read, is a folder, pipe, device
// or socket, or has 1 GiB or more.
Result<std::string> ReadFile(const std::string& path);

// Writes a file whole or not at all: beside its place, then moved there. Links are followed, and an existing file keeps
// its rights. What is no ordinary file (a pipe, a device) is opened and written; a reader that goes away early is no
// failure. Standard output under another name is standard output. kRefused if a database lies there.
Status WriteFile(const std::string& path, std::string_view text);

// Whether WriteFile could be asked to write there, as far as it can be told without writing. Errors: as there.
Status CanWriteFile(const std::string& path);

}  // namespace saiten::driver
