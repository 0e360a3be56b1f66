#include "compiler/parse/recover.h"

namespace saiten::parse {

void Recover(Context& context, Rule entry, Line line, Tree& tree) {
  (void)entry;
  const uint32_t index = tree.items[tree.failed_at].token;
  const Token& token = context.token(index);
  const bool at_end = tree.items[tree.failed_at].kind == Kind::kEof;
  if (at_end) {
    const Span last = context.token(line.end - 1).span;
    context.reporter().Report(diag::Code::kStatementEnds, {last.end, last.end});
  } else {
    context.reporter().Report(diag::Code::kDoesNotFit, token.span, {std::string(context.source().Slice(token.span))});
  }
}

}  // namespace saiten::parse
