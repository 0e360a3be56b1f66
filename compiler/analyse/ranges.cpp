#include "compiler/analyse/facts.h"
#include "compiler/analyse/walk.h"
#include "runtime/decimal.h"

// Which numbers an expression can give.
namespace saiten::analyse {
namespace {

using check::Symbol;

constexpr int kMaxDepth = 50;

bool IsAmount(Type type) { return type.is_number() || type.is(TypeKind::kMoney) || type.is(TypeKind::kDuration); }

}  // namespace

Reach Facts::ReachAs(const ast::Expr* expr, Type type) {
  const Type own = TypeOf(expr);
  if (!IsAmount(own)) return Reach::Anything();
  const Reach reach = ReachOf(expr);
  return own.is_number() && type.is_number() ? reach.Rescale(own.scale, type.scale) : reach;
}

Reach Facts::ReachOfArith(const ast::Arith& arith) {
  const Type type = TypeOf(&arith);
  const Type left = TypeOf(arith.left);
  const Type right = TypeOf(arith.right);
  if (!IsAmount(type) || !IsAmount(left) || !IsAmount(right)) return Reach::Anything();
  switch (arith.op) {
    case ast::ArithOp::kAdd:
      return ReachAs(arith.left, type) + ReachAs(arith.right, type);
    case ast::ArithOp::kSub:
      return ReachAs(arith.left, type) + -ReachAs(arith.right, type);
    case ast::ArithOp::kMul:
      return (ReachOf(arith.left) * ReachOf(arith.right)).Rescale(left.scale + right.scale, type.scale);
    case ast::ArithOp::kDiv: {
      const auto divisor = ConstantOf(arith.right);
      if (!divisor || divisor->raw == 0) return Reach::Anything();
      const Reach over = divisor->raw < 0 ? -ReachOf(arith.left) : ReachOf(arith.left);
      const int64_t by = divisor->raw < 0 ? -divisor->raw : divisor->raw;
      const int left_scale = left.is_number() ? left.scale : 0;
      const int right_scale = right.is_number() ? divisor->type.scale : 0;
      const int scale = type.is_number() ? type.scale : 0;
      return over.Map([=](int64_t value) {
        bool saturated = false;
        return rt::DivDecimal(value, left_scale, by, right_scale, &saturated, scale);
      });
    }
  }
  return Reach::Anything();
}

Reach Facts::ReachOfCall(const ast::Call& call) {
  const Symbol symbol = program_.InfoOf(&call).symbol;
  const Type type = TypeOf(&call);
  if (symbol.kind == Symbol::Kind::kFn) {
    const ast::Expr* body = program_.fns[symbol.index].decl->body;
    const Type own = TypeOf(body);
    if (!IsAmount(own)) return Reach::Anything();
    const Reach reach = ReachOfBody(body);
    return own.is_number() && type.is_number() ? reach.Rescale(own.scale, type.scale) : reach;
  }
  if (!symbol.function || call.args.empty()) return Reach::Anything();
  const std::string_view name = symbol.function->name;
  if (name == "abs") return ReachAs(call.args[0], type).Abs();
  if (name == "min" || name == "max") {
    Reach reach = ReachAs(call.args[0], type);
    for (const ast::Expr* arg : call.args.subspan(1)) {
      reach = name == "min" ? reach.Min(ReachAs(arg, type)) : reach.Max(ReachAs(arg, type));
    }
    return reach;
  }
  if (name == "clamp" && call.args.size() == 3) {
    return ReachAs(call.args[0], type).Min(ReachAs(call.args[2], type)).Max(ReachAs(call.args[1], type));
  }
  if (name == "length" || name == "size") return Reach::Between(0, rt::kNumberMax);
  return Reach::Anything();
}

Reach Facts::ReachOfAggregate(const ast::Aggregate& aggregate) {
  using enum ast::AggregateFn;
  if (aggregate.fn == kCount) return Reach::Between(0, rt::kNumberMax);
  auto info = program_.sources.find(&aggregate.source);
  const Type type = TypeOf(&aggregate);
  if (info == program_.sources.end() || !info->second.value || !IsAmount(TypeOf(info->second.value))) {
    return Reach::Anything();
  }
  Reach each = ReachAs(info->second.value, type);
  switch (aggregate.fn) {
    case kMin:
    case kMax:
      return each;
    case kAvg:
      return each.Smooth();
    case kSum:
      return Reach::Between(each.low() < 0 ? rt::kNumberMin : 0, each.high() > 0 ? rt::kNumberMax : 0, each.step());
    case kCount:
    case kExists:
    case kNo:
    case kFirst:
    case kLast:
      break;
  }
  return Reach::Anything();
}

Reach Facts::ReachOfSymbol(const Symbol& symbol) {
  if (symbol.kind == Symbol::Kind::kScore) return ReachOfScore(symbol.index).reach;
  if (symbol.kind == Symbol::Kind::kLet) return ReachOfBody(program_.lets[symbol.index].decl->value);
  return Reach::Anything();
}

Reach Facts::ReachOfBody(const ast::Expr* body) {
  if (auto known = body_reaches_.find(body); known != body_reaches_.end()) return known->second;
  const Reach reach = ReachOf(body);
  body_reaches_.emplace(body, reach);
  return reach;
}

Reach Facts::ReachOf(const ast::Expr* expr) {
  expr = Bare(expr);
  const Type type = TypeOf(expr);
  if (!expr || !IsAmount(type) || depth_ > kMaxDepth) return Reach::Anything();
  if (const auto constant = ConstantOf(expr)) return Reach::Exactly(constant->raw);
  struct Deeper {
    int& depth;
    explicit Deeper(int& d) : depth(d) { ++depth; }
    ~Deeper() { --depth; }
  } deeper(depth_);
  if (ast::As<ast::NameRef>(expr) || ast::As<ast::Member>(expr)) return ReachOfSymbol(program_.InfoOf(expr).symbol);
  if (auto* negate = ast::As<ast::Negate>(expr)) return -ReachOf(negate->operand);
  if (auto* arith = ast::As<ast::Arith>(expr)) return ReachOfArith(*arith);
  if (auto* call = ast::As<ast::Call>(expr)) return ReachOfCall(*call);
  if (auto* aggregate = ast::As<ast::Aggregate>(expr)) return ReachOfAggregate(*aggregate);
  if (auto* choice = ast::As<ast::Else>(expr)) return ReachAs(choice->value, type).Or(ReachAs(choice->fallback, type));
  if (auto* choice = ast::As<ast::If>(expr)) return ReachAs(choice->then, type).Or(ReachAs(choice->otherwise, type));
  if (auto* match = ast::As<ast::Match>(expr)) {
    std::optional<Reach> reach;
    for (const ast::MatchRow& row : match->rows) {
      if (TypeOf(row.result).is(TypeKind::kNothing)) continue;
      const Reach one = ReachAs(row.result, type);
      reach = reach ? reach->Or(one) : one;
    }
    return reach.value_or(Reach::Anything());
  }
  return Reach::Anything();
}

}  // namespace saiten::analyse
