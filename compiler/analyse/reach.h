#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "compiler/analyse/value_set.h"

namespace saiten::analyse {

// Which numbers an expression can give: bounds, a step that divides them all, and, while there are few, each of them.
// In the units of the expression's type (milli-points of a score). Always contains what is really possible, may contain
// more: what lies outside is impossible for every record. The ends rt::kNumberMin and kNumberMax mean "without bound".
class Reach {
 public:
  static Reach Anything();
  static Reach Exactly(int64_t value);
  static Reach Between(int64_t low, int64_t high, int64_t step = 1);
  // {0, p, 2p, ... count * p}; count < 0: without end.
  static Reach Multiples(int64_t p, int64_t count);

  int64_t low() const { return low_; }
  int64_t high() const { return high_; }
  // Divides every value; at least 1.
  int64_t step() const { return step_ == 0 ? 1 : step_; }
  bool bounded_below() const;
  bool bounded_above() const;
  // The values themselves where they are few.
  const std::vector<int64_t>* values() const { return exact_ ? &*exact_ : nullptr; }
  // Whether a value from `low` to `high` may be reached.
  bool Meets(int64_t low, int64_t high) const;

  Reach operator+(const Reach& other) const;
  Reach operator-() const;
  Reach operator*(const Reach& other) const;
  // Either this or that.
  Reach Or(const Reach& other) const;
  Reach Min(const Reach& other) const;
  Reach Max(const Reach& other) const;
  Reach AtMost(int64_t limit) const { return Min(Exactly(limit)); }
  Reach AtLeast(int64_t limit) const { return Max(Exactly(limit)); }
  Reach Abs() const;
  // Every value through a rising function; the step is lost.
  Reach Map(const std::function<int64_t(int64_t)>& rising) const;
  // To another number of decimals, rounded half away from zero.
  Reach Rescale(int from_scale, int to_scale) const;
  // Without the single values: for what is less regular than it looks (decay).
  Reach Smooth() const { return Between(low_, high_, 1); }

  // The same in units of step(): what the sets of subjects hold.
  ValueSet InSteps() const;

 private:
  void Keep(std::vector<int64_t> values);

  int64_t low_ = 0;
  int64_t high_ = 0;
  int64_t step_ = 0;  // 0: only the value 0
  std::optional<std::vector<int64_t>> exact_;
};

}  // namespace saiten::analyse
