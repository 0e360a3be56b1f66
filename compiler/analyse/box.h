#pragma once

#include <optional>
#include <vector>

#include "compiler/analyse/value_set.h"

// Rows over several subjects: a box is one set of values a subject; a row is a union of boxes.
namespace saiten::analyse {

using Box = std::vector<ValueSet>;
using Region = std::vector<Box>;

bool IsEmpty(const Box& box);
// Nothing if they do not meet. Both have the same number of subjects.
std::optional<Box> Intersect(const Box& a, const Box& b);
// The parts of `a` outside `b`: at most one box a subject, none of them meeting another.
Region Minus(const Box& a, const Box& b);

// What of `region` lies outside all of `holes`. Nothing if that would take more than kMaxBoxes boxes: then nothing can
// be said, which callers treat as "not covered".
inline constexpr size_t kMaxBoxes = 2000;
std::optional<Region> Minus(const Region& region, const Region& holes);
Region Intersect(const Region& a, const Region& b);
// Whether `outer` covers all of `inner`; false if that is too much to find out.
bool Covers(const Region& outer, const Region& inner);

}  // namespace saiten::analyse
