#pragma once

#include <optional>

#include "compiler/types/type.h"

// Which type comes out when two meet (sem N7a). Shared by the checker, which reports, and lowering, which converts.
namespace saiten {

// The type to which both sides of a comparison, the arms of an `if`, the rows of a `match` or the two sides of `else`
// are brought: equal types, int and decimal (the larger scale), or anything with `unknown`. Optional if either is.
// Nothing if they do not go together (other currency, other enum, text against a number).
std::optional<Type> CommonType(Type a, Type b);

enum class ArithOp : uint8_t { kAdd, kSub, kMul, kDiv };

// The result of `a op b`: numbers (N7a), money, date and time with durations. Nothing if the operation makes no sense.
// `divisor_nonzero`: the divisor is a constant other than 0, so that the result is not optional on its account.
// A duration literal of months, quarters or years is not a duration: it is only allowed behind date/time + and -, which
// callers check.
std::optional<Type> ArithType(ArithOp op, Type a, Type b, bool divisor_nonzero);

}  // namespace saiten
