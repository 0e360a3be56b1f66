#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace saiten::analyse {

// The whole numbers from `low` to `high`, both in.
struct Interval {
  int64_t low = 0;
  int64_t high = 0;
  friend bool operator==(const Interval&, const Interval&) = default;
};

// A set of values of one subject, and whether "unknown" is among them. Values are whole numbers: minor units, days,
// microseconds, the member's number of an enum, 0 and 1 of a bool, the number of a text (see Facts). Kept as intervals
// that rise and neither meet nor overlap.
class ValueSet {
 public:
  ValueSet() = default;

  static ValueSet None() { return {}; }
  static ValueSet Unknown();
  static ValueSet Point(int64_t value) { return Range(value, value); }
  // Empty if low > high.
  static ValueSet Range(int64_t low, int64_t high);
  // Every whole number; without unknown.
  static ValueSet AllKnown();

  bool has_unknown() const { return unknown_; }
  bool has_known() const { return !intervals_.empty(); }
  bool empty() const { return !unknown_ && intervals_.empty(); }
  const std::vector<Interval>& intervals() const { return intervals_; }
  bool Contains(int64_t value) const;
  bool ContainsAll(const ValueSet& other) const;

  ValueSet Known() const;
  ValueSet With(bool unknown) const;
  ValueSet Union(const ValueSet& other) const;
  ValueSet Intersect(const ValueSet& other) const;
  ValueSet Minus(const ValueSet& other) const;

  // A value to show: the known one nearest to 0 that is finite, else nothing.
  std::optional<int64_t> Sample() const;

  friend bool operator==(const ValueSet&, const ValueSet&) = default;

 private:
  void Add(Interval interval);

  std::vector<Interval> intervals_;
  bool unknown_ = false;
};

}  // namespace saiten::analyse
