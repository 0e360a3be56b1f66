#include "driver/flow_ways.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "driver/spell.h"
#include "driver/words.h"

namespace saiten::driver {
namespace {

constexpr size_t kWidth = 200;

std::string Names(std::span<const ast::Name> names) {
  std::vector<std::string_view> words;
  for (const ast::Name& name : names) words.push_back(name.text);
  return fmt::format("{}", fmt::join(words, ", "));
}

bool IsRest(const ast::StepRow& row) {
  return std::ranges::any_of(
      row.patterns, [](const ast::Pattern& pattern) { return pattern.kind == ast::Pattern::Kind::kOtherwise; });
}

// What stands before the arrow of a row of `match`.
std::string BeforeArrow(std::string_view row) { return OneLine(row.substr(0, row.find("=>")), kWidth); }

void OnFailure(const ast::FailurePolicy& policy, std::vector<FlowWay>& ways) {
  if (policy.then == ast::FailurePolicy::Then::kSteps) ways.push_back({"failure", "on failure", policy.steps});
}

}  // namespace

std::vector<FlowWay> WaysOf(const Compiled& compiled, FileId file, const ast::Step& step) {
  const auto source = [&](Span span) { return compiled.sources.Slice({file, span}); };
  std::vector<FlowWay> ways;
  switch (step.kind) {
    case ast::StepKind::kWaitFor: {
      auto& wait = static_cast<const ast::WaitForStep&>(step);
      ways.push_back({"then", "yes", wait.then});
      ways.push_back({"else", "else", wait.otherwise});
      break;
    }
    case ast::StepKind::kIf: {
      auto& choice = static_cast<const ast::IfStep&>(step);
      for (const ast::Branch& branch : choice.branches) {
        ways.push_back(
            {std::to_string(ways.size() + 1), OneLine(source(branch.condition->span), kWidth), branch.steps});
      }
      ways.push_back({"else", "else", choice.otherwise});
      break;
    }
    case ast::StepKind::kMatch: {
      auto& match = static_cast<const ast::MatchStep&>(step);
      bool rest = false;
      size_t number = 0;
      for (const ast::StepRow& row : match.rows) {
        rest = IsRest(row) && &row == &match.rows.back();
        if (!rest) ++number;
        ways.push_back({rest ? "else" : std::to_string(number), BeforeArrow(source(row.span)), row.steps});
      }
      if (!rest) ways.push_back({"else", "else", {}});
      break;
    }
    case ast::StepKind::kSplit:
      for (const ast::SplitArm& arm : static_cast<const ast::SplitStep&>(step).arms) {
        const std::string name = arm.holdout ? "holdout" : std::string(arm.name.text);
        ways.push_back(
            {name, fmt::format("{} {}", name, OneLine(source(arm.share->span), kWidth)), arm.steps, arm.holdout});
      }
      break;
    case ast::StepKind::kTask:
      for (const ast::Outcome& outcome : static_cast<const ast::TaskStep&>(step).outcomes) {
        const bool other = outcome.names.empty();
        ways.push_back({std::to_string(ways.size() + 1), other ? "else" : Names(outcome.names), outcome.steps});
      }
      break;
    case ast::StepKind::kCall:
      OnFailure(static_cast<const ast::CallStep&>(step).on_failure, ways);
      break;
    case ast::StepKind::kWebhook:
      OnFailure(static_cast<const ast::WebhookStep&>(step).on_failure, ways);
      break;
    case ast::StepKind::kSend:
    case ast::StepKind::kWait:
    case ast::StepKind::kWaitUntil:
    case ast::StepKind::kGrant:
    case ast::StepKind::kSet:
    case ast::StepKind::kNotify:
    case ast::StepKind::kMembership:
    case ast::StepKind::kEnrol:
    case ast::StepKind::kCreate:
    case ast::StepKind::kExit:
      break;
  }
  return ways;
}

std::string HeadOf(const Compiled& compiled, FileId file, const ast::Step& step) {
  std::string_view text = compiled.sources.Slice({file, step.span});
  // Behind `step NAME:`, where that is part of it.
  if (step.name.valid() && text.starts_with("step")) {
    if (const size_t colon = text.find(':'); colon != std::string_view::npos) text.remove_prefix(colon + 1);
  }
  if (step.kind == ast::StepKind::kIf) return "if";
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && quoted)
      ++i;
    else if (text[i] == '"')
      quoted = !quoted;
    else if (text[i] == '{' && !quoted)
      return OneLine(text.substr(0, i), kWidth);
  }
  return OneLine(text, kWidth);
}

std::string_view KindWordOf(const ast::Step& step) {
  switch (step.kind) {
    case ast::StepKind::kSend:
      return "send";
    case ast::StepKind::kWait:
    case ast::StepKind::kWaitUntil:
    case ast::StepKind::kWaitFor:
      return "wait";
    case ast::StepKind::kGrant:
      return "grant";
    case ast::StepKind::kSet:
      return "set";
    case ast::StepKind::kNotify:
      return "notify";
    case ast::StepKind::kTask:
      return "task";
    case ast::StepKind::kCall:
      return "call";
    case ast::StepKind::kWebhook:
      return "webhook";
    case ast::StepKind::kMembership:
      return "list";
    case ast::StepKind::kEnrol:
      return "enrol";
    case ast::StepKind::kCreate:
      return "create";
    case ast::StepKind::kExit:
      return "exit";
    case ast::StepKind::kIf:
      return "if";
    case ast::StepKind::kMatch:
      return "match";
    case ast::StepKind::kSplit:
      return "split";
  }
  return {};
}

Result<const check::FlowInfo*> FindFlow(const Compiled& compiled, const std::string& name) {
  std::vector<std::string> names;
  for (const check::FlowInfo& flow : compiled.checked.flows) {
    if (flow.decl->name.text == name) return &flow;
    names.emplace_back(flow.decl->name.text);
  }
  if (names.empty()) {
    return Fail(ErrorKind::kUsage,
                {"the rules have no workflow and no sequence", "ルールにワークフローもシーケンスもありません"});
  }
  const std::string near(Nearest(name, names));
  const std::string all = fmt::format("`{}`", fmt::join(names, "`, `"));
  return Fail(ErrorKind::kUsage,
              {fmt::format("no workflow or sequence with the name `{}`", name),
               fmt::format("`{}`というワークフロー・シーケンスはありません", name)},
              {near.empty() ? "there are: " + all : fmt::format("did you mean `{}`?", near),
               near.empty() ? "あるもの: " + all : fmt::format("`{}`のことですか", near)});
}

}  // namespace saiten::driver
