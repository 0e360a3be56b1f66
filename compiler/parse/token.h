#pragma once

#include <cstdint>
#include <vector>

#include <grammar_names.h>

#include "base/span.h"
#include "compiler/ast/ast.h"

namespace saiten::parse {

using grammar::Kind;
using grammar::Rule;

// One word, sign or piece of text of a file. `kEnd` and brackets added by the layout have an empty span.
struct Token {
  static constexpr uint32_t kNoPartner = 0xffffffffu;

  Kind kind = Kind::kNil;
  bool newline_before : 1 = false;
  bool space_before : 1 = false;
  bool column_one : 1 = false;  // first of its line, with nothing before it
  bool added : 1 = false;       // not in the text: closes what was left open
  Span span;
  uint32_t comments = 0;          // how many comments stand before it in the file
  uint32_t partner = kNoPartner;  // index of the matching bracket or text mark, both ways
};

// A file as tokens; ends with one kEof.
struct TokenList {
  std::vector<Token> tokens;
  std::vector<ast::Comment> comments;
};

// May this word be a name where it is no keyword?
constexpr bool IsSoft(Kind kind) { return kind >= Kind::kUse && kind <= Kind::kUnit; }
constexpr bool IsReserved(Kind kind) { return kind >= Kind::kAnd && kind <= Kind::kHas; }
constexpr bool IsName(Kind kind) { return kind == Kind::kId || IsSoft(kind); }
// `use` to `evaluate`: the words that begin a declaration.
constexpr bool IsDeclarationWord(Kind kind) { return kind >= Kind::kUse && kind <= Kind::kEvaluate; }
constexpr bool IsComparison(Kind kind) { return kind >= Kind::kEq && kind <= Kind::kGt; }

}  // namespace saiten::parse
