#include "compiler/parse/build_expr.h"
#include "compiler/parse/literals.h"

namespace saiten::parse {
namespace {

using ast::Expr;

const Expr* BuildPrimary(Context& context, const Node& node);

const Expr* BuildUnary(Context& context, const Node& node) {
  const Expr* result = BuildPrimary(context, node.Child(Rule::kPrimary));
  for (int count = static_cast<int>(node.Children().size()) - 1; count > 0; --count) {
    const Node sign = node.Child(Kind::kMinus, count - 1);
    if (!sign) continue;
    auto* negate = Make<ast::Negate>(context, context.SpanOf(sign).To(result->span));
    negate->operand = result;
    result = negate;
  }
  return result;
}

// a + b - c and a * b / c, from left to right.
template <typename BuildOperand>
const Expr* BuildArith(Context& context, const Node& node, BuildOperand build) {
  const Expr* result = nullptr;
  const Node* sign = nullptr;
  const std::vector<Node> children = node.Children();
  for (const Node& child : children) {
    if (child.IsToken()) {
      sign = &child;
      continue;
    }
    const Expr* operand = build(context, child);
    if (!result) {
      result = operand;
      continue;
    }
    auto* arith = Make<ast::Arith>(context, result->span.To(operand->span));
    using ast::ArithOp;
    const Kind kind = sign->kind();
    arith->op = kind == Kind::kPlus    ? ArithOp::kAdd
                : kind == Kind::kMinus ? ArithOp::kSub
                : kind == Kind::kStar  ? ArithOp::kMul
                                       : ArithOp::kDiv;
    arith->left = result;
    arith->right = operand;
    arith->op_span = context.SpanOf(*sign);
    result = arith;
  }
  return result ? result : ErrorAt(context, context.SpanOf(node));
}

const Expr* BuildProduct(Context& context, const Node& node) { return BuildArith(context, node, BuildUnary); }

std::vector<const Expr*> BuildExprs(Context& context, const Node& parent) {
  std::vector<const Expr*> items;
  for (const Node& item : parent.Children(Rule::kExpr)) items.push_back(BuildExpr(context, item));
  return items;
}

const Expr* BuildCall(Context& context, Span span, const Node& callee, const std::vector<const Expr*>& args) {
  auto* call = Make<ast::Call>(context, span);
  call->callee = context.NameOf(callee);
  call->args = context.Copy(args);
  return call;
}

const Expr* BuildNameRef(Context& context, const Node& name) {
  auto* ref = Make<ast::NameRef>(context, context.SpanOf(name));
  ref->name = context.NameOf(name);
  return ref;
}

// `base.a.b`: the names of `parent` behind the first `skip`.
const Expr* BuildMembers(Context& context, const Expr* base, const Node& parent, int skip) {
  for (const Node& name : parent.Children(Rule::kName)) {
    if (skip-- > 0) continue;
    auto* member = Make<ast::Member>(context, base->span.To(context.SpanOf(name)));
    member->base = base;
    member->name = context.NameOf(name);
    base = member;
  }
  return base;
}

const Expr* BuildAtom(Context& context, const Node& node) {
  const Span span = context.SpanOf(node);
  if (const Node literal = node.Child(Rule::kLiteral)) return BuildLiteral(context, literal);
  if (const Node aggregate = node.Child(Rule::kAggregate)) return BuildAggregate(context, aggregate);
  if (node.Has(Kind::kMatch)) {
    return BuildMatch(context, span, node.Child(Rule::kSubjects), node.Child(Kind::kBlock), Rule::kValueRows);
  }
  if (node.Has(Kind::kUser)) {
    auto* user = Make<ast::UserRef>(context, span);
    user->name = BuildText(context, node.Child(Kind::kText));
    return user;
  }
  if (node.Has(Kind::kTimeSince)) {
    auto* since = Make<ast::TimeSince>(context, span);
    since->operand = BuildPrimary(context, node.Child(Rule::kPrimary));
    return since;
  }
  if (const Node call = node.Child(Rule::kCall)) {
    return BuildCall(context, span, call.First(), BuildExprs(context, call));
  }
  if (const Node name = node.Child(Rule::kName)) return BuildNameRef(context, name);
  if (node.Has(Kind::kLp)) {
    auto* paren = Make<ast::Paren>(context, span);
    paren->inner = BuildExpr(context, node.Child(Rule::kExpr));
    return paren;
  }
  if (node.Has(Kind::kLb)) {
    auto* list = Make<ast::ListExpr>(context, span);
    list->items = context.Copy(BuildExprs(context, node));
    return list;
  }
  return ErrorAt(context, span);
}

const Expr* BuildPrimary(Context& context, const Node& node) {
  const Expr* atom =
      node.Child(Rule::kAtom) ? BuildAtom(context, node.Child(Rule::kAtom)) : ErrorAt(context, context.SpanOf(node));
  return BuildMembers(context, atom, node, 0);
}

}  // namespace

const Expr* BuildSum(Context& context, const Node& node) {
  if (!node) return nullptr;
  return node.BrokenOff() ? ErrorAt(context, context.SpanOf(node)) : BuildArith(context, node, BuildProduct);
}

const Expr* BuildPath(Context& context, const Node& node) {
  const Node first = node.Child(Rule::kName);
  return first ? BuildMembers(context, BuildNameRef(context, first), node, 1) : nullptr;
}

ast::Window BuildWindow(Context& context, const Node& node) {
  using WindowKind = ast::Window::Kind;
  ast::Window window;
  if (!node) return window;
  window.span = context.SpanOf(node);
  window.duration = BuildDuration(context, node.Child(Rule::kDuration));
  const Node sum = node.Child(Rule::kSum);
  if (node.Has(Kind::kCalendar)) {
    window.kind = WindowKind::kLastCalendar;
    window.duration.count = BuildCount(context, node.Child(Kind::kNumber));
    const Node unit = node.Child(Kind::kUnit);
    window.duration.unit = ReadUnit(context.TextOf(unit)).value_or(ast::TimeUnit::kDay);
    window.duration.span = context.SpanOf(node.Child(Kind::kNumber)).To(context.SpanOf(unit));
  } else if (node.Has(Kind::kThe)) {
    window.kind = WindowKind::kBeforeIt;
  } else if (node.Has(Kind::kLast)) {
    window.kind = WindowKind::kLast;
  } else if (node.Has(Kind::kBetween)) {
    window.kind = WindowKind::kBetween;
    window.from = BuildSum(context, sum);
    window.to = BuildSum(context, node.Child(Rule::kSum, 1));
  } else {
    window.kind = WindowKind::kSince;
    window.from = BuildSum(context, sum);
  }
  return window;
}

ast::Source BuildSource(Context& context, const Node& node) {
  ast::Source source;
  if (!node) return source;
  source.span = context.SpanOf(node);
  source.path = BuildPath(context, node.Child(Rule::kPath));
  source.is_change = node.Has(Kind::kChange);
  if (source.is_change) {
    const Node first = node.Child(Rule::kSum);
    if (node.Has(Kind::kFrom)) source.change_from = BuildSum(context, first);
    if (node.Has(Kind::kTo))
      source.change_to = BuildSum(context, node.Child(Rule::kSum, node.Has(Kind::kFrom) ? 1 : 0));
  }
  source.where = BuildCondition(context, node.Child(Rule::kCondition));
  return source;
}

const Expr* BuildAggregate(Context& context, const Node& node) {
  using ast::AggregateFn;
  auto* aggregate = Make<ast::Aggregate>(context, context.SpanOf(node));
  const Kind word = node.First().kind();
  aggregate->fn = word == Kind::kCount     ? AggregateFn::kCount
                  : word == Kind::kExists  ? AggregateFn::kExists
                  : word == Kind::kNo      ? AggregateFn::kNo
                  : word == Kind::kSum     ? AggregateFn::kSum
                  : word == Kind::kAvg     ? AggregateFn::kAvg
                  : word == Kind::kMinOf   ? AggregateFn::kMin
                  : word == Kind::kMaxOf   ? AggregateFn::kMax
                  : word == Kind::kFirstOf ? AggregateFn::kFirst
                                           : AggregateFn::kLast;
  aggregate->bracketed = node.Has(Kind::kLp);
  aggregate->source = BuildSource(context, aggregate->bracketed ? node.Child(Rule::kSource) : node);
  const Node option = node.Child(Rule::kAggregateOption);
  aggregate->distinct_by = BuildPath(context, option.Child(Rule::kPath));
  const Node window = aggregate->bracketed ? option.Child(Rule::kWindow) : node.Child(Rule::kWindow);
  aggregate->window = BuildWindow(context, window);
  if (!aggregate->bracketed && window) {
    // The place of the event alone: the window is shown apart.
    aggregate->source.span = node.Child(Rule::kPath) ? context.SpanOf(node.Child(Rule::kPath)) : aggregate->source.span;
  }
  return aggregate;
}

}  // namespace saiten::parse
