#include "compiler/lower/lowerer.h"

#include "base/check.h"
#include "compiler/types/arith.h"
#include "runtime/decimal.h"

// Expressions: one value for each, of the type that the checker found.
namespace saiten::lower {

Lowerer::Lowerer(Shared& shared, ObjectId object, FileId file)
    : shared_(shared), b_(shared.result.program, object), file_(file) {}

Item Lowerer::Finish() { return {b_.Finish(), std::move(trace_), std::move(inlined_)}; }

ValueId Lowerer::Lower(const ast::Expr* expr, const Scope& scope) {
  SAITEN_CHECK(expr);
  const At at(*this, expr->span);
  const ValueId value = LowerUntraced(expr, scope);
  trace_.exprs.push_back({expr, value, depth_ > 0});
  return value;
}

ValueId Lowerer::LowerUntraced(const ast::Expr* expr, const Scope& scope) {
  using ast::ExprKind;
  switch (expr->kind) {
    case ExprKind::kNumber:
      return Number(*static_cast<const ast::NumberLit*>(expr));
    case ExprKind::kBool:
      return b_.Bool(static_cast<const ast::BoolLit*>(expr)->value);
    case ExprKind::kText:
      return b_.Text(static_cast<const ast::TextLit*>(expr)->plain());
    case ExprKind::kDate:
      return b_.Const(Type::Date(), static_cast<const ast::DateLit*>(expr)->days);
    case ExprKind::kClock:
      return b_.Const(Type::Clock(), static_cast<const ast::ClockLit*>(expr)->micros);
    case ExprKind::kDateTime: {
      auto* literal = static_cast<const ast::DateTimeLit*>(expr);
      const bool local = !literal->has_zone && shared_.zone;
      return b_.Const(Type::Instant(), local ? shared_.zone->ToInstant(literal->micros) : literal->micros);
    }
    case ExprKind::kDuration: {
      const ast::Duration& duration = static_cast<const ast::DurationLit*>(expr)->duration;
      const int64_t unit = rt::FixedLength(check::ToRuntime(duration.unit));
      bool saturated = false;
      return b_.Const(Type::Duration(), rt::Mul(duration.count, unit, &saturated));
    }
    case ExprKind::kMoney:
      return Money(*static_cast<const ast::MoneyLit*>(expr));
    case ExprKind::kUnknown:
      return b_.Unknown(Type::Nothing());
    case ExprKind::kName:
      return Name(*static_cast<const ast::NameRef*>(expr), scope);
    case ExprKind::kMember:
      return MemberOf(*static_cast<const ast::Member*>(expr), scope);
    case ExprKind::kCall:
      return Call(*static_cast<const ast::Call*>(expr), scope);
    case ExprKind::kUser:
      return User(*static_cast<const ast::UserRef*>(expr));
    case ExprKind::kParen:
      return Lower(static_cast<const ast::Paren*>(expr)->inner, scope);
    case ExprKind::kNegate: {
      const ValueId operand = Lower(static_cast<const ast::Negate*>(expr)->operand, scope);
      return b_.IsConst(operand) ? b_.Const(TypeOf(operand), -b_.kernel()[operand].imm) : b_.Neg(operand);
    }
    case ExprKind::kArith:
      return Arith(*static_cast<const ast::Arith*>(expr), scope);
    case ExprKind::kNot:
      return b_.Not(Lower(static_cast<const ast::Not*>(expr)->operand, scope));
    case ExprKind::kLogic:
      return Logic(*static_cast<const ast::Logic*>(expr), scope);
    case ExprKind::kCompare:
      return Compare(*static_cast<const ast::Compare*>(expr), scope);
    case ExprKind::kIn:
      return In(*static_cast<const ast::In*>(expr), scope);
    case ExprKind::kTextTest:
      return TextTest(*static_cast<const ast::TextTest*>(expr), scope);
    case ExprKind::kIsKnown: {
      auto* test = static_cast<const ast::IsKnown*>(expr);
      const ValueId known = b_.IsKnown(Lower(test->value, scope));
      return test->known ? known : b_.Not(known);
    }
    case ExprKind::kInGroup:
      return InGroup(*static_cast<const ast::InGroup*>(expr), scope);
    case ExprKind::kInWindow:
      return InWindow(*static_cast<const ast::InWindow*>(expr), scope);
    case ExprKind::kHasBeen:
      return HasBeen(*static_cast<const ast::HasBeen*>(expr), scope);
    case ExprKind::kWas:
      return Was(*static_cast<const ast::Was*>(expr), scope);
    case ExprKind::kElse:
      return Else(*static_cast<const ast::Else*>(expr), scope);
    case ExprKind::kIf:
      return If(*static_cast<const ast::If*>(expr), scope);
    case ExprKind::kMatch:
      return Match(*static_cast<const ast::Match*>(expr), scope);
    case ExprKind::kAggregate:
      return Aggregate(*static_cast<const ast::Aggregate*>(expr), scope);
    case ExprKind::kTimeSince:
      return TimeSince(*static_cast<const ast::TimeSince*>(expr), scope);
    case ExprKind::kError:
    case ExprKind::kClockRange:
    case ExprKind::kRegex:
    case ExprKind::kList:
    case ExprKind::kRange:
    case ExprKind::kRecord:
      break;
  }
  SAITEN_UNREACHABLE("an expression that the checker refuses");
}

ValueId Lowerer::User(const ast::UserRef& user) {
  const ObjectId object = checked().TypeOf(&user).object_id();
  const auto name = catalog()[object].Find("name");
  auto* text = ast::As<ast::TextLit>(Bare(user.name));
  SAITEN_CHECK(name && text);
  return b_.Named(object, *name, text->plain());
}

ValueId Lowerer::Number(const ast::NumberLit& number) {
  return b_.Const(number.scale == 0 ? Type::Int() : Type::Decimal(number.scale), number.mantissa);
}

ValueId Lowerer::Money(const ast::MoneyLit& money) {
  const uint32_t currency = CurrencyFromName(money.currency);
  bool saturated = false;
  const int64_t minor = rt::Rescale(money.mantissa, money.scale, CurrencyDigits(currency), &saturated);
  return b_.Const(Type::Money(currency), minor);
}

ValueId Lowerer::Logic(const ast::Logic& logic, const Scope& scope) {
  ValueId result;
  for (const ast::Expr* operand : logic.operands) {
    const ValueId value = Lower(operand, scope);
    if (!result.valid()) {
      result = value;
    } else {
      result = logic.is_and ? b_.And(result, value) : b_.Or(result, value);
    }
  }
  return result;
}

ValueId Lowerer::If(const ast::If& expr, const Scope& scope) {
  const ValueId condition = Lower(expr.condition, scope);
  ValueId then = Lower(expr.then, scope);
  ValueId otherwise = Lower(expr.otherwise, scope);
  Unify(&then, &otherwise);
  return b_.Select(condition, then, otherwise);
}

ValueId Lowerer::Else(const ast::Else& expr, const Scope& scope) {
  ValueId value = Lower(expr.value, scope);
  ValueId fallback = Lower(expr.fallback, scope);
  Unify(&value, &fallback);
  return b_.Else(value, fallback);
}

ValueId Lowerer::Coerce(ValueId value, Type target) {
  const Type type = TypeOf(value);
  if (type.SameBase(target) || target.is_error() || target.is(TypeKind::kNothing)) return value;
  if (type.is(TypeKind::kNothing)) return b_.Unknown(target);
  SAITEN_CHECK(type.is_number() && target.is_number());
  const int digits = target.scale - type.scale;
  const Type result = target.Optional(type.optional);
  if (digits == 0 && b_.IsConst(value)) return b_.Const(result, b_.kernel()[value].imm);
  if (b_.IsConst(value)) {
    bool saturated = false;
    const int64_t scaled = rt::Rescale(b_.kernel()[value].imm, type.scale, target.scale, &saturated);
    if (!saturated) return b_.Const(result, scaled);
  }
  return b_.Rescale(result, value, digits);
}

void Lowerer::Unify(ValueId* a, ValueId* b) {
  const auto common = CommonType(TypeOf(*a), TypeOf(*b));
  SAITEN_CHECK(common.has_value());
  *a = Coerce(*a, *common);
  *b = Coerce(*b, *common);
}

}  // namespace saiten::lower
