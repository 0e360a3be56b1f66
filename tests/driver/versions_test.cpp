#include "driver/versions.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "compiler/ast/version_name.h"

// Older versions of workflows beside the rules of now (sem R6).
namespace saiten::driver {
namespace {

constexpr const char* kVersionRules = R"(
timezone "Asia/Tokyo"
use std.messages
enum Stage { Lead MQL }
object contact from "contacts" { id: int key  email: text? as address  country: text? as country  stage: Stage?
                                 out: bool as opt_out  size: int? }
event ping of contact from "pings" { kind: text? }
let big for contact = size > 100 else false
table tier for contact by (size) gives (level, minutes) {
  (100..) => (High, 5)
  otherwise => (Low, 9)
}
score fit for contact {
  +10 when big
  bands fitness { low  high from 10 }
}
score lasting for contact {
  +1 per ping
  bands heat { cold  warm from 3 }
}
score granted_to for contact {
  +1 per ping
  granted max 20
}
grid place for contact by (fit, lasting) {
  (10.., 3..) => A
  otherwise => B
}
segment keen for contact where fitness >= high
segment cool for contact where heat has been cold for 3 days
action call_out(c: contact, how: bool) webhook "https://example.com" { id: c.id, how: how }
template hello for contact class one_to_one {
  from "a@x.jp"
  subject "a"
  body "${place} ${tier.minutes}"
}
workflow one for contact {
  on ping as p
  re-enter
  suppress keen
  send hello
  wait for email_open where email == hello up to 2 days { } else { grant 5 to granted_to reason "r" }
  if heat >= warm and fitness == high { call call_out(contact, big) }
  if contact in segment cool and granted_to > 3 { enrol in two }
}
workflow two for contact {
  manually
  restart
  wait 1 day
  send hello
}
)";

class VersionsTest : public ::testing::Test {
 protected:
  static std::string Rules(const std::vector<std::pair<std::string, std::string>>& edits = {}) {
    std::string rules = kVersionRules;
    for (const auto& [from, to] : edits) {
      size_t at = rules.find(from);
      SAITEN_CHECK(at != std::string::npos);
      for (; at != std::string::npos; at = rules.find(from, at + to.size())) rules.replace(at, from.size(), to);
    }
    return rules;
  }

  static std::unique_ptr<Compiled> Make(const std::string& rules) {
    SourceSet sources;
    sources.Add("crm.rules", rules);
    auto compiled = CompileSources({}, std::move(sources));
    for (const auto& each : compiled->sink.all()) {
      EXPECT_NE(diag::InfoOf(each.code).severity, diag::Severity::kError)
          << diag::Message(each, diag::Language::kEnglish);
    }
    return compiled;
  }

  // The rules of now with `one` as it was before the edits; names of the declarations that stand there twice.
  std::vector<std::string> Twice(const std::vector<std::pair<std::string, std::string>>& edits) {
    const auto old = Make(Rules());
    now_ = Make(Rules(edits));
    const auto before = std::ranges::find(old->lowered->automation.flows, "one", &ir::Flow::name);
    const flow::RulesText text = RulesTextOf(*old);
    AddOldVersions(*now_, {{"one", before->version, &text}});
    std::vector<std::string> names;
    for (const auto& file : now_->checked.files) {
      for (const ast::Decl* decl : file->decls) {
        if (file->id.index() < now_->own_sources) {
          EXPECT_FALSE(ast::IsOldVersion(decl->name.text)) << decl->name.text;
          continue;
        }
        names.emplace_back(ast::PlainName(decl->name.text));
      }
    }
    std::ranges::sort(names);
    if (!now_->old_versions.empty()) {
      EXPECT_EQ(now_->old_versions[0].why.en, "");
    }
    return names;
  }

  const ir::Flow& Old() const { return now_->lowered->automation.flows[now_->old_versions.at(0).index]; }

