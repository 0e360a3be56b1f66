#include "runtime/zone_rule.h"

#include "runtime/civil.h"

namespace saiten::rt {

namespace {

constexpr int64_t kSecondsPerDay = 86'400;

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsLetter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

// A cursor over the text of a rule; every reader returns false and stops the parse where the text is no rule.
struct RuleReader {
  std::string_view rest;

  bool Take(char c) {
    if (rest.empty() || rest[0] != c) return false;
    rest.remove_prefix(1);
    return true;
  }

  // "EST" or "<+09>"; the abbreviation itself is not used.
  bool Name() {
    size_t length = 0;
    if (Take('<')) {
      length = rest.find('>');
      if (length == std::string_view::npos) return false;
      rest.remove_prefix(length + 1);
      return true;
    }
    while (length < rest.size() && IsLetter(rest[length])) ++length;
    rest.remove_prefix(length);
    return length >= 3;
  }

  bool Number(int most, int* value) {
    if (rest.empty() || !IsDigit(rest[0])) return false;
    *value = 0;
    while (!rest.empty() && IsDigit(rest[0])) {
      *value = *value * 10 + (rest[0] - '0');
      if (*value > most) return false;
      rest.remove_prefix(1);
    }
    return true;
  }

  // [+-]hh[:mm[:ss]] in seconds; hours up to 167 as RFC 8536 allows.
  bool Clock(int64_t* seconds) {
    const bool negative = Take('-');
    if (!negative) Take('+');
    int hours = 0;
    int minutes = 0;
    int secs = 0;
    if (!Number(167, &hours)) return false;
    if (Take(':')) {
      if (!Number(59, &minutes)) return false;
      if (Take(':') && !Number(59, &secs)) return false;
    }
    *seconds = (hours * 60 + minutes) * 60 + secs;
    if (negative) *seconds = -*seconds;
    return true;
  }

  bool Date(RuleDate* date) {
    if (Take('M')) {
      date->kind = RuleDate::Kind::kMonthWeekDay;
      if (!Number(12, &date->month) || date->month < 1 || !Take('.')) return false;
      if (!Number(5, &date->week) || date->week < 1 || !Take('.')) return false;
      if (!Number(6, &date->day)) return false;
    } else if (Take('J')) {
      date->kind = RuleDate::Kind::kJulian;
      if (!Number(365, &date->day) || date->day < 1) return false;
    } else {
      date->kind = RuleDate::Kind::kDayOfYear;
      if (!Number(365, &date->day)) return false;
    }
    return !Take('/') || Clock(&date->second);
  }
};

}  // namespace

int64_t RuleDate::LocalSecond(int64_t year) const {
  int64_t date = 0;
  switch (kind) {
    case Kind::kJulian:
      date = DaysFromCivil(year, 1, 1) + day - 1 + (IsLeapYear(year) && day >= 60 ? 1 : 0);
      break;
    case Kind::kDayOfYear:
      date = DaysFromCivil(year, 1, 1) + day;
      break;
    case Kind::kMonthWeekDay: {
      const int64_t first = DaysFromCivil(year, month, 1);
      const int sunday_first = (static_cast<int>(WeekdayOf(first)) + 1) % 7;
      int in_month = (day - sunday_first + 7) % 7 + (week - 1) * 7;
      if (in_month >= DaysInMonth(year, month)) in_month -= 7;
      date = first + in_month;
      break;
    }
  }
  return date * kSecondsPerDay + second;
}

std::optional<ZoneRule> ZoneRule::Parse(std::string_view text) {
  RuleReader reader{text};
  ZoneRule rule;
  int64_t west = 0;
  if (!reader.Name() || !reader.Clock(&west)) return std::nullopt;
  rule.standard_offset = -west;
  if (reader.rest.empty()) return rule;

  rule.has_summer = true;
  if (!reader.Name()) return std::nullopt;
  rule.summer_offset = rule.standard_offset + 3600;
  if (!reader.rest.empty() && reader.rest[0] != ',') {
    if (!reader.Clock(&west)) return std::nullopt;
    rule.summer_offset = -west;
  }
  if (!reader.Take(',') || !reader.Date(&rule.summer_begins)) return std::nullopt;
  if (!reader.Take(',') || !reader.Date(&rule.summer_ends) || !reader.rest.empty()) return std::nullopt;
  return rule;
}

}  // namespace saiten::rt
