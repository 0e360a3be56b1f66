#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/span.h"

// The syntax tree: what was written, nothing resolved. All nodes live in one Arena per file and are trivially
// destructible; text is NFC for names and as written for literals. A null pointer or an empty Name means that the part
// was missing and has been reported; passes skip it silently.
namespace saiten::ast {

struct Expr;

// An identifier as written, after NFC.
struct Name {
  std::string_view text;
  Span span;
  bool valid() const { return !text.empty(); }
};

// Units of durations and periods, from short to long.
enum class TimeUnit : uint8_t { kSecond, kMinute, kHour, kDay, kWeek, kMonth, kQuarter, kYear };

// `30 days`, `4 business days`, `72h`, `4 business hours`.
struct Duration {
  int64_t count = 0;
  TimeUnit unit = TimeUnit::kDay;
  bool business = false;
  Span span;
};

// What may stand behind the name of every declaration (language.md, Declarations).
struct Meta {
  const Expr* label = nullptr;  // TextLit without ${}
  std::string_view docs;        // the `///` lines above, joined by line ends
  std::string_view owner;
  int32_t review_by_days = INT32_MIN;  // days since 1970-01-01; INT32_MIN: not given
  std::span<const Name> tags;
};

}  // namespace saiten::ast
