#include <algorithm>

#include "compiler/analyse/facts.h"
#include "compiler/analyse/walk.h"

// The rows of `match`, grids and tables as sets of values.
namespace saiten::analyse {

using Kind = ast::Pattern::Kind;

std::optional<ValueSet> Facts::CellSet(const ast::Pattern& pattern, const Subject& subject) {
  switch (pattern.kind) {
    case Kind::kOtherwise:
    case Kind::kAny:
      return ValueSet::AllKnown().With(true);
    case Kind::kUnknown:
      return ValueSet::Unknown();
    case Kind::kList: {
      ValueSet set;
      for (const ast::Pattern& item : pattern.items) {
        auto part = CellSet(item, subject);
        if (!part) return std::nullopt;
        set = set.Union(*part);
      }
      return set;
    }
    case Kind::kTuple:
      return std::nullopt;
    case Kind::kRange: {
      auto* range = ast::As<ast::RangeExpr>(Bare(pattern.value));
      return range ? WhereIn(subject, *range) : std::nullopt;
    }
    case Kind::kValue:
      return Where(subject, ast::CompareOp::kEq, pattern.value);
    case Kind::kCompare:
      return Where(subject, pattern.op, pattern.value);
  }
  return std::nullopt;
}

Region Facts::AllOf(const std::vector<Subject>& subjects) {
  Box box;
  for (const Subject& subject : subjects) box.push_back(subject.domain);
  return {box};
}

Facts::RowShape Facts::ShapeOf(const ast::Pattern& pattern, const std::vector<Subject>& subjects) {
  RowShape shape;
  Box box = AllOf(subjects)[0];
  auto narrow = [&](size_t column, const ast::Pattern& cell) {
    auto set = CellSet(cell, subjects[column]);
    if (set) {
      box[column] = box[column].Intersect(*set);
    } else {
      shape.exact = false;
    }
  };
  if (pattern.kind == Kind::kOtherwise || (pattern.kind == Kind::kAny && subjects.size() > 1)) {
    shape.is_otherwise = true;
  } else if (pattern.kind == Kind::kTuple && pattern.items.size() == subjects.size()) {
    for (size_t i = 0; i < subjects.size(); ++i) narrow(i, pattern.items[i]);
    shape.is_otherwise =
        std::ranges::all_of(pattern.items, [](const ast::Pattern& cell) { return cell.kind == Kind::kAny; });
  } else if (subjects.size() == 1) {
    narrow(0, pattern);
    shape.is_otherwise = pattern.kind == Kind::kAny;
  } else {
    shape.exact = false;
  }
  if (!IsEmpty(box)) shape.region.push_back(std::move(box));
  return shape;
}

Facts::RowShape Facts::ShapeOf(const ast::MatchRow& row, const std::vector<Subject>& subjects) {
  RowShape shape;
  for (const ast::Pattern& pattern : row.patterns) {
    RowShape one = ShapeOf(pattern, subjects);
    shape.region.insert(shape.region.end(), one.region.begin(), one.region.end());
    shape.exact &= one.exact;
    shape.is_otherwise |= one.is_otherwise;
  }
  return shape;
}

}  // namespace saiten::analyse
