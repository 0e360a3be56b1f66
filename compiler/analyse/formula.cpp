#include "compiler/analyse/formula.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "compiler/analyse/walk.h"
#include "runtime/decimal.h"

// From conditions as written to tests of subjects.
namespace saiten::analyse {
namespace {

using check::Symbol;

ast::CompareOp Turned(ast::CompareOp op) {
  switch (op) {
    case ast::CompareOp::kEq:
    case ast::CompareOp::kNe:
      return op;
    case ast::CompareOp::kLt:
      return ast::CompareOp::kGt;
    case ast::CompareOp::kLe:
      return ast::CompareOp::kGe;
    case ast::CompareOp::kGt:
      return ast::CompareOp::kLt;
    case ast::CompareOp::kGe:
      return ast::CompareOp::kLe;
  }
  return op;
}

// Which signs of `left - right` make the comparison true.
bool Holds(ast::CompareOp op, int sign) {
  switch (op) {
    case ast::CompareOp::kEq:
      return sign == 0;
    case ast::CompareOp::kNe:
      return sign != 0;
    case ast::CompareOp::kLt:
      return sign < 0;
    case ast::CompareOp::kLe:
      return sign <= 0;
    case ast::CompareOp::kGt:
      return sign > 0;
    case ast::CompareOp::kGe:
      return sign >= 0;
  }
  return false;
}

void Join(std::vector<size_t>& into, const std::vector<size_t>& other) {
  into.insert(into.end(), other.begin(), other.end());
  std::ranges::sort(into);
  into.erase(std::unique(into.begin(), into.end()), into.end());
}

bool HasBandWithHysteresis(const check::ScoreInfo& score) {
  return score.decl->bands &&
         std::ranges::any_of(score.decl->bands->bands, [](const ast::Band& band) { return band.leave_below; });
}

}  // namespace

std::unique_ptr<Formula> FormulaBuilder::Test(const ast::Expr* expr, Subject subject, std::string key,
                                              const ValueSet& when_true, const ast::TestSuffix& suffix, bool negated) {
  auto [at, fresh] = by_key_.try_emplace(std::move(key), subjects_.size());
  if (fresh) subjects_.push_back(std::move(subject));
  auto test = std::make_unique<Formula>();
  test->expr = expr;
  test->subject = at->second;
  test->subjects = {at->second};
  const ValueSet domain = subjects_[at->second].domain;
  ValueSet holds = domain.Known().Intersect(when_true);
  ValueSet fails = domain.Known().Minus(when_true);
  if (negated) std::swap(holds, fails);
  if (suffix.or_unknown) holds = holds.With(domain.has_unknown());
  test->when_true = std::move(holds);
  test->when_false = std::move(fails);
  return test;
}

std::unique_ptr<Formula> FormulaBuilder::Opaque(const ast::Expr* expr, std::string key, ValueSet truths,
                                                const ast::TestSuffix& suffix, bool negated) {
  Subject subject{.expr = expr, .type = Type::Bool(), .domain = std::move(truths)};
  return Test(expr, std::move(subject), std::move(key), ValueSet::Point(1), suffix, negated);
}

Subject FormulaBuilder::SubjectFor(const ast::Expr* expr, std::string* key) const {
  const ast::Expr* bare = Bare(expr);
  *key = facts_.KeyOf(file_, bare);
  const Symbol symbol = facts_.program().InfoOf(bare).symbol;
  if (symbol.kind == Symbol::Kind::kBand && !HasBandWithHysteresis(facts_.program().scores[symbol.index])) {
    const size_t dot = key->rfind(".band");
    *key = key->substr(0, dot) + ".score" + key->substr(dot + 5);
    Subject subject = facts_.SubjectOfScore(symbol.index, bare);
    subject.domain = subject.domain.With(facts_.TypeOf(bare).optional);
    return subject;
  }
  return facts_.SubjectOf(expr);
}

std::optional<ValueSet> FormulaBuilder::SetFor(const ast::Expr* subject_expr, const Subject& subject, ast::CompareOp op,
                                               const ast::Expr* constant) const {
  const Symbol symbol = facts_.program().InfoOf(Bare(subject_expr)).symbol;
  const bool as_score = symbol.kind == Symbol::Kind::kBand && subject.type.is_number();
  if (!as_score) return facts_.Where(subject, op, constant);
  const auto member = facts_.ConstantOf(constant);
  if (!member || !member->type.is(TypeKind::kEnum)) return std::nullopt;
  const auto count = facts_.catalog()[member->type.enum_id()].members.size();
  ValueSet set;
  for (size_t i = 0; i < count; ++i) {
    const int64_t difference = static_cast<int64_t>(i) - member->raw;
    if (!Holds(op, difference < 0 ? -1 : difference > 0)) continue;
    set = set.Union(facts_.ScoresOfBand(symbol.index, static_cast<uint32_t>(i)));
  }
  return set;
}

std::unique_ptr<Formula> FormulaBuilder::BuildLogic(const ast::Logic& logic) {
  auto joined = std::make_unique<Formula>();
  joined->kind = logic.is_and ? Formula::Kind::kAnd : Formula::Kind::kOr;
  joined->expr = &logic;
  for (const ast::Expr* operand : logic.operands) {
    if (!operand) continue;
    auto part = Build(operand);
    Join(joined->subjects, part->subjects);
    if (part->kind == joined->kind) {
      for (auto& inner : part->parts) joined->parts.push_back(std::move(inner));
    } else {
      joined->parts.push_back(std::move(part));
    }
  }
  return joined;
}

std::unique_ptr<Formula> FormulaBuilder::BuildDifference(const ast::Compare& compare) {
  const Type left = facts_.TypeOf(compare.left);
  const Type right = facts_.TypeOf(compare.right);
  ValueSet truths = ValueSet::Range(0, 1);
  const bool amounts = (left.is_number() && right.is_number()) ||
                       (left.SameBase(right) && (left.is(TypeKind::kMoney) || left.is(TypeKind::kDuration)));
  if (amounts) {
    const int scale = left.is_number() ? std::max(left.scale, right.scale) : 0;
    auto reach = [&](const ast::Expr* side, Type type) {
      return type.is_number() ? facts_.ReachOf(side).Rescale(type.scale, scale) : facts_.ReachOf(side);
    };
    const Reach difference = facts_.KeyOf(file_, compare.left) == facts_.KeyOf(file_, compare.right)
                                 ? Reach::Exactly(0)
                                 : reach(compare.left, left) + -reach(compare.right, right);
    truths = ValueSet::None();
    for (int sign : {-1, 0, 1}) {
      const bool possible = sign < 0 ? difference.low() < 0 : sign > 0 ? difference.high() > 0 : difference.Meets(0, 0);
      if (possible) truths = truths.Union(ValueSet::Point(Holds(compare.op, sign)));
    }
  }
  const std::string key = fmt::format("compare {} {} {}", static_cast<int>(compare.op),
                                      facts_.KeyOf(file_, compare.left), facts_.KeyOf(file_, compare.right));
  return Opaque(&compare, key, truths.With(left.optional || right.optional), compare.suffix, false);
}

std::unique_ptr<Formula> FormulaBuilder::BuildCompare(const ast::Compare& compare) {
  leaves_.push_back(compare.left);
  leaves_.push_back(compare.right);
  const auto left = facts_.ConstantOf(compare.left);
  const ast::Expr* right_expr = Bare(compare.right);
  auto* list = ast::As<ast::ListExpr>(right_expr);
  if (left && !list) {
    const auto right = facts_.ConstantOf(right_expr);
    if (right && (left->type.SameBase(right->type) || (left->type.is_number() && right->type.is_number()))) {
      auto constant = std::make_unique<Formula>();
      constant->kind = Formula::Kind::kConstant;
      constant->expr = &compare;
      constant->constant =
          Holds(compare.op, rt::CompareDecimal(left->raw, left->type.scale, right->raw, right->type.scale));
      return constant;
    }
  }
  const ast::Expr* subject_expr = left ? compare.right : compare.left;
  const ast::CompareOp op = left ? Turned(compare.op) : compare.op;
  if (!compare.suffix.ignoring_case && !(left && list)) {
    std::string key;
    const Subject subject = SubjectFor(subject_expr, &key);
    // `x != [a, b]` is `not (x == [a, b])`.
    const bool negated = op == ast::CompareOp::kNe;
    const ast::CompareOp positive = negated ? ast::CompareOp::kEq : op;
    std::optional<ValueSet> set = ValueSet::None();
    std::span<const ast::Expr* const> values(left ? &compare.left : &compare.right, 1);
    if (list) values = list->items;
    for (const ast::Expr* value : values) {
      auto one = SetFor(subject_expr, subject, positive, value);
      if (!one) {
        set.reset();
        break;
      }
      set = set->Union(*one);
    }
    if (set) return Test(&compare, subject, key, *set, compare.suffix, negated);
  }
  if (!list) return BuildDifference(compare);
  return Opaque(&compare, "written " + facts_.Written({file_, compare.span}),
                ValueSet::Range(0, 1).With(facts_.TypeOf(&compare).optional), {}, false);
}

std::unique_ptr<Formula> FormulaBuilder::BuildIn(const ast::In& in) {
  leaves_.push_back(in.value);
  const ast::Expr* set_expr = Bare(in.set);
  std::optional<ValueSet> set;
  std::string key;
  const Subject subject = SubjectFor(in.value, &key);
  if (auto* list = ast::As<ast::ListExpr>(set_expr); list && !in.suffix.ignoring_case) {
    set = ValueSet::None();
    for (const ast::Expr* item : list->items) {
      leaves_.push_back(item);
      auto one = SetFor(in.value, subject, ast::CompareOp::kEq, item);
      if (!one) {
        set.reset();
        break;
      }
      set = set->Union(*one);
    }
  } else if (auto* range = ast::As<ast::RangeExpr>(set_expr)) {
    set = ValueSet::AllKnown();
    for (auto [end, op] : {std::pair(range->low, ast::CompareOp::kGe), std::pair(range->high, ast::CompareOp::kLe)}) {
      if (!end || !set) continue;
      auto one = SetFor(in.value, subject, op, end);
      set = one ? std::optional(set->Intersect(*one)) : std::nullopt;
    }
  } else {
    leaves_.push_back(in.set);
  }
  if (set) return Test(&in, subject, key, *set, in.suffix, in.negated);
  const bool optional = facts_.TypeOf(in.value).optional || facts_.TypeOf(in.set).optional;
  return Opaque(&in, fmt::format("in {} {}", key, in.set ? facts_.Written({file_, in.set->span}) : ""),
                ValueSet::Range(0, 1).With(optional), in.suffix, in.negated);
}

std::unique_ptr<Formula> FormulaBuilder::BuildIsKnown(const ast::IsKnown& test) {
  leaves_.push_back(test.value);
  std::string key;
  Subject subject = SubjectFor(test.value, &key);
  if (!subject.type.optional && !subject.domain.has_unknown()) {
    // The checker has said that it is always known.
    return Opaque(&test, fmt::format("known {} {}", test.known, key), ValueSet::Range(0, 1), {}, false);
  }
  auto formula = Test(&test, std::move(subject), std::move(key), ValueSet::AllKnown(), {}, false);
  formula->when_false = ValueSet::Unknown();
  if (!test.known) std::swap(formula->when_true, formula->when_false);
  return formula;
}

std::unique_ptr<Formula> FormulaBuilder::Build(const ast::Expr* expr) {
  expr = Bare(expr);
  SAITEN_CHECK(expr);
  if (auto* logic = ast::As<ast::Logic>(expr)) return BuildLogic(*logic);
  if (auto* compare = ast::As<ast::Compare>(expr)) return BuildCompare(*compare);
  if (auto* in = ast::As<ast::In>(expr)) return BuildIn(*in);
  if (auto* known = ast::As<ast::IsKnown>(expr)) return BuildIsKnown(*known);
  if (facts_.program().InfoOf(expr).symbol.kind == Symbol::Kind::kOuterWindow) {
    return Build(static_cast<const ast::InWindow*>(expr)->value);
  }
  auto* negation = ast::As<ast::Not>(expr);
  auto* choice = ast::As<ast::Else>(expr);
  if ((negation && negation->operand) || (choice && choice->value && choice->fallback)) {
    auto formula = std::make_unique<Formula>();
    formula->kind = negation ? Formula::Kind::kNot : Formula::Kind::kElse;
    formula->expr = expr;
    formula->parts.push_back(Build(negation ? negation->operand : choice->value));
    if (choice) formula->parts.push_back(Build(choice->fallback));
    for (const auto& part : formula->parts) Join(formula->subjects, part->subjects);
    return formula;
  }
  if (auto* literal = ast::As<ast::BoolLit>(expr)) {
    auto formula = std::make_unique<Formula>();
    formula->kind = Formula::Kind::kConstant;
    formula->expr = expr;
    formula->constant = literal->value;
    return formula;
  }
  const ValueSet truths = ValueSet::Range(0, 1).With(facts_.TypeOf(expr).optional);
  if (auto* test = ast::As<ast::TextTest>(expr)) {
    leaves_.push_back(test->left);
    leaves_.push_back(test->right);
    const bool optional = facts_.TypeOf(test->left).optional || facts_.TypeOf(test->right).optional;
    const std::string key =
        fmt::format("text {} {} {} {}", static_cast<int>(test->op), test->suffix.ignoring_case,
                    facts_.KeyOf(file_, test->left), test->right ? facts_.Written({file_, test->right->span}) : "");
    return Opaque(expr, key, ValueSet::Range(0, 1).With(optional), test->suffix, false);
  }
  if (auto* group = ast::As<ast::InGroup>(expr)) {
    const std::string key = fmt::format("group {} {} {}", group->is_list, group->group.text,
                                        group->value ? facts_.KeyOf(file_, group->value) : "");
    return Opaque(expr, key, truths, {}, group->negated);
  }
  leaves_.push_back(expr);
  return Opaque(expr, facts_.KeyOf(file_, expr), truths, {}, false);
}

}  // namespace saiten::analyse
