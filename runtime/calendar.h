#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/civil.h"
#include "runtime/local_time.h"
#include "runtime/zone.h"

namespace saiten::rt {

// A day on which a calendar is closed, and its name ("敬老の日"); the name may be empty.
struct Holiday {
  int64_t day = 0;
  std::string name;
};

// Working hours `09:00-18:00`, half-open, microseconds since local midnight.
struct WorkHours {
  int64_t begins = 0;
  int64_t ends = 0;
};

// A business calendar (sem D3, D3a): the working weekdays minus dated holidays. Immutable, safe from any thread.
class Calendar {
 public:
  // What a `calendar` declaration says.
  struct Spec {
    uint8_t weekdays = 0b001'1111;  // bit 0 is Monday; at least one bit set
    std::vector<Holiday> holidays;  // any order; of two names for one day the first counts
    std::optional<WorkHours> hours;
    PeriodStarts starts;
    bool has_fiscal_year = false;  // without `fiscal year starts` there are no fiscal words (X32)
  };

  explicit Calendar(Spec spec);

  const std::optional<WorkHours>& hours() const { return spec_.hours; }
  PeriodStarts starts() const { return spec_.starts; }
  bool has_fiscal_year() const { return spec_.has_fiscal_year; }
  // All holidays, rising, each day once.
  const std::vector<Holiday>& holidays() const { return spec_.holidays; }
  // The last year with a listed holiday: dates after it deserve a warning (sem D3a). nullopt if none is listed.
  std::optional<int64_t> LastHolidayYear() const;

  bool IsBusinessDay(int64_t day) const;

  // The n-th business day strictly after `day` (sem D3), strictly before it for n < 0; for n = 0 `day` itself if it is
  // a business day, else the next one. Held inside 0001..9999 with the flag set.
  int64_t AddBusinessDays(int64_t day, int64_t n, bool* saturated) const;

  // The same for an instant: the local wall time stays (sem D3, D4).
  int64_t AddBusinessDays(int64_t instant, int64_t n, const Zone& zone, bool* saturated) const;

  // How many business days lie after `from` up to and with `to`, so that AddBusinessDays(from, n) is n days away; for
  // to < from minus the number from `to` up to the day before `from`.
  int64_t BusinessDaysBetween(int64_t from, int64_t to) const;

 private:
  int64_t RankOf(int64_t day) const;
  int64_t DayOfRank(int64_t rank) const;
  int64_t ClosedUntil(int64_t day) const;

  Spec spec_;
  std::vector<int64_t> closed_;  // holidays that fall on a working weekday, rising
  int64_t per_week_ = 0;         // working weekdays in a week
  int64_t up_to_[7] = {};        // working weekdays from Monday up to and with that weekday
  int64_t nth_[7] = {};          // the n-th working weekday, n from 0
};

}  // namespace saiten::rt
