#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "compiler/types/function_record.h"
#include "runtime/call_context.h"

// What the functions of every topic need to read a call and to answer it.
namespace saiten::stdlib {

inline CallValue Known(int64_t value) { return {value, true}; }
inline CallValue Unknown() { return {0, false}; }

// Whether an optional argument was given.
inline bool Has(const FunctionCall& call, size_t i) { return i < call.args.size() && call.args[i].known; }

inline int64_t Int(const FunctionCall& call, size_t i) { return call.args[i].value; }

// A text argument as it is kept, and in the form that comparisons use (sem N3a).
inline std::string_view Text(const FunctionCall& call, size_t i) { return call.context.texts->View(Int(call, i)); }
inline std::string_view NfkcText(const FunctionCall& call, size_t i) { return call.context.texts->Nfkc(Int(call, i)); }

// A text result; where it is the first argument unchanged, that handle saves a copy.
inline CallValue MakeText(const FunctionCall& call, std::string text) {
  if (!call.types.empty() && call.types[0].is(TypeKind::kText) && text == Text(call, 0)) return call.args[0];
  return Known(call.context.texts->Make(std::move(text)));
}

// Calls `operation(bool* saturated)` and tells the run if its result was held at the end of a range (R9001).
template <typename Operation>
CallValue Saturating(const FunctionCall& call, Operation operation) {
  bool saturated = false;
  const int64_t value = operation(&saturated);
  if (saturated && call.context.saturated != nullptr) *call.context.saturated = true;
  return Known(value);
}

}  // namespace saiten::stdlib
