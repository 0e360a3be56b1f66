#include "compiler/parse/build_expr.h"

namespace saiten::parse {
namespace {

using ast::Expr;

// a else b else c: the first that is known, so it nests to the right.
const Expr* BuildElse(Context& context, const std::vector<const Expr*>& parts) {
  const Expr* result = parts.back();
  for (size_t i = parts.size() - 1; i-- > 0;) {
    auto* node = Make<ast::Else>(context, parts[i]->span.To(parts.back()->span));
    node->value = parts[i];
    node->fallback = result;
    result = node;
  }
  return result;
}

const Expr* BuildTested(Context& context, const Node& node);

const Expr* BuildNot(Context& context, const Node& node) {
  const Expr* result = BuildTested(context, node.Child(Rule::kTested));
  for (int count = static_cast<int>(node.Children().size()) - 1; count > 0; --count) {
    const Node sign = node.Child(Kind::kNot, count - 1);
    if (!sign) continue;
    auto* inverse = Make<ast::Not>(context, context.SpanOf(sign).To(result->span));
    inverse->operand = result;
    result = inverse;
  }
  return result;
}

// One level of `and` or `or`: its operands in one node.
template <typename BuildOperand>
const Expr* BuildLogic(Context& context, const Node& node, Rule operand, bool is_and, BuildOperand build) {
  std::vector<const Expr*> operands;
  for (const Node& child : node.Children(operand)) operands.push_back(build(context, child));
  if (operands.empty()) return ErrorAt(context, context.SpanOf(node));
  if (operands.size() == 1) return operands[0];
  auto* logic = Make<ast::Logic>(context, context.SpanOf(node));
  logic->is_and = is_and;
  logic->operands = context.Copy(operands);
  return logic;
}

const Expr* BuildAnd(Context& context, const Node& node) {
  return BuildLogic(context, node, Rule::kNotTest, true, BuildNot);
}

const Expr* BuildOr(Context& context, const Node& node) {
  if (!node) return nullptr;
  return BuildLogic(context, node, Rule::kAndTest, false, BuildAnd);
}

const Expr* BuildGroup(Context& context, Span span, const Expr* value, const Node& node) {
  auto* group = Make<ast::InGroup>(context, span);
  group->value = value;
  group->group = context.NameOf(node.Child(Rule::kName));
  group->is_list = node.Has(Kind::kList);
  group->negated = node.Has(Kind::kNot);
  return group;
}

ast::TestSuffix BuildSuffix(Context& context, const Node& tested) {
  ast::TestSuffix result;
  for (const Node& suffix : tested.Children(Rule::kSuffix)) {
    bool& flag = suffix.Has(Kind::kOr) ? result.or_unknown : result.ignoring_case;
    if (flag) {
      context.reporter().Report(diag::Code::kTwice, context.SpanOf(suffix), {std::string(context.TextOf(suffix))});
    }
    flag = true;
  }
  return result;
}

const Expr* BuildIn(Context& context, Span span, const Expr* value, const Node& tail, ast::TestSuffix suffix) {
  if (tail.Has(Kind::kSegment) || tail.Has(Kind::kList)) return BuildGroup(context, span, value, tail);
  if (tail.Has(Kind::kLast)) {
    auto* in = Make<ast::InWindow>(context, span);
    in->value = value;
    in->window = BuildWindow(context, tail);
    in->negated = tail.Has(Kind::kNot);
    in->suffix = suffix;
    return in;
  }
  auto* in = Make<ast::In>(context, span);
  in->value = value;
  in->set = BuildSum(context, tail.Child(Rule::kSum));
  if (const Node high = tail.Child(Rule::kSum, 1)) {
    auto* range = Make<ast::RangeExpr>(context, context.SpanOf(tail.Child(Rule::kSum)).To(context.SpanOf(high)));
    range->low = in->set;
    range->high = BuildSum(context, high);
    in->set = range;
  }
  in->negated = tail.Has(Kind::kNot);
  in->suffix = suffix;
  return in;
}

const Expr* BuildTextTest(Context& context, Span span, const Expr* value, const Node& tail, ast::TestSuffix suffix) {
  auto* test = Make<ast::TextTest>(context, span);
  using ast::TextTestOp;
  test->op = tail.Has(Kind::kContains) ? (tail.Has(Kind::kWord) ? TextTestOp::kContainsWord : TextTestOp::kContains)
             : tail.Has(Kind::kStarts) ? TextTestOp::kStartsWith
             : tail.Has(Kind::kEnds)   ? TextTestOp::kEndsWith
             : tail.Has(Kind::kLike)   ? TextTestOp::kLike
                                       : TextTestOp::kMatches;
  test->left = value;
  test->right = BuildSum(context, tail.Child(Rule::kSum));
  test->suffix = suffix;
  return test;
}

const Expr* BuildTail(Context& context, Span span, const Expr* value, const Node& tail, ast::TestSuffix suffix) {
  const Node sum = tail.Child(Rule::kSum);
  if (const Node sign = tail.Child(Rule::kComparison)) {
    auto* compare = Make<ast::Compare>(context, span);
    compare->op = CompareOpOf(sign.First().kind());
    compare->left = value;
    compare->right = BuildSum(context, sum);
    compare->op_span = context.SpanOf(sign);
    compare->suffix = suffix;
    return compare;
  }
  if (tail.Has(Kind::kIs)) {
    auto* known = Make<ast::IsKnown>(context, span);
    known->value = value;
    known->known = tail.Has(Kind::kKnown);
    return known;
  }
  if (tail.Has(Kind::kHas)) {
    auto* been = Make<ast::HasBeen>(context, span);
    been->value = value;
    been->state = BuildSum(context, sum);
    been->has_duration = tail.Has(Kind::kFor);
    been->duration = BuildDuration(context, tail.Child(Rule::kDuration));
    return been;
  }
  if (tail.Has(Kind::kWas)) {
    auto* was = Make<ast::Was>(context, span);
    was->value = value;
    was->state = BuildSum(context, sum);
    return was;
  }
  if (tail.Has(Kind::kSince) || tail.Has(Kind::kBetween)) {
    auto* in = Make<ast::InWindow>(context, span);
    in->value = value;
    in->window = BuildWindow(context, tail);
    in->suffix = suffix;
    return in;
  }
  if (tail.Has(Kind::kIn)) return BuildIn(context, span, value, tail, suffix);
  return BuildTextTest(context, span, value, tail, suffix);
}

const Expr* BuildTested(Context& context, const Node& node) {
  if (const Node group = node.Child(Rule::kInGroup)) return BuildGroup(context, context.SpanOf(group), nullptr, group);
  if (const Node no = node.Child(Rule::kNoEvent)) return BuildAggregate(context, no);
  const Expr* value = BuildSum(context, node.Child(Rule::kSum));
  const Node tail = node.Child(Rule::kTestTail);
  if (!tail) return value ? value : ErrorAt(context, context.SpanOf(node));
  return BuildTail(context, context.SpanOf(node), value, tail, BuildSuffix(context, node));
}

}  // namespace

const Expr* ErrorAt(Context& context, Span span) { return Make<ast::ErrorExpr>(context, span); }

ast::CompareOp CompareOpOf(Kind kind) {
  using ast::CompareOp;
  if (kind == Kind::kNe) return CompareOp::kNe;
  if (kind == Kind::kLt) return CompareOp::kLt;
  if (kind == Kind::kLe) return CompareOp::kLe;
  if (kind == Kind::kGt) return CompareOp::kGt;
  if (kind == Kind::kGe) return CompareOp::kGe;
  return CompareOp::kEq;
}

const Expr* BuildCondition(Context& context, const Node& node) {
  if (!node) return nullptr;
  return node.BrokenOff() ? ErrorAt(context, context.SpanOf(node)) : BuildOr(context, node.Child(Rule::kOrTest));
}

const Expr* BuildExpr(Context& context, const Node& node) {
  if (!node) return nullptr;
  if (node.BrokenOff()) return ErrorAt(context, context.SpanOf(node));
  if (node.Is(Rule::kOrTest)) return BuildOr(context, node);
  if (node.Has(Kind::kIf)) {
    auto* choice = Make<ast::If>(context, context.SpanOf(node));
    choice->condition = BuildOr(context, node.Child(Rule::kOrTest));
    choice->then = BuildOr(context, node.Child(Rule::kOrTest, 1));
    choice->otherwise = BuildExpr(context, node.Child(Rule::kExpr));
    return choice;
  }
  std::vector<const Expr*> parts;
  for (const Node& part : node.Children(Rule::kOrTest)) parts.push_back(BuildOr(context, part));
  return parts.empty() ? ErrorAt(context, context.SpanOf(node)) : BuildElse(context, parts);
}

}  // namespace saiten::parse
