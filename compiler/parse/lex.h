#pragma once

#include "base/source.h"
#include "compiler/parse/report.h"
#include "compiler/parse/token.h"

namespace saiten::parse {

// Cuts a file into tokens. Signs of other languages and scripts (`&&`, full-width `＝`, 'text') are reported and read
// as what they stand for; what stands for nothing is reported and left out. Texts and `${ }` always end.
TokenList Lex(const SourceFile& source, Reporter& reporter);

}  // namespace saiten::parse
