#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/parse_status.h"
#include "runtime/zone.h"

// Dates, times, truth values and sets as data spells them (sem N2b), and back. Spaces around a value are ignored.
// Results are written only on kOk.
namespace saiten::rt {

// `2026-04-01`, `2026/04/01`, `2026/4/1`: days since 1970-01-01, years 0001..9999.
ParseStatus ParseDate(std::string_view text, int64_t* day);

// A time: ISO 8601 with `T` or a space, seconds and fractions optional, with or without `Z` or an offset; a date alone
// (local midnight); or a number (InstantFromNumber). UTC microseconds; digits after the sixth are cut. A time without a
// zone is read in `zone`, kNeedsZone where that is null.
ParseStatus ParseInstant(std::string_view text, const Zone* zone, int64_t* instant);

// Unix time: seconds if the size is below 10^11, else milliseconds.
ParseStatus InstantFromNumber(int64_t number, int64_t* instant);
ParseStatus InstantFromDouble(double number, int64_t* instant);

// `09:00`, `9:00`, `09:00:01`: microseconds since midnight, below 24:00.
ParseStatus ParseClock(std::string_view text, int64_t* clock);

// An elapsed time as rules write it: `30 days`, `72h`, `1h 30m`, `2 weeks 3 days`, with `-` in front for a negative
// one; microseconds, a day is 24 hours. Months and longer have no fixed length: kSyntax.
ParseStatus ParseElapsed(std::string_view text, int64_t* micros);

// `1 0 true false yes no y n t f はい いいえ` in any case.
ParseStatus ParseBool(std::string_view text, bool* value);

// The members of a set: a JSON array of texts, numbers or truth values, or text split at `;`. Members are trimmed,
// empty and null ones left out; `[]` is the empty set, which is known.
ParseStatus ParseSet(std::string_view text, std::vector<std::string>* members);

// `2026-04-01`.
std::string FormatDate(int64_t day);
// `09:00:01`, with a fraction only where there is one.
std::string FormatClock(int64_t clock);
// `2026-04-01T09:00:00+09:00` on the clock of `zone`, `...Z` in UTC; ParseInstant reads the same instant back.
std::string FormatInstant(int64_t instant, const Zone& zone);

}  // namespace saiten::rt
