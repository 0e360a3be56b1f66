#pragma once

#include <vector>

#include "base/source.h"
#include "compiler/parse/report.h"
#include "compiler/parse/token.h"

namespace saiten::parse {

// A file cut into statements: kEnd stands where a line ends a statement and before `}`; every bracket has a partner.
struct Layout {
  std::vector<Token> tokens;  // ends with kEof
  // Where declarations begin that are nested too deep to be read: the index of their first token, rising.
  std::vector<uint32_t> too_deep;
};

// How deep brackets, `not`, `if`, `else` and signs may nest, and how long a chain like `a + b + c` may be.
inline constexpr int kMaxNesting = 200;
inline constexpr int kMaxChain = 1000;

// Finds the ends of statements (language.md, Lexical) and the partners of brackets. Reports what is left open or closes
// nothing, and goes on as if it were right: a declaration word in column 1 closes everything above it.
Layout LayOut(const SourceFile& source, const TokenList& list, Reporter& reporter);

}  // namespace saiten::parse
