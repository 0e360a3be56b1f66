#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

// The payload of an action, and texts that come from outside.
namespace saiten::outbox {

// A field as text; empty where it is not there.
std::string TextOf(const Json& payload, std::string_view name);
// A field as a whole number, 0 where it is none; and as several with commas between.
int64_t NumberOf(const Json& payload, std::string_view name);
std::vector<int64_t> NumbersOf(const Json& payload, std::string_view name);

// Well-formed UTF-8: what is none becomes U+FFFD, control characters but line ends and tabs become blanks.
std::string CleanText(std::string_view text);
// The same on one line.
std::string OneLine(std::string_view text);

}  // namespace saiten::outbox
