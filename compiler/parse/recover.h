#pragma once

#include "compiler/parse/context.h"

namespace saiten::parse {

// `tree` could not be read as `entry`: says what is wrong in words, once, and reads it as what it must have meant where
// that is clear (then tree.ok).
void Recover(Context& context, Rule entry, Line line, Tree& tree);

}  // namespace saiten::parse
