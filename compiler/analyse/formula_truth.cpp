#include <algorithm>

#include "compiler/analyse/formula.h"

// What formulas can come out as: parts that share no subject are independent of each other and are looked at alone; of
// the others every combination of values that the tests tell apart is tried.
namespace saiten::analyse {
namespace {

constexpr size_t kMaxCombinations = 20'000;
constexpr size_t kMaxTests = 300;
constexpr Truths kAnyTruth = kTrue | kFalse | kUnknown;

Truths NotOf(Truths truths) {
  return (truths & kTrue ? kFalse : 0) | (truths & kFalse ? kTrue : 0) | (truths & kUnknown);
}

// Kleene `and` (the lesser) or `or` (the greater) of two results that are independent.
Truths Combine(Truths a, Truths b, bool is_and) {
  if (!is_and) return NotOf(Combine(NotOf(a), NotOf(b), true));
  Truths result = 0;
  if ((a | b) & kFalse) result |= kFalse;
  if ((a & kTrue) && (b & kTrue)) result |= kTrue;
  const bool both_reach = (a & (kTrue | kUnknown)) && (b & (kTrue | kUnknown));
  if (both_reach && ((a | b) & kUnknown)) result |= kUnknown;
  return result;
}

using Choice = std::vector<const ValueSet*>;  // by subject

Truths Evaluate(const Formula& formula, const Choice& choice) {
  switch (formula.kind) {
    case Formula::Kind::kConstant:
      return formula.constant ? kTrue : kFalse;
    case Formula::Kind::kTest: {
      // A cell lies wholly inside or outside of each set, so that any value of it stands for all.
      const ValueSet& cell = *choice[formula.subject];
      if (!cell.Intersect(formula.when_true).empty()) return kTrue;
      if (!cell.Intersect(formula.when_false).empty()) return kFalse;
      return kUnknown;
    }
    case Formula::Kind::kAnd:
    case Formula::Kind::kOr: {
      const bool is_and = formula.kind == Formula::Kind::kAnd;
      Truths result = is_and ? kTrue : kFalse;
      for (const auto& part : formula.parts) result = Combine(result, Evaluate(*part, choice), is_and);
      return result;
    }
    case Formula::Kind::kNot:
      return NotOf(Evaluate(*formula.parts[0], choice));
    case Formula::Kind::kElse: {
      const Truths first = Evaluate(*formula.parts[0], choice);
      return first == kUnknown ? Evaluate(*formula.parts[1], choice) : first;
    }
  }
  return kAnyTruth;
}

void CollectTests(const Formula& formula, std::vector<const Formula*>& tests) {
  if (formula.kind == Formula::Kind::kTest) tests.push_back(&formula);
  for (const auto& part : formula.parts) CollectTests(*part, tests);
}

// Splits `cells` so that each lies wholly inside or outside of `set`.
void Refine(std::vector<ValueSet>& cells, const ValueSet& set) {
  std::vector<ValueSet> next;
  for (const ValueSet& cell : cells) {
    for (ValueSet part : {cell.Intersect(set), cell.Minus(set)}) {
      if (!part.empty()) next.push_back(std::move(part));
    }
  }
  cells = std::move(next);
}

bool Share(const std::vector<size_t>& a, const std::vector<size_t>& b) {
  return std::ranges::any_of(a, [&](size_t subject) { return std::ranges::binary_search(b, subject); });
}

}  // namespace

Truths FormulaBuilder::Enumerate(const std::vector<const Formula*>& parts, bool is_and) const {
  std::vector<const Formula*> tests;
  for (const Formula* part : parts) CollectTests(*part, tests);
  if (tests.size() > kMaxTests) return kAnyTruth;
  std::vector<size_t> subjects;
  for (const Formula* test : tests) subjects.push_back(test->subject);
  std::ranges::sort(subjects);
  subjects.erase(std::unique(subjects.begin(), subjects.end()), subjects.end());
  std::vector<std::vector<ValueSet>> cells;
  size_t combinations = 1;
  for (size_t subject : subjects) {
    std::vector<ValueSet>& own = cells.emplace_back();
    const ValueSet& domain = subjects_[subject].domain;
    if (domain.has_known()) own.push_back(domain.Known());
    if (domain.has_unknown()) own.push_back(ValueSet::Unknown());
    for (const Formula* test : tests) {
      if (test->subject != subject) continue;
      Refine(own, test->when_true);
      Refine(own, test->when_false);
    }
    combinations *= std::max<size_t>(1, own.size());
    if (combinations > kMaxCombinations) return kAnyTruth;
    if (own.empty()) return kAnyTruth;
  }
  Truths possible = 0;
  std::vector<size_t> at(subjects.size());
  Choice choice(subjects_.size());
  for (size_t n = 0; n < combinations; ++n) {
    size_t rest = n;
    for (size_t i = 0; i < subjects.size(); ++i) {
      choice[subjects[i]] = &cells[i][rest % cells[i].size()];
      rest /= cells[i].size();
    }
    Truths result = is_and ? kTrue : kFalse;
    for (const Formula* part : parts) result = Combine(result, Evaluate(*part, choice), is_and);
    possible |= result;
    if (possible == kAnyTruth) break;
  }
  return possible;
}

Truths FormulaBuilder::PossibleOf(const std::vector<const Formula*>& parts, bool is_and) const {
  // Parts that share a subject, directly or through others, belong together.
  std::vector<std::vector<const Formula*>> groups;
  std::vector<std::vector<size_t>> subjects;
  for (const Formula* part : parts) {
    std::vector<const Formula*> group = {part};
    std::vector<size_t> own = part->subjects;
    for (size_t i = groups.size(); i-- > 0;) {
      if (!Share(subjects[i], part->subjects)) continue;
      group.insert(group.end(), groups[i].begin(), groups[i].end());
      own.insert(own.end(), subjects[i].begin(), subjects[i].end());
      groups.erase(groups.begin() + static_cast<ptrdiff_t>(i));
      subjects.erase(subjects.begin() + static_cast<ptrdiff_t>(i));
    }
    std::ranges::sort(own);
    own.erase(std::unique(own.begin(), own.end()), own.end());
    groups.push_back(std::move(group));
    subjects.push_back(std::move(own));
  }
  Truths result = is_and ? kTrue : kFalse;
  for (const auto& group : groups) {
    const Truths one = group.size() == 1 ? Possible(*group[0]) : Enumerate(group, is_and);
    result = Combine(result, one, is_and);
  }
  return result;
}

Truths FormulaBuilder::Possible(const Formula& formula) const {
  switch (formula.kind) {
    case Formula::Kind::kConstant:
      return formula.constant ? kTrue : kFalse;
    case Formula::Kind::kTest:
    case Formula::Kind::kElse:
      return Enumerate({&formula}, true);
    case Formula::Kind::kNot:
      return NotOf(Possible(*formula.parts[0]));
    case Formula::Kind::kAnd:
    case Formula::Kind::kOr: {
      std::vector<const Formula*> parts;
      for (const auto& part : formula.parts) parts.push_back(part.get());
      return PossibleOf(parts, formula.kind == Formula::Kind::kAnd);
    }
  }
  return kAnyTruth;
}

}  // namespace saiten::analyse
