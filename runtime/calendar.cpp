#include "runtime/calendar.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace saiten::rt {

namespace {

// The Monday before 1970-01-01, where the count of working days begins.
constexpr int64_t kFirstMonday = -3;
// More business days than there are days in the years 0001..9999.
constexpr int64_t kManyDays = 4'000'000;

}  // namespace

Calendar::Calendar(Spec spec) : spec_(std::move(spec)) {
  SAITEN_CHECK((spec_.weekdays & 0x7F) != 0);
  for (int i = 0; i < 7; ++i) {
    if ((spec_.weekdays >> i & 1) != 0) nth_[per_week_++] = i;
    up_to_[i] = per_week_;
  }
  std::vector<Holiday>& holidays = spec_.holidays;
  std::stable_sort(holidays.begin(), holidays.end(), [](const Holiday& a, const Holiday& b) { return a.day < b.day; });
  holidays.erase(
      std::unique(holidays.begin(), holidays.end(), [](const Holiday& a, const Holiday& b) { return a.day == b.day; }),
      holidays.end());
  for (const Holiday& holiday : holidays) {
    if ((spec_.weekdays >> static_cast<int>(WeekdayOf(holiday.day)) & 1) != 0) closed_.push_back(holiday.day);
  }
}

std::optional<int64_t> Calendar::LastHolidayYear() const {
  if (spec_.holidays.empty()) return std::nullopt;
  return CivilFromDays(spec_.holidays.back().day).year;
}

bool Calendar::IsBusinessDay(int64_t day) const {
  return (spec_.weekdays >> static_cast<int>(WeekdayOf(day)) & 1) != 0 &&
         !std::binary_search(closed_.begin(), closed_.end(), day);
}

int64_t Calendar::ClosedUntil(int64_t day) const {
  return std::upper_bound(closed_.begin(), closed_.end(), day) - closed_.begin();
}

// The number of business days up to and with `day`, counted from an arbitrary but fixed day.
int64_t Calendar::RankOf(int64_t day) const {
  const int64_t since = day - kFirstMonday;
  return FloorDiv(since, 7) * per_week_ + up_to_[FloorMod(since, 7)] - ClosedUntil(day);
}

// The business day whose RankOf is `rank`.
int64_t Calendar::DayOfRank(int64_t rank) const {
  // Without holidays the day is a division. Each holiday passed pushes it one working weekday on, which may pass more.
  int64_t passed = 0;
  while (true) {
    const int64_t index = rank + passed - 1;
    const int64_t day = FloorDiv(index, per_week_) * 7 + nth_[FloorMod(index, per_week_)] + kFirstMonday;
    const int64_t closed = ClosedUntil(day);
    if (closed == passed) return day;
    passed = closed;
  }
}

int64_t Calendar::AddBusinessDays(int64_t day, int64_t n, bool* saturated) const {
  if (n > kManyDays || n < -kManyDays) return SaturateDay(n > 0 ? kMaxDay + 1 : kMinDay - 1, saturated);
  if (n == 0 && IsBusinessDay(day)) return day;
  const int64_t rank = n < 0 ? RankOf(day - 1) + n + 1 : RankOf(day) + std::max<int64_t>(n, 1);
  return SaturateDay(DayOfRank(rank), saturated);
}

int64_t Calendar::AddBusinessDays(int64_t instant, int64_t n, const Zone& zone, bool* saturated) const {
  const int64_t local = zone.LocalOf(instant);
  const int64_t day = DayOfLocal(local);
  const int64_t target = AddBusinessDays(day, n, saturated);
  return target == day ? instant : zone.ToInstant(target * kMicrosPerDay + TimeOfLocal(local));
}

int64_t Calendar::BusinessDaysBetween(int64_t from, int64_t to) const {
  if (to >= from) return RankOf(to) - RankOf(from);
  return RankOf(to - 1) - RankOf(from - 1);
}

}  // namespace saiten::rt
