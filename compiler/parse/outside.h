#pragma once

#include "compiler/parse/context.h"

namespace saiten::parse {

// Tells declarations from lines that stand outside of any.
class OutsideLines {
 public:
  explicit OutsideLines(Context& context) : context_(context) {}

  // Is it a declaration? Reports it if not, and a declaration that does not begin in column 1. Of several lines in a
  // row that are indented and belong to nothing, the first is reported: an early `}` above is the cause of them all.
  bool IsDeclaration(Line line);

 private:
  Context& context_;
  bool told_indented_ = false;
};

}  // namespace saiten::parse
