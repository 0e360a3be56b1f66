#pragma once

#include <memory>
#include <span>
#include <vector>

#include "compiler/ir/ir.h"
#include "compiler/types/function_record.h"
#include "runtime/calendar.h"
#include "runtime/call_context.h"
#include "runtime/like.h"
#include "runtime/regex.h"
#include "runtime/text_store.h"
#include "runtime/zone.h"

namespace saiten::ir {

// What scalar operations read beside their arguments. `call.texts` may be null where no operation on texts is asked
// for.
struct ScalarContext {
  rt::CallContext call;
  const Program* program = nullptr;
  std::span<const rt::LikeMatcher> likes;                            // by aux of kLike
  std::span<const std::unique_ptr<const rt::RegexMatcher>> regexes;  // by aux of kMatches
};

// The meaning of an operation with kScalar, for the interpreter and for constant folding. `types` are those of the
// arguments (kCall passes them on). Sets `*saturated` where a number was cut to its range (R9001); never resets it.
CallValue EvaluateScalar(const Inst& inst, std::span<const CallValue> args, std::span<const Type> types,
                         const ScalarContext& context, bool* saturated);

}  // namespace saiten::ir
