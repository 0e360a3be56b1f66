#include "runtime/time_parse.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

#include "runtime/civil.h"
#include "runtime/decimal.h"
#include "runtime/trim.h"

namespace saiten::rt {

namespace {

constexpr int64_t kFirstMillisecond = 100'000'000'000;  // numbers from here on are milliseconds (sem N2b)

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Reads from the front of a text. A reader that returns false leaves the text in no particular state.
struct Reader {
  std::string_view rest;

  bool done() const { return rest.empty(); }
  bool Take(char c) {
    if (rest.empty() || rest[0] != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  // Between `least` and `most` digits.
  bool Digits(size_t least, size_t most, int64_t* value) {
    size_t count = 0;
    int64_t number = 0;
    while (count < most && count < rest.size() && IsDigit(rest[count])) number = number * 10 + (rest[count++] - '0');
    if (count < least) return false;
    rest.remove_prefix(count);
    *value = number;
    return true;
  }

  // What follows `.` or `,` as millionths; digits after the sixth are cut.
  bool Fraction(int64_t* micros) {
    *micros = 0;
    if (rest.empty() || (rest[0] != '.' && rest[0] != ',')) return true;
    size_t count = 1;
    int64_t unit = 100'000;
    for (; count < rest.size() && IsDigit(rest[count]); ++count, unit /= 10) *micros += (rest[count] - '0') * unit;
    if (count == 1) return false;
    rest.remove_prefix(count);
    return true;
  }
};

// year-month-day or year/month/day; one-digit months and days only behind `/`, as spreadsheets write them.
ParseStatus ReadDate(Reader* in, int64_t* day) {
  int64_t year = 0;
  int64_t month = 0;
  int64_t day_of_month = 0;
  if (!in->Digits(4, 4, &year)) return ParseStatus::kSyntax;
  const char separator = in->Take('/') ? '/' : '-';
  if (separator == '-' && !in->Take('-')) return ParseStatus::kSyntax;
  const size_t least = separator == '/' ? 1 : 2;
  if (!in->Digits(least, 2, &month) || !in->Take(separator) || !in->Digits(least, 2, &day_of_month)) {
    return ParseStatus::kSyntax;
  }
  if (year < 1 || month < 1 || month > 12) return ParseStatus::kOutOfRange;
  if (day_of_month < 1 || day_of_month > DaysInMonth(year, static_cast<int>(month))) return ParseStatus::kOutOfRange;
  *day = DaysFromCivil(year, static_cast<int>(month), static_cast<int>(day_of_month));
  return ParseStatus::kOk;
}

ParseStatus ReadClock(Reader* in, int64_t* clock) {
  int64_t hour = 0;
  int64_t minute = 0;
  int64_t second = 0;
  int64_t micros = 0;
  if (!in->Digits(1, 2, &hour) || !in->Take(':') || !in->Digits(2, 2, &minute)) return ParseStatus::kSyntax;
  if (in->Take(':') && (!in->Digits(2, 2, &second) || !in->Fraction(&micros))) return ParseStatus::kSyntax;
  if (hour > 23 || minute > 59 || second > 59) return ParseStatus::kOutOfRange;
  *clock = hour * kMicrosPerHour + minute * kMicrosPerMinute + second * kMicrosPerSecond + micros;
  return ParseStatus::kOk;
}

// `Z`, `+09:00`, `+0900`, `+09`, `+09:18:59`; `*present` is false where nothing stands.
ParseStatus ReadOffset(Reader* in, bool* present, int64_t* offset) {
  *present = true;
  *offset = 0;
  if (in->Take('Z') || in->Take('z')) return ParseStatus::kOk;
  const bool west = in->Take('-');
  if (!west && !in->Take('+')) {
    *present = false;
    return ParseStatus::kOk;
  }
  int64_t hours = 0;
  int64_t minutes = 0;
  int64_t seconds = 0;
  if (!in->Digits(2, 2, &hours)) return ParseStatus::kSyntax;
  const bool colon = in->Take(':');
  if ((colon || !in->done()) && !in->Digits(2, 2, &minutes)) return ParseStatus::kSyntax;
  if (colon && in->Take(':') && !in->Digits(2, 2, &seconds)) return ParseStatus::kSyntax;
  if (hours > 23 || minutes > 59 || seconds > 59) return ParseStatus::kOutOfRange;
  *offset = hours * kMicrosPerHour + minutes * kMicrosPerMinute + seconds * kMicrosPerSecond;
  if (west) *offset = -*offset;
  return ParseStatus::kOk;
}

// A number of seconds or milliseconds: its sign, its whole part and the millionths behind it.
ParseStatus FromUnix(bool negative, int64_t whole, int64_t millionths, int64_t* instant) {
  const bool seconds = whole < kFirstMillisecond;
  if (!seconds && whole > kMaxInstant / 1'000) return ParseStatus::kOutOfRange;
  const int64_t size = seconds ? whole * kMicrosPerSecond + millionths : whole * 1'000 + millionths / 1'000;
  const int64_t at = negative ? -size : size;
  if (at < kMinInstant || at > kMaxInstant) return ParseStatus::kOutOfRange;
  *instant = at;
  return ParseStatus::kOk;
}

ParseStatus ReadUnix(std::string_view text, int64_t* instant) {
  Reader in{text};
  const bool negative = in.Take('-');
  int64_t whole = 0;
  int64_t millionths = 0;
  if (!in.Digits(1, 18, &whole)) return ParseStatus::kSyntax;
  if (!in.Fraction(&millionths)) return ParseStatus::kSyntax;
  if (!in.done()) return IsDigit(in.rest[0]) ? ParseStatus::kOutOfRange : ParseStatus::kSyntax;
  return FromUnix(negative, whole, millionths, instant);
}

bool LooksLikeNumber(std::string_view text) {
  return text.find_first_not_of("-.0123456789") == text.npos && text.find('-', 1) == text.npos;
}

void AppendPadded(std::string* out, int64_t value, size_t width) {
  char digits[24];
  const char* end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
  const auto count = static_cast<size_t>(end - digits);
  if (count < width) out->append(width - count, '0');
  out->append(digits, count);
}

void AppendDate(std::string* out, int64_t day) {
  const Civil date = CivilFromDays(day);
  AppendPadded(out, date.year, 4);
  out->push_back('-');
  AppendPadded(out, date.month, 2);
  out->push_back('-');
  AppendPadded(out, date.day, 2);
}

void AppendClock(std::string* out, int64_t clock) {
  AppendPadded(out, clock / kMicrosPerHour, 2);
  out->push_back(':');
  AppendPadded(out, clock / kMicrosPerMinute % 60, 2);
  out->push_back(':');
  AppendPadded(out, clock / kMicrosPerSecond % 60, 2);
  const int64_t micros = clock % kMicrosPerSecond;
  if (micros == 0) return;
  out->push_back('.');
  AppendPadded(out, micros, 6);
  while (out->back() == '0') out->pop_back();
}

}  // namespace

ParseStatus ParseDate(std::string_view text, int64_t* day) {
  Reader in{Trim(text)};
  if (in.done()) return ParseStatus::kEmpty;
  int64_t result = 0;
  const ParseStatus status = ReadDate(&in, &result);
  if (!in.done() || status == ParseStatus::kSyntax) return ParseStatus::kSyntax;
  if (status == ParseStatus::kOk) *day = result;
  return status;
}

ParseStatus ParseInstant(std::string_view text, const Zone* zone, int64_t* instant) {
  Reader in{Trim(text)};
  if (in.done()) return ParseStatus::kEmpty;
  if (LooksLikeNumber(in.rest)) return ReadUnix(in.rest, instant);

  int64_t day = 0;
  int64_t clock = 0;
  int64_t offset = 0;
  bool has_offset = false;
  const ParseStatus date_status = ReadDate(&in, &day);
  if (date_status == ParseStatus::kSyntax) return date_status;
  ParseStatus clock_status = ParseStatus::kOk;
  ParseStatus offset_status = ParseStatus::kOk;
  if (!in.done()) {
    if (!in.Take('T') && !in.Take('t') && !in.Take(' ')) return ParseStatus::kSyntax;
    clock_status = ReadClock(&in, &clock);
    if (clock_status == ParseStatus::kSyntax) return clock_status;
    in.Take(' ');
    offset_status = ReadOffset(&in, &has_offset, &offset);
  }
  // A text that is no time at all is told from one that names a time which does not exist.
  if (!in.done() || offset_status == ParseStatus::kSyntax) return ParseStatus::kSyntax;
  for (ParseStatus status : {date_status, clock_status, offset_status}) {
    if (status != ParseStatus::kOk) return status;
  }
  const int64_t local = day * kMicrosPerDay + clock;
  if (!has_offset && zone == nullptr) return ParseStatus::kNeedsZone;
  *instant = has_offset ? local - offset : zone->ToInstant(local);
  return ParseStatus::kOk;
}

ParseStatus InstantFromNumber(int64_t number, int64_t* instant) {
  if (number < -kNumberMax) return ParseStatus::kOutOfRange;
  return FromUnix(number < 0, Abs(number), 0, instant);
}

ParseStatus InstantFromDouble(double number, int64_t* instant) {
  if (!std::isfinite(number)) return ParseStatus::kSyntax;
  if (std::fabs(number) >= 1e18) return ParseStatus::kOutOfRange;
  // The shortest decimal spelling is what was stored; the binary fraction would be off by a microsecond.
  char buffer[400];
  const auto [end, error] = std::to_chars(std::begin(buffer), std::end(buffer), number, std::chars_format::fixed);
  if (error != std::errc()) return ParseStatus::kOutOfRange;
  return ReadUnix(std::string_view(buffer, static_cast<size_t>(end - buffer)), instant);
}

ParseStatus ParseClock(std::string_view text, int64_t* clock) {
  Reader in{Trim(text)};
  if (in.done()) return ParseStatus::kEmpty;
  int64_t result = 0;
  const ParseStatus status = ReadClock(&in, &result);
  if (!in.done() || status == ParseStatus::kSyntax) return ParseStatus::kSyntax;
  if (status == ParseStatus::kOk) *clock = result;
  return status;
}

ParseStatus ParseElapsed(std::string_view text, int64_t* micros) {
  struct Unit {
    std::string_view name;
    int64_t seconds;
  };
  constexpr int64_t kDay = 86'400;
  static constexpr Unit kUnits[] = {{"s", 1},           {"second", 1},   {"seconds", 1}, {"m", 60},
                                    {"minute", 60},     {"minutes", 60}, {"h", 3600},    {"hour", 3600},
                                    {"hours", 3600},    {"day", kDay},   {"days", kDay}, {"week", 7 * kDay},
                                    {"weeks", 7 * kDay}};
  text = Trim(text);
  if (text.empty()) return ParseStatus::kEmpty;
  const bool negative = text.starts_with('-');
  if (negative) text = Trim(text.substr(1));
  bool saturated = false;
  int64_t sum = 0;
  while (!text.empty()) {
    int64_t count = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), count);
    if (end.ec == std::errc::result_out_of_range) return ParseStatus::kOutOfRange;
    if (end.ec != std::errc() || count < 0) return ParseStatus::kSyntax;
    text = Trim(text.substr(static_cast<size_t>(end.ptr - text.data())));
    size_t letters = 0;
    while (letters < text.size() && text[letters] >= 'a' && text[letters] <= 'z') ++letters;
    const auto unit = std::ranges::find(kUnits, text.substr(0, letters), &Unit::name);
    if (unit == std::end(kUnits)) return ParseStatus::kSyntax;
    sum = Add(sum, Mul(count, unit->seconds * kMicrosPerSecond, &saturated), &saturated);
    text = Trim(text.substr(letters));
  }
  if (saturated) return ParseStatus::kOutOfRange;
  *micros = negative ? -sum : sum;
  return ParseStatus::kOk;
}

std::string FormatDate(int64_t day) {
  std::string out;
  AppendDate(&out, day);
  return out;
}

std::string FormatClock(int64_t clock) {
  std::string out;
  AppendClock(&out, clock);
  return out;
}

std::string FormatInstant(int64_t instant, const Zone& zone) {
  std::string out;
  const int64_t offset = zone.OffsetAt(instant);
  const int64_t local = instant + offset;
  AppendDate(&out, DayOfLocal(local));
  out.push_back('T');
  AppendClock(&out, TimeOfLocal(local));
  if (&zone == Zone::Utc()) {
    out.push_back('Z');
    return out;
  }
  out.push_back(offset < 0 ? '-' : '+');
  const int64_t seconds = Abs(offset) / kMicrosPerSecond;
  AppendPadded(&out, seconds / 3'600, 2);
  out.push_back(':');
  AppendPadded(&out, seconds / 60 % 60, 2);
  if (seconds % 60 == 0) return out;
  out.push_back(':');
  AppendPadded(&out, seconds % 60, 2);
  return out;
}

}  // namespace saiten::rt
