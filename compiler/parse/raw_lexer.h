#pragma once

#include <memory>

#include "compiler/parse/reader.h"
#include "compiler/parse/token.h"

namespace saiten::parse {

// ANTLR's lexer over a Reader, a token at a time. Never throws: every character belongs to some token.
class RawLexer {
 public:
  // [begin, end) counts code points of the Reader.
  struct Raw {
    Kind kind = Kind::kEof;
    size_t begin = 0;
    size_t end = 0;
  };

  explicit RawLexer(const Reader& reader);
  ~RawLexer();

  Raw Next();
  // Goes on reading at this code point, in the mode that is set.
  void Seek(size_t index);
  void EnterRegex();
  // Back to the mode before: ends `${ }` or a text.
  void PopMode();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace saiten::parse
