#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace saiten::rt {

// A time zone of the IANA database: what the wall clock of a place shows at an instant (microseconds since 1970-01-01
// UTC) and the other way round. Immutable once loaded, safe to use from any thread; never freed, so a `const Zone*` may
// be kept anywhere. Times beyond kMinInstant..kMaxInstant (civil.h) are not asked for.
class Zone {
 public:
  // The zone of that name, loaded once from the system's zone data (TZDIR, else /usr/share/zoneinfo). Names are exact,
  // as the database spells them ("Asia/Tokyo"). kUsage for an unknown name, kCorrupt for a broken zone file.
  static Result<const Zone*> Find(std::string_view name);

  // UTC itself; needs no zone data.
  static const Zone* Utc();

  const std::string& name() const { return name_; }

  // What a clock there shows at `instant`.
  int64_t LocalOf(int64_t instant) const { return instant + OffsetAt(instant); }

  // The instant at which a clock there shows `local` (sem D4): a time skipped by a clock change is the first instant
  // after the gap, of a time shown twice it is the earlier one.
  int64_t ToInstant(int64_t local) const;

  // Local time minus UTC at `instant`, in microseconds.
  int64_t OffsetAt(int64_t instant) const;

  // The first instant after this one at which the clock may be changed; INT64_MAX if it never is again.
  int64_t NextChange(int64_t instant) const;

  // The first instant of a local date: its midnight, or the end of the gap that swallowed it.
  int64_t StartOfDay(int64_t day) const;

 private:
  Zone() = default;

  size_t SegmentAt(int64_t instant) const;

  std::string name_;
  // Segment i holds offsets_[i] from starts_[i] to starts_[i + 1]; starts_[0] is INT64_MIN.
  std::vector<int64_t> starts_;
  std::vector<int64_t> offsets_;
  // From here on the offsets repeat every 400 years (the length of the Gregorian cycle): the rule for years to come.
  // INT64_MAX where no rule changes the clock any more.
  int64_t cycle_from_ = INT64_MAX;
};

// The version of the system's zone data, such as "2026f"; "unknown" if it does not say. Recorded with a run (sem T3c).
std::string ZoneDataVersion();

// The names of all zones, sorted: for suggestions when a name is misspelt. Empty if there is no zone data.
std::vector<std::string> ZoneNames();

}  // namespace saiten::rt
