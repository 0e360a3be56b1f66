#include "compiler/types/arith.h"

#include <algorithm>

namespace saiten {
namespace {

std::optional<Type> AddType(Type a, Type b, bool sub) {
  using enum TypeKind;
  if (a.is_number() && b.is_number()) {
    const int scale = std::max(a.scale, b.scale);
    return a.is(kInt) && b.is(kInt) ? Type::Int() : Type::Decimal(scale);
  }
  if (a.is(kMoney) && b.is(kMoney) && a.ref == b.ref) return a;
  if (a.is(kDuration) && b.is(kDuration)) return Type::Duration();
  if ((a.is(kDate) || a.is(kInstant)) && b.is(kDuration)) return a;
  if (!sub && a.is(kDuration) && (b.is(kDate) || b.is(kInstant))) return b;
  if (sub && a.is(kDate) && b.is(kDate)) return Type::Duration();
  if (sub && a.is(kInstant) && b.is(kInstant)) return Type::Duration();
  return std::nullopt;
}

std::optional<Type> MulType(Type a, Type b) {
  using enum TypeKind;
  if (a.is(kInt) && b.is(kInt)) return Type::Int();
  if (a.is_number() && b.is_number()) return Type::Decimal(std::min(9, a.scale + b.scale));
  if (a.is(kMoney) && b.is_number()) return a;
  if (a.is_number() && b.is(kMoney)) return b;
  if (a.is(kDuration) && b.is(kInt)) return a;
  if (a.is(kInt) && b.is(kDuration)) return b;
  return std::nullopt;
}

std::optional<Type> DivType(Type a, Type b) {
  using enum TypeKind;
  if (a.is_number() && b.is_number()) return Type::Decimal(6);
  if (a.is(kMoney) && b.is_number()) return a;
  if (a.is(kMoney) && b.is(kMoney) && a.ref == b.ref) return Type::Decimal(6);
  if (a.is(kDuration) && b.is(kDuration)) return Type::Decimal(6);
  if (a.is(kDuration) && b.is(kInt)) return a;
  return std::nullopt;
}

}  // namespace

std::optional<Type> CommonType(Type a, Type b) {
  const bool optional = a.optional || b.optional;
  if (a.is_error() || b.is_error()) return Type::Error();
  if (a.is(TypeKind::kNothing)) return b.Optional();
  if (b.is(TypeKind::kNothing)) return a.Optional();
  if (a.SameBase(b)) return a.Optional(optional);
  if (a.is_number() && b.is_number()) return Type::Decimal(std::max(a.scale, b.scale)).Optional(optional);
  return std::nullopt;
}

std::optional<Type> ArithType(ArithOp op, Type a, Type b, bool divisor_nonzero) {
  if (a.is_error() || b.is_error()) return Type::Error();
  bool optional = a.optional || b.optional;
  std::optional<Type> result;
  switch (op) {
    case ArithOp::kAdd:
      result = AddType(a, b, false);
      break;
    case ArithOp::kSub:
      result = AddType(a, b, true);
      break;
    case ArithOp::kMul:
      result = MulType(a, b);
      break;
    case ArithOp::kDiv:
      result = DivType(a, b);
      optional |= !divisor_nonzero;
      break;
  }
  if (result) result->optional = optional;
  return result;
}

}  // namespace saiten
