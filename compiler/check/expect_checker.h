#pragma once

#include "compiler/check/checker.h"

// The check of what tests expect of automation. Private to compiler/check.
namespace saiten::check {

// Types the `expect` lines of one test that are not about values, into TestInfo::automation.
class ExpectChecker {
 public:
  ExpectChecker(Checker& checker, TestInfo& info)
      : c_(checker), sink_(checker.sink_), program_(checker.program_), info_(info) {}

  // `expect mail welcome to c once`, for a record of `object`.
  void Action(const ast::ExpectLine& line, ObjectId object);
  // `expect nurture of c == goal`: whether it is one, and not about a value.
  bool State(const ast::ExpectLine& line, ObjectId object);

 private:
  void Refused(const ast::ExpectedAction& said, ExpectInfo& expect);
  void Done(const ast::ExpectedAction& said, ExpectInfo& expect);
  void Detail(const ast::ExpectedDetail& detail, ExpectInfo& expect);
  uint32_t FindFlow(const ast::Name& name, ObjectId object);
  uint32_t FindTemplate(const ast::Name& name);
  Location At(Span span) const { return c_.At(span); }

  Checker& c_;
  diag::Sink& sink_;
  CheckedProgram& program_;
  TestInfo& info_;
};

}  // namespace saiten::check
