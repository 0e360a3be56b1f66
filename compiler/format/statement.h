#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/span.h"
#include "compiler/parse/token.h"

// A file as the formatter sees it: statements of words, with the comments between them. Private to compiler/format.
namespace saiten::format {

struct Body;

struct Comment {
  std::string text;
  bool own_line = false;     // nothing stands before it on its line
  bool blank_above = false;  // a blank line does
};

// Whether a line may end before a word: never; as soon as it is full; at all places of the phrase at once; always.
enum class Breaking : uint8_t { kNever, kFill, kAll, kAlways };

// A word, a sign, a text or a block.
struct Word {
  parse::Kind kind = parse::Kind::kNil;
  std::string text;
  std::shared_ptr<Body> body;  // of a block
  uint32_t gap = 0;            // spaces before it where both stand on one line
  Breaking breaking = Breaking::kNever;
  uint32_t depth = 0;        // of the phrase that it and the word before are parts of: outer phrases are broken first
  bool begins_item = false;  // a member, row, band, property or field of a line that may hold several
  bool newline_before = false;
  bool same_indent = false;       // a line that begins with it goes as far in as the statement
  std::vector<Comment> comments;  // between the word before and this one
};

struct Statement {
  std::vector<Word> words;
  std::vector<Comment> above;  // comments on lines of their own
  bool blank_above = false;
  std::string trailing;  // comments behind it on its line
  parse::Rule rule = parse::Rule::kDeclaration;
  Span span;
  bool kept = false;  // one word as it was written: it holds a mistake
};

struct Body {
  bool open = false;  // was written over several lines
  std::vector<Statement> statements;
  std::vector<Comment> below;  // behind the last statement
  std::string head_comment;    // behind the brace that opens it
};

}  // namespace saiten::format
