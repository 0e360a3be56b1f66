#pragma once

#include <vector>

#include "base/source.h"
#include "compiler/parse/report.h"
#include "compiler/parse/token.h"

namespace saiten::parse {

// The first half of the layout: the same tokens, with every bracket, brace and text mark paired. What closes nothing is
// left out, what is never closed gets an added end: round and square brackets at the end of their line, braces before
// the declaration word in column 1 that shows them open, or at the end of the file.
std::vector<Token> PairBrackets(const SourceFile& source, const std::vector<Token>& tokens, Reporter& reporter);

// Is this the head of a declaration: its word in column 1 with a name or text behind it on the line?
bool IsDeclarationHead(const std::vector<Token>& tokens, size_t at);

}  // namespace saiten::parse
