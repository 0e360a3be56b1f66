#pragma once

#include <vector>

#include "base/arena.h"
#include "base/source.h"
#include "compiler/ast/decl.h"
#include "compiler/ast/flow.h"
#include "compiler/ast/score.h"
#include "compiler/ast/test.h"

namespace saiten::ast {

// A comment as written, in the order of the file. Blank lines are read from the source text.
struct Comment {
  enum class Kind : uint8_t { kLine, kDoc, kBlock };
  Kind kind = Kind::kLine;
  bool own_line = false;  // nothing but spaces stands before it on its line
  Span span;
};

// The tree of one file; owns every node in it.
struct File {
  FileId id;
  Arena arena;
  std::vector<const Decl*> decls;
  std::vector<Comment> comments;
};

}  // namespace saiten::ast
