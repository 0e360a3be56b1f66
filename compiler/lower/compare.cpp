#include "base/check.h"
#include "compiler/lower/lowerer.h"
#include "runtime/normalize.h"

// Comparisons, `in`, text tests and membership (sem N3a, N4, N5).
namespace saiten::lower {
namespace {

ir::Op OpOf(ast::CompareOp op) {
  switch (op) {
    case ast::CompareOp::kEq:
      return ir::Op::kEq;
    case ast::CompareOp::kNe:
      return ir::Op::kNe;
    case ast::CompareOp::kLt:
      return ir::Op::kLt;
    case ast::CompareOp::kLe:
      return ir::Op::kLe;
    case ast::CompareOp::kGt:
      return ir::Op::kGt;
    case ast::CompareOp::kGe:
      return ir::Op::kGe;
  }
  return ir::Op::kEq;
}

// The plain text literal that `expr` is, or null.
const ast::TextLit* LiteralText(const ast::Expr* expr) { return ast::As<ast::TextLit>(Bare(expr)); }

std::span<const ast::Expr* const> Items(const ast::Expr* const& expr) {
  if (auto* list = ast::As<ast::ListExpr>(Bare(expr))) return list->items;
  return {&expr, 1};
}

}  // namespace

ValueId Lowerer::AnyOf(std::span<const ValueId> values) {
  if (values.empty()) return b_.Bool(false);
  ValueId result = values[0];
  for (ValueId value : values.subspan(1)) result = b_.Or(result, value);
  return result;
}

ValueId Lowerer::WithSuffix(ValueId test, const ast::TestSuffix& suffix) {
  if (!suffix.or_unknown || !TypeOf(test).optional) return test;
  return b_.Else(test, b_.Bool(true));
}

ValueId Lowerer::CompareValues(ast::CompareOp op, ValueId left, ValueId right, bool fold) {
  Unify(&left, &right);
  if (TypeOf(left).is(TypeKind::kNothing)) return b_.Unknown(Type::Bool());
  if (fold && TypeOf(left).is(TypeKind::kText)) {
    left = b_.Fold(left);
    right = b_.Fold(right);
  }
  return b_.Compare(OpOf(op), left, right);
}

ValueId Lowerer::CompareWith(ast::CompareOp op, ValueId left, const ast::Expr* right, bool fold, const Scope& scope) {
  auto* user = ast::As<ast::UserRef>(Bare(right));
  if (user) {
    // `owner == user "田中 吾郎"`: the one of that name.
    const auto name = catalog()[TypeOf(left).object_id()].Find("name");
    SAITEN_CHECK(name.has_value());
    return CompareValues(op, b_.Load(left, *name), Lower(user->name, scope), false);
  }
  if (fold) {
    // The literal is folded here, once.
    if (auto* text = LiteralText(right); text && TypeOf(left).is(TypeKind::kText)) {
      return b_.Compare(OpOf(op), b_.Fold(left), b_.Text(rt::Fold(text->plain())));
    }
  }
  return CompareValues(op, left, Lower(right, scope), fold);
}

std::optional<ValueId> Lowerer::MemberTest(ValueId value, std::span<const ast::Expr* const> items) {
  const Type type = TypeOf(value);
  if (!type.is(TypeKind::kEnum) || items.size() < 2) return std::nullopt;
  if (catalog()[type.enum_id()].members.size() > 64) return std::nullopt;
  uint64_t mask = 0;
  for (const ast::Expr* item : items) {
    const check::Symbol& symbol = checked().InfoOf(Bare(item)).symbol;
    if (symbol.kind != check::Symbol::Kind::kMember) return std::nullopt;
    mask |= uint64_t{1} << symbol.index;
  }
  return b_.InMask(value, mask);
}

ValueId Lowerer::Compare(const ast::Compare& compare, const Scope& scope) {
  const bool fold = compare.suffix.ignoring_case;
  if (ast::As<ast::UserRef>(Bare(compare.left))) {
    return WithSuffix(CompareWith(compare.op, Lower(compare.right, scope), compare.left, fold, scope), compare.suffix);
  }
  const ValueId left = Lower(compare.left, scope);
  if (!ast::As<ast::ListExpr>(Bare(compare.right))) {
    return WithSuffix(CompareWith(compare.op, left, compare.right, fold, scope), compare.suffix);
  }
  // A list means any of; `!=` a list means none of.
  const bool negated = compare.op == ast::CompareOp::kNe;
  const ast::CompareOp op = negated ? ast::CompareOp::kEq : compare.op;
  ValueId test;
  if (op == ast::CompareOp::kEq) {
    test = InSet(left, compare.right, fold, scope);
  } else {
    std::vector<ValueId> tests;
    for (const ast::Expr* item : Items(compare.right)) tests.push_back(CompareWith(op, left, item, fold, scope));
    test = AnyOf(tests);
  }
  return WithSuffix(negated ? b_.Not(test) : test, compare.suffix);
}

ValueId Lowerer::InSet(ValueId value, const ast::Expr* set, bool fold, const Scope& scope) {
  const ast::Expr* bare = Bare(set);
  if (auto* range = ast::As<ast::RangeExpr>(bare)) {
    ValueId result;
    if (range->low) result = CompareWith(ast::CompareOp::kGe, value, range->low, false, scope);
    if (range->high) {
      const ValueId below = CompareWith(ast::CompareOp::kLe, value, range->high, false, scope);
      result = result.valid() ? b_.And(result, below) : below;
    }
    return result;
  }
  const bool is_list = ast::As<ast::ListExpr>(bare) != nullptr;
  if (!is_list && checked().TypeOf(set).is(TypeKind::kSet)) {
    const ValueId members = Lower(set, scope);
    return TypeOf(value).is(TypeKind::kSet) ? b_.SetOverlaps(members, value) : b_.SetHas(members, value);
  }
  const auto items = Items(set);
  if (auto test = MemberTest(value, items)) return *test;
  std::vector<ValueId> tests;
  for (const ast::Expr* item : items) {
    if (TypeOf(value).is(TypeKind::kSet)) {
      const ValueId member = Lower(item, scope);
      tests.push_back(TypeOf(member).is(TypeKind::kSet) ? b_.SetOverlaps(value, member) : b_.SetHas(value, member));
    } else {
      tests.push_back(CompareWith(ast::CompareOp::kEq, value, item, fold, scope));
    }
  }
  return AnyOf(tests);
}

ValueId Lowerer::In(const ast::In& in, const Scope& scope) {
  const ValueId value = Lower(in.value, scope);
  const ValueId test = InSet(value, in.set, in.suffix.ignoring_case, scope);
  return WithSuffix(in.negated ? b_.Not(test) : test, in.suffix);
}

ValueId Lowerer::OneTextTest(const ast::TextTest& test, ValueId text, const ast::Expr* item, const Scope& scope) {
  const bool fold = test.suffix.ignoring_case;
  const ast::TextLit* literal = LiteralText(item);
  const ValueId folded = fold && test.op != ast::TextTestOp::kMatches ? b_.Fold(text) : text;
  auto part = [&] {
    if (literal) return b_.Text(fold ? rt::Fold(literal->plain()) : std::string(literal->plain()));
    const ValueId value = Lower(item, scope);
    return fold ? b_.Fold(value) : value;
  };
  switch (test.op) {
    case ast::TextTestOp::kContains:
      return b_.TextTest(ir::TextTest::kContains, folded, part());
    case ast::TextTestOp::kContainsWord:
      return b_.TextTest(ir::TextTest::kContainsWord, folded, part());
    case ast::TextTestOp::kStartsWith:
      return b_.TextTest(ir::TextTest::kStartsWith, folded, part());
    case ast::TextTestOp::kEndsWith:
      return b_.TextTest(ir::TextTest::kEndsWith, folded, part());
    case ast::TextTestOp::kLike:
      SAITEN_CHECK(literal);
      return b_.Like(folded, fold ? rt::Fold(literal->plain()) : std::string(literal->plain()));
    case ast::TextTestOp::kMatches: {
      auto* regex = ast::As<ast::RegexLit>(Bare(item));
      SAITEN_CHECK(regex || literal);
      const std::string pattern(regex ? regex->pattern : literal->plain());
      return b_.Matches(text, fold ? "(?i:" + pattern + ")" : pattern);
    }
  }
  SAITEN_UNREACHABLE("a text test");
}

ValueId Lowerer::TextTest(const ast::TextTest& test, const Scope& scope) {
  const ValueId left = Lower(test.left, scope);
  if (TypeOf(left).is(TypeKind::kSet)) return WithSuffix(InSet(left, test.right, false, scope), test.suffix);
  std::vector<ValueId> tests;
  for (const ast::Expr* item : Items(test.right)) tests.push_back(OneTextTest(test, left, item, scope));
  return WithSuffix(AnyOf(tests), test.suffix);
}

ValueId Lowerer::InGroup(const ast::InGroup& in, const Scope& scope) {
  const ValueId record = AsRecord(in.value ? Lower(in.value, scope) : scope.frames.back());
  const check::Symbol& symbol = checked().InfoOf(&in).symbol;
  const ValueId member = in.is_list ? b_.InList(record, ListId(symbol.index)) : OfRecord(symbol, record);
  return in.negated ? b_.Not(member) : member;
}

}  // namespace saiten::lower
