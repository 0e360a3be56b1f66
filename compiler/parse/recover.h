#pragma once

#include <optional>

#include "compiler/parse/context.h"

namespace saiten::parse {

// What became of a statement with a mistake.
struct Recovery {
  // The statement ends before this token, and another begins there.
  std::optional<uint32_t> rest;
  // It was read together with the statement behind it.
  bool took_next = false;
};

// `tree` could not be read as `entry`: says what is wrong in words, once, and reads it as what it must have meant where
// that is clear (then tree.ok). `next` is the statement behind it in the same place, if there is one.
Recovery Recover(Context& context, Rule entry, const Line* next, Tree& tree);

}  // namespace saiten::parse
