#include "compiler/types/arith.h"
#include "base/check.h"
#include "compiler/lower/lowerer.h"
#include "runtime/civil.h"

// Arithmetic (sem N7a) and moving along the clock and the calendar (sem T3a, D2).
namespace saiten::lower {

ValueId Lowerer::Move(ValueId time, const ast::Duration& duration, bool forward) {
  const int64_t n = forward ? duration.count : -duration.count;
  const auto unit = check::ToRuntime(duration.unit);
  if (duration.business) {
    SAITEN_CHECK(duration.unit == ast::TimeUnit::kDay);
    return b_.MoveBusiness(time, n, 0);
  }
  if (TypeOf(time).is(TypeKind::kInstant)) return b_.MoveInstant(time, n, unit);
  SAITEN_CHECK(unit >= rt::TimeUnit::kDay);
  return b_.MoveDate(time, n, unit);
}

ValueId Lowerer::WithinCalendar(ValueId time) {
  // What reads a calendar date of it relies on the years 0001 to 9999.
  const Type type = TypeOf(time).Required();
  const bool is_date = type.is(TypeKind::kDate);
  const ValueId first = b_.Const(type, is_date ? rt::kMinDay : rt::kMinInstant);
  const ValueId last = b_.Const(type, is_date ? rt::kMaxDay : rt::kMaxInstant);
  return b_.Min(b_.Max(time, first), last);
}

ValueId Lowerer::AddOrSub(bool add, ValueId left, ValueId right) {
  using enum TypeKind;
  const Type l = TypeOf(left);
  const Type r = TypeOf(right);
  auto emit = [&](Type type, ValueId a, ValueId b) { return add ? b_.Add(type, a, b) : b_.Sub(type, a, b); };
  const ValueId day = b_.Const(Type::Duration(), rt::kMicrosPerDay);
  if (l.is(kDate) && r.is(kDate)) return b_.Mul(Type::Duration(), b_.Sub(Type::Int(), left, right), day, 0);
  if (l.is(kDate) && r.is(kDuration))
    return WithinCalendar(emit(Type::Date(), left, b_.Div(Type::Int(), right, day, 0)));
  if (l.is(kDuration) && r.is(kDate)) {
    return WithinCalendar(b_.Add(Type::Date(), right, b_.Div(Type::Int(), left, day, 0)));
  }
  if (l.is(kInstant) && r.is(kInstant)) return b_.Sub(Type::Duration(), left, right);
  if (l.is(kInstant)) return WithinCalendar(emit(Type::Instant(), left, right));
  if (r.is(kInstant)) return WithinCalendar(b_.Add(Type::Instant(), right, left));
  Unify(&left, &right);
  return emit(TypeOf(left), left, right);
}

ValueId Lowerer::Arith(const ast::Arith& arith, const Scope& scope) {
  const ValueId left = Lower(arith.left, scope);
  const Type l = TypeOf(left);
  const bool add = arith.op == ast::ArithOp::kAdd;
  const bool additive = add || arith.op == ast::ArithOp::kSub;
  if (additive && (l.is(TypeKind::kDate) || l.is(TypeKind::kInstant))) {
    if (const ast::Duration* duration = checked().LiteralDurationOf(arith.right)) return Move(left, *duration, add);
  }
  const ValueId right = Lower(arith.right, scope);
  const Type r = TypeOf(right);
  if (add && l.is(TypeKind::kDuration) && (r.is(TypeKind::kDate) || r.is(TypeKind::kInstant))) {
    if (const ast::Duration* duration = checked().LiteralDurationOf(arith.left)) return Move(right, *duration, true);
  }
  if (additive) return AddOrSub(add, left, right);
  const auto type = ArithType(static_cast<ArithOp>(arith.op), l, r, true);
  SAITEN_CHECK(type.has_value());
  if (arith.op == ast::ArithOp::kMul) return b_.Mul(*type, left, right, l.scale + r.scale - type->scale);
  return b_.Div(*type, left, right, type->scale + r.scale - l.scale);
}

}  // namespace saiten::lower
