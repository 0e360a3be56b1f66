#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

// JSON, read and written in one place: the library's reader and writer are templates that cost each file that calls
// them seconds to compile.
namespace saiten {

// Members stay in the order in which they were added.
using Json = nlohmann::ordered_json;

// The value that `text` spells; `is_discarded()` where it spells none.
Json ParseJson(std::string_view text);

// As one line without a line end; bytes that are no UTF-8 are written as U+FFFD.
std::string JsonLine(const Json& json);
// The same in ASCII alone: every other character as \uXXXX.
std::string JsonAscii(const Json& json);
// Two spaces a level and a line end: what `--json` prints.
std::string JsonPage(const Json& json);

}  // namespace saiten
