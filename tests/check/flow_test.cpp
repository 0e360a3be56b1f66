#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "compiler/check/check.h"
#include "compiler/diag/render.h"
#include "compiler/parse/parse.h"
#include "stdlib/records.h"

// What the check tells others of automation: names of steps, events by name, message events, what tests expect.
namespace saiten::check {
namespace {

constexpr std::string_view kSchema = R"(
timezone "Asia/Tokyo"
object contact from "contacts" {
  id:      int key
  email:   text? as address
  refused: bool as opt_out
  owner:   user? as owner
  note:    text?
}
event form of contact { name: text }
event answer of contact { subject: text }
template hello for contact class one_to_one { from "a@example.com"
  subject "s"
  body "b" }
)";

struct Checked {
  SourceSet sources;
  diag::Sink sink;
  CheckedProgram program;
};

std::unique_ptr<Checked> CheckRules(std::string_view rules) {
  auto checked = std::make_unique<Checked>();
  const FileId id = checked->sources.Add("test.rules", std::string(kSchema) + std::string(rules));
  std::vector<std::unique_ptr<ast::File>> files;
  files.push_back(Parse(checked->sources[id], id, checked->sink));
  checked->program = Check(std::move(files), checked->sources, stdlib::Records(), {}, checked->sink);
  for (const diag::Diagnostic& d : checked->sink.all()) {
    const bool error = diag::InfoOf(d.code).severity == diag::Severity::kError;
    if (error) ADD_FAILURE() << diag::RenderConcise(d, checked->sources, {});
  }
  return checked;
}

std::vector<std::string> StepNames(const FlowInfo& flow) {
  std::vector<std::string> names;
  for (const StepInfo& step : flow.steps) names.push_back(step.name);
  return names;
}

TEST(FlowCheck, StepsAreCalledByKindTargetAndNumber) {
  const auto checked = CheckRules(R"(
workflow w for contact {
  manually
  send hello
  wait 1 day
  step send_more: send hello
  wait 2 days
  send hello
  if note is known { exit }
}
)");
  EXPECT_EQ(StepNames(checked->program.flows[0]),
            (std::vector<std::string>{"send hello", "wait", "send_more", "wait 2", "send hello 2", "if", "exit"}));
}

TEST(FlowCheck, TheEventIsKnownWhereOnlyItStarts) {
  const auto checked = CheckRules(R"(
workflow only for contact {
  on form
  once
  task "${event.name}"
}
workflow also for contact {
  on form as f
  or manually
  once
  task "${f.name else "-"}"
}
workflow enrolled for contact {
  on form
  once
  task "${event.name else "-"}"
}
workflow enrols for contact {
  manually
  enrol in enrolled
}
)");
  const auto& flows = checked->program.flows;
  ASSERT_EQ(flows[0].locals.size(), 1u);
  EXPECT_FALSE(flows[0].locals[0].type.optional);
  ASSERT_EQ(flows[1].locals.size(), 2u);
  EXPECT_TRUE(flows[1].locals[1].type.optional);
  EXPECT_TRUE(flows[2].locals[0].type.optional);
}

TEST(FlowCheck, WhatWasWaitedForIsKnownWhereItCame) {
  const auto checked = CheckRules(R"(
workflow w for contact {
  manually
  wait for answer as a up to 2 days {
    task "${a.subject}"
  } else {
    task "${a.subject else "-"}"
  }
  task "${a.subject else "-"}"
}
)");
  EXPECT_TRUE(checked->program.flows[0].locals[0].type.optional);
}

TEST(FlowCheck, MessageEventsAreOfEveryObjectWithAnAddress) {
  const auto checked = CheckRules(R"(
use std.messages
object company from "companies" { id: int key  email: text? as address }
object deal from "deals" { id: int key }
event reply of contact from "answers" { text: text? }
score s for contact { +1 per email_open where email == hello }
score t for company {
  +1 per email_open
  +2 per reply where hard
}
)");
  const Catalog& catalog = checked->program.catalog;
  const ObjectId contact = *catalog.FindObject("contact");
  const ObjectId company = *catalog.FindObject("company");
  const ObjectId deal = *catalog.FindObject("deal");
  const auto count = [&](ObjectId object) {
    return std::ranges::count_if(catalog.events,
                                 [&](const EventInfo& e) { return e.object == object && e.message_event; });
  };
  EXPECT_EQ(count(contact), 7);
  EXPECT_EQ(count(company), 8);
  EXPECT_EQ(count(deal), 0);
  EXPECT_EQ(catalog[*catalog.FindEvent("reply", contact)].table, "answers");
  EXPECT_NE(*catalog.FindEvent("reply", company), *catalog.FindEvent("reply", contact));
}

TEST(FlowCheck, ExpectationsNameWhatTheyMean) {
  const auto checked = CheckRules(R"(
workflow w for contact {
  on form
  once
  send hello
  task "call" assign owner due in 2 days
}
test "t" {
  now 2026-06-01 09:00
  contact c { }
  form c at 2026-06-01 10:00 { name: "x" }
  expect w of c != goal
  expect w of c refused "re-entry policy"
  expect mail hello to c once at 2026-06-01 10:00, subject "s"
  expect mails to c == [hello, hello]
  expect task "call" for c once, due 2026-06-03
  expect no notification to c
}
)");
  const TestInfo& test = checked->program.tests[0];
  using Form = ExpectInfo::Form;
  ASSERT_EQ(test.automation.size(), 6u);
  EXPECT_EQ(test.automation[0].form, Form::kState);
  EXPECT_EQ(test.automation[0].state, EndState::kGoal);
  EXPECT_TRUE(test.automation[0].negated);
  EXPECT_EQ(test.automation[0].flow, 0u);
  EXPECT_EQ(test.automation[1].form, Form::kRefused);
  EXPECT_EQ(test.automation[1].reason, Refusal::kReEntry);
  EXPECT_EQ(test.automation[2].kind, ExpectedKind::kMail);
  EXPECT_EQ(test.automation[2].target, 0u);
  ASSERT_EQ(test.automation[2].details.size(), 1u);
  EXPECT_EQ(test.automation[2].details[0].kind, ExpectInfo::Detail::Kind::kSubject);
  EXPECT_EQ(test.automation[2].line->automation->times, 1);
  EXPECT_EQ(test.automation[3].mails, (std::vector<uint32_t>{0, 0}));
  EXPECT_EQ(test.automation[4].title, "call");
  EXPECT_EQ(test.automation[4].details[0].kind, ExpectInfo::Detail::Kind::kDue);
  EXPECT_EQ(test.automation[5].form, Form::kNone);
  EXPECT_EQ(NameOf(Refusal::kGoalMet), "goal already met");
  EXPECT_EQ(NameOf(EndState::kUnsubscribed), "unsubscribed");
}

}  // namespace
}  // namespace saiten::check
