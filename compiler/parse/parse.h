#pragma once

#include <memory>

#include "base/source.h"
#include "compiler/ast/ast.h"
#include "compiler/diag/diagnostic.h"

namespace saiten {

// Reads one file into its tree. Never throws, never stops: any bytes give a tree, and what could not be read is told to
// `sink`, at most one message a line. A statement with a mistake is read as what it must have meant where that is
// clear, else left out; everything else of the file is in the tree. Names are NFC. Positions are bytes of `source`.
std::unique_ptr<ast::File> Parse(const SourceFile& source, FileId id, diag::Sink& sink);

}  // namespace saiten
