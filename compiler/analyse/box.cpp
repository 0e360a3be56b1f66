#include "compiler/analyse/box.h"

#include <algorithm>

namespace saiten::analyse {

bool IsEmpty(const Box& box) {
  return std::ranges::any_of(box, [](const ValueSet& set) { return set.empty(); });
}

std::optional<Box> Intersect(const Box& a, const Box& b) {
  Box both;
  both.reserve(a.size());
  for (size_t i = 0; i < a.size(); ++i) {
    both.push_back(a[i].Intersect(b[i]));
    if (both.back().empty()) return std::nullopt;
  }
  return both;
}

Region Minus(const Box& a, const Box& b) {
  if (!Intersect(a, b)) return {a};
  Region rest;
  Box inside = a;
  for (size_t i = 0; i < a.size(); ++i) {
    ValueSet outside = inside[i].Minus(b[i]);
    if (!outside.empty()) {
      Box part = inside;
      part[i] = std::move(outside);
      rest.push_back(std::move(part));
    }
    inside[i] = inside[i].Intersect(b[i]);
  }
  return rest;
}

std::optional<Region> Minus(const Region& region, const Region& holes) {
  Region rest;
  for (const Box& box : region) {
    if (!IsEmpty(box)) rest.push_back(box);
  }
  for (const Box& hole : holes) {
    Region next;
    for (const Box& box : rest) {
      Region parts = Minus(box, hole);
      next.insert(next.end(), parts.begin(), parts.end());
      if (next.size() > kMaxBoxes) return std::nullopt;
    }
    rest = std::move(next);
    if (rest.empty()) break;
  }
  return rest;
}

Region Intersect(const Region& a, const Region& b) {
  Region both;
  for (const Box& x : a) {
    for (const Box& y : b) {
      if (auto box = Intersect(x, y)) both.push_back(std::move(*box));
      if (both.size() > kMaxBoxes) return both;
    }
  }
  return both;
}

bool Covers(const Region& outer, const Region& inner) {
  auto rest = Minus(inner, outer);
  return rest && rest->empty();
}

}  // namespace saiten::analyse
