#include "compiler/check/check.h"

#include <algorithm>

#include "compiler/check/checker.h"
#include "compiler/check/flow_checker.h"

namespace saiten::check {

const ExprInfo& CheckedProgram::InfoOf(const ast::Expr* expr) const {
  static const ExprInfo kNone;
  auto found = exprs.find(expr);
  return found == exprs.end() ? kNone : found->second;
}

const ast::Window& CheckedProgram::WindowOf(const ast::Source& source, const ast::Window& written) const {
  auto found = sources.find(&source);
  return found != sources.end() && found->second.window ? *found->second.window : written;
}

rt::TimeUnit ToRuntime(ast::TimeUnit unit) {
  switch (unit) {
    case ast::TimeUnit::kSecond:
      return rt::TimeUnit::kSecond;
    case ast::TimeUnit::kMinute:
      return rt::TimeUnit::kMinute;
    case ast::TimeUnit::kHour:
      return rt::TimeUnit::kHour;
    case ast::TimeUnit::kDay:
      return rt::TimeUnit::kDay;
    case ast::TimeUnit::kWeek:
      return rt::TimeUnit::kWeek;
    case ast::TimeUnit::kMonth:
      return rt::TimeUnit::kMonth;
    case ast::TimeUnit::kQuarter:
      return rt::TimeUnit::kQuarter;
    case ast::TimeUnit::kYear:
      return rt::TimeUnit::kYear;
  }
  return rt::TimeUnit::kSecond;
}

Checker::Checker(std::vector<std::unique_ptr<ast::File>> files, const SourceSet& sources, FunctionTable functions,
                 const CheckOptions& options, diag::Sink& sink)
    : sources_(sources), options_(options), sink_(sink) {
  program_.files = std::move(files);
  program_.functions = functions;
}

bool Checker::HasErrorIn(Span span) const {
  return std::ranges::any_of(sink_.all(), [&](const diag::Diagnostic& d) {
    return d.at.file == file_ && d.at.span.begin >= span.begin && d.at.span.begin < span.end &&
           diag::InfoOf(d.code).severity == diag::Severity::kError;
  });
}

CheckedProgram Checker::Run() {
  Collect();
  ResolveSchema();
  IndexDeclared();
  FindClashes();
  for (uint32_t i = 0; i < program_.lets.size(); ++i) CheckLet(i);
  for (uint32_t i = 0; i < program_.fns.size(); ++i) CheckFn(i);
  for (uint32_t i = 0; i < program_.scores.size(); ++i) CheckScore(i);
  for (uint32_t i = 0; i < program_.grids.size(); ++i) CheckGrid(i);
  for (uint32_t i = 0; i < program_.tables.size(); ++i) CheckTable(i);
  for (uint32_t i = 0; i < program_.segments.size(); ++i) CheckSegment(i);
  OrderComputed();
  for (EvaluateInfo& info : program_.evaluates) CheckEvaluate(info);
  FlowChecker(*this).Run();
  for (TestInfo& info : program_.tests) CheckTest(info);
  return std::move(program_);
}

CheckedProgram Check(std::vector<std::unique_ptr<ast::File>> files, const SourceSet& sources, FunctionTable functions,
                     const CheckOptions& options, diag::Sink& sink) {
  return Checker(std::move(files), sources, functions, options, sink).Run();
}

}  // namespace saiten::check
