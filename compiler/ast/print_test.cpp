#include "compiler/ast/print.h"
#include "compiler/ast/printer.h"

namespace saiten::ast {
namespace {

void PrintExpected(Printer& out, const ExpectedAction& action) {
  using Form = ExpectedAction::Form;
  out.Add(action.form == Form::kAction  ? "action"
          : action.form == Form::kNone  ? "none"
          : action.form == Form::kMails ? "mails"
                                        : "refused");
  out.Add(action.kind).Add("target", action.target).Add("title", action.title).Add("for", action.record_name);
  if (action.times >= 0) out.Add("times").Add(std::to_string(action.times));
  out.Add("at", action.at);
  for (const Name& mail : action.mails) out.Add("mail", mail);
  for (const ExpectedDetail& detail : action.details) out.Add("detail", detail.name).Add(detail.value);
}

void PrintExpect(Printer& out, const ExpectLine& expect) {
  out.Line("expect");
  switch (expect.form) {
    case ExpectLine::Form::kValue: {
      out.Add(expect.what).Add("of", expect.record_name);
      static constexpr std::string_view kSigns[] = {"==", "!=", "<", "<=", ">", ">="};
      if (expect.is_known_test) {
        out.Add(expect.known ? "is-known" : "is-unknown");
      } else {
        out.Add(kSigns[static_cast<size_t>(expect.op)], expect.value);
      }
      return;
    }
    case ExpectLine::Form::kInGroup:
      out.Add(expect.record_name)
          .AddIf(expect.negated, "not")
          .Add(expect.is_list ? "in-list" : "in-segment")
          .Add(expect.group);
      return;
    case ExpectLine::Form::kAutomation:
      PrintExpected(out, *expect.automation);
      return;
  }
}

void PrintLine(Printer& out, const TestLine& line) {
  switch (line.kind) {
    case TestLineKind::kNow:
      out.Line("now").Add(As<NowLine>(&line)->at);
      return;
    case TestLineKind::kAfter:
      out.Line("after").Add(TextOf(As<AfterLine>(&line)->duration));
      return;
    case TestLineKind::kSet: {
      auto* set = As<SetLine>(&line);
      out.Line("set").Add(set->record_name).Add("at", set->at).Add(set->fields);
      return;
    }
    case TestLineKind::kRow: {
      auto* row = As<RowLine>(&line);
      out.Line("row").Add(row->type).Add(row->record_name);
      for (Moment at : row->times) out.Add("at", at);
      out.Add("received", row->received).Add(row->fields);
      return;
    }
    case TestLineKind::kExpect:
      return PrintExpect(out, *As<ExpectLine>(&line));
  }
}

}  // namespace

void PrintTest(Printer& out, const Decl& decl) {
  auto* test = As<TestDecl>(&decl);
  out.Add(test->title);
  out.In();
  for (const TestLine* line : test->lines) PrintLine(out, *line);
  out.Out();
}

}  // namespace saiten::ast
