#include "compiler/lint/lints.h"

namespace saiten::lint {

std::string_view WordOf(const ast::Decl& decl) {
  switch (decl.kind) {
    case ast::DeclKind::kCalendar:
      return "calendar";
    case ast::DeclKind::kEnum:
      return "enum";
    case ast::DeclKind::kObject:
      return "object";
    case ast::DeclKind::kEvent:
      return "event";
    case ast::DeclKind::kList:
      return "list";
    case ast::DeclKind::kLet:
      return "let";
    case ast::DeclKind::kFn:
      return "fn";
    case ast::DeclKind::kScore:
      return "score";
    case ast::DeclKind::kGrid:
      return "grid";
    case ast::DeclKind::kTable:
      return "table";
    case ast::DeclKind::kSegment:
      return "segment";
    case ast::DeclKind::kTemplate:
      return "template";
    case ast::DeclKind::kWorkflow:
      return "workflow";
    case ast::DeclKind::kSequence:
      return "sequence";
    case ast::DeclKind::kAction:
      return "action";
    case ast::DeclKind::kEvaluate:
      return "evaluate";
    case ast::DeclKind::kUse:
    case ast::DeclKind::kTimezone:
    case ast::DeclKind::kCap:
    case ast::DeclKind::kTest:
    case ast::DeclKind::kCases:
      return {};
  }
  return {};
}

void Lint(const check::CheckedProgram& program, const SourceSet& sources, const Options& options, diag::Sink& sink) {
  analyse::Facts facts(program, sources, sink);
  Pass pass{program, facts, options, sink};
  LintNames(pass);
  LintDocs(pass);
  LintReviews(pass);
  LintSpelling(pass);
  LintPenalties(pass);
}

}  // namespace saiten::lint