  std::unique_ptr<Compiled> now_;
};

using Names = std::vector<std::string>;

// req S0-48
TEST_F(VersionsTest, WhatReadsTheSameStandsThereOnce) {
  EXPECT_EQ(Twice({}), Names());
  EXPECT_TRUE(now_->old_versions.empty());
  // Another workflow, a test, a member of an enum: nothing of this one.
  EXPECT_EQ(Twice({{"wait 1 day", "wait 2 days"}}), Names());
  EXPECT_EQ(Twice({{"Lead MQL", "Lead MQL SQL"}}), Names());
}

TEST_F(VersionsTest, WhatDiffersAndWhatReadsItStandsThereTwice) {
  EXPECT_EQ(Twice({{"wait 1 day", "wait 2 days"}, {"up to 2 days", "up to 3 days"}}), Names({"one"}));
  EXPECT_EQ(Twice({{"subject \"a\"", "subject \"b\""}}), Names({"hello", "one"}));
  EXPECT_EQ(Twice({{"size > 100", "size > 200"}}), Names({"big", "fit", "hello", "keen", "one", "place"}));
  EXPECT_EQ(Twice({{"(Low, 9)", "(Low, 8)"}}), Names({"hello", "one", "tier"}));
  EXPECT_EQ(Twice({{"id: c.id, how: how", "number: c.id, how: how"}}), Names({"call_out", "one"}));
}

TEST_F(VersionsTest, TheOldOneIsAFlowOfTheSameNameThatNobodyEnters) {
  Twice({{"size > 100", "size > 200"}, {"subject \"a\"", "subject \"b\""}});
  const ir::Automation& automation = now_->lowered->automation;
  const ir::Flow& old = Old();
  ASSERT_NE(old.newest, ir::kNowhere);
  const ir::Flow& newest = automation.flows[old.newest];
  EXPECT_EQ(old.name, "one");
  EXPECT_EQ(newest.newest, ir::kNowhere);
  EXPECT_NE(old.version, newest.version);
  EXPECT_TRUE(old.triggers.empty());
  EXPECT_FALSE(newest.triggers.empty());
  ASSERT_EQ(old.steps.size(), newest.steps.size());
  for (size_t i = 0; i < old.steps.size(); ++i) EXPECT_EQ(old.steps[i].name, newest.steps[i].name);
  EXPECT_EQ(old.suppress_names, newest.suppress_names);
  // Its messages and the segment that it suppresses are its own, under their true names; who it waits for is told by
  // it.
  const auto& send = std::get<ir::SendStep>(old.steps[0].body);
  EXPECT_NE(send.message, std::get<ir::SendStep>(newest.steps[0].body).message);
  EXPECT_EQ(automation.messages[send.message].name, "hello");
  EXPECT_NE(old.suppress, newest.suppress);
  const auto wait = std::ranges::find_if(
      old.steps, [](const ir::Step& step) { return std::holds_alternative<ir::WaitForStep>(step.body); });
  EXPECT_EQ(std::get<ir::WaitForStep>(wait->body).about, 0U);
  // No result of the rules is one of older rules.
  for (const auto& columns : now_->lowered->program.results) {
    for (const ir::ResultColumn& column : columns) {
      EXPECT_FALSE(ast::IsOldVersion(column.name) && column.written) << column.name;
    }
  }
}

TEST_F(VersionsTest, WhatRemembersIsThereOnce) {
  // The history of `heat` and the points of `granted_to` are of no version.
  EXPECT_EQ(Twice({{"+1 per ping\n  bands heat", "+2 per ping\n  bands heat"}}), Names());
  EXPECT_EQ(Twice({{"+1 per ping\n  granted", "+2 per ping\n  granted"}}), Names());
}

TEST_F(VersionsTest, ATemplateThatIsGoneKeepsItsName) {
  EXPECT_EQ(Twice({{"hello", "hi"}}), Names({"hello", "one"}));
  EXPECT_EQ(
      std::get<ir::SendStep>(Old().steps[0].body).message,
      static_cast<uint32_t>(std::ranges::find(now_->lowered->automation.messages, "hello", &ir::MessageTemplate::name) -
                            now_->lowered->automation.messages.begin()));
}

TEST_F(VersionsTest, WhatTheSchemaHasNotAnyMoreIsTold) {
  const auto old = Make(Rules());
  const std::vector<std::pair<std::string, std::string>> edits = {
      {"  size: int?", ""}, {"= size > 100", "= stage is known"}, {"by (size)", "by (fit)"}};
  now_ = Make(Rules(edits));
  const auto before = std::ranges::find(old->lowered->automation.flows, "one", &ir::Flow::name);
  const flow::RulesText text = RulesTextOf(*old);
  AddOldVersions(*now_, {{"one", before->version, &text}});
  ASSERT_EQ(now_->old_versions.size(), 1U);
  EXPECT_NE(now_->old_versions[0].why.en.find("size"), std::string::npos) << now_->old_versions[0].why.en;
  EXPECT_TRUE(PlacesOf(*now_).begin()->second.still);
  EXPECT_EQ(now_->sources.size(), now_->own_sources);
  EXPECT_FALSE(now_->sink.has_errors());
}

TEST_F(VersionsTest, ThreeVersionsInOneProgram) {
  const auto first = Make(Rules());
  const auto second = Make(Rules({{"subject \"a\"", "subject \"b\""}}));
  now_ = Make(Rules({{"subject \"a\"", "subject \"c\""}}));
  const flow::RulesText one = RulesTextOf(*first);
  const flow::RulesText two = RulesTextOf(*second);
  const auto version = [](const Compiled& compiled) {
    return std::ranges::find(compiled.lowered->automation.flows, "one", &ir::Flow::name)->version;
  };
  AddOldVersions(*now_, {{"one", version(*first), &one}, {"one", version(*second), &two}});
  const auto all = std::ranges::count(now_->lowered->automation.flows, std::string("one"), &ir::Flow::name);
  EXPECT_EQ(all, 3);
  EXPECT_EQ(PlacesOf(*now_).size(), 2U);
  EXPECT_EQ(std::ranges::count(now_->lowered->automation.messages, std::string("hello"), &ir::MessageTemplate::name),
            3);
}

}  // namespace
}  // namespace saiten::driver
