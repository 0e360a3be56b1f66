#include "compiler/ast/print.h"
#include "compiler/ast/printer.h"

namespace saiten::ast {

void PrintFlow(Printer& out, const Decl& decl) {
  (void)out;
  (void)decl;
}

}  // namespace saiten::ast
