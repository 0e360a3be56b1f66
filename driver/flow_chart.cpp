#include "driver/flow_chart.h"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/ast/steps.h"
#include "driver/flow_ways.h"
#include "driver/spell.h"

namespace saiten::driver {
namespace {

constexpr size_t kClauseWidth = 400;

ChartShape ShapeOf(ast::StepKind kind) {
  switch (kind) {
    case ast::StepKind::kSend:
    case ast::StepKind::kNotify:
      return ChartShape::kSend;
    case ast::StepKind::kWait:
    case ast::StepKind::kWaitUntil:
    case ast::StepKind::kWaitFor:
      return ChartShape::kWait;
    case ast::StepKind::kGrant:
    case ast::StepKind::kSet:
    case ast::StepKind::kMembership:
    case ast::StepKind::kEnrol:
    case ast::StepKind::kCreate:
      return ChartShape::kWrite;
    case ast::StepKind::kTask:
      return ChartShape::kTask;
    case ast::StepKind::kCall:
    case ast::StepKind::kWebhook:
      return ChartShape::kCall;
    case ast::StepKind::kIf:
    case ast::StepKind::kMatch:
    case ast::StepKind::kSplit:
      return ChartShape::kBranch;
    case ast::StepKind::kExit:
      return ChartShape::kEnd;
  }
  return ChartShape::kSend;
}

class Drawer {
 public:
  Drawer(const Compiled& compiled, const check::FlowInfo& flow, const FlowFigures* figures, Language language)
      : compiled_(compiled), flow_(flow), figures_(figures), language_(language) {}

  Chart Run() {
    Chart chart;
    chart.language = language_;
    const ast::FlowDecl& decl = *flow_.decl;
    chart.title = fmt::format("{} {}", flow_.sequence ? Say("sequence", "シーケンス") : Say("workflow", "ワークフロー"),
                              decl.name.text);
    if (auto* label = ast::As<ast::TextLit>(decl.meta.label)) chart.title += fmt::format(" \"{}\"", label->plain());
    chart.title += fmt::format(fmt::runtime(Say(" for {}", " ({})")), compiled_.checked.catalog[flow_.object].name);
    if (decl.has_priority) chart.title += fmt::format(", priority {}", decl.priority);
    Panels(chart);
    if (figures_) {
      chart.enrolled = figures_->enrolled;
      chart.completed = CountOf(figures_->ended, "completed");
    }
    chart.steps = Blocks(decl.steps);
    chart.ends = ast::AlwaysEnds(decl.steps);
    return chart;
  }

 private:
  std::string Say(std::string_view en, std::string_view ja) const { return std::string(In(language_, en, ja)); }
  std::string Source(Span span) const { return OneLine(compiled_.sources.Slice({flow_.file, span}), kClauseWidth); }
  std::optional<uint64_t> Count(uint64_t count) const { return figures_ ? std::optional(count) : std::nullopt; }

  void Panels(Chart& chart) const {
    ChartPanel starts{.title = Say("Starts", "開始")};
    for (const check::TriggerInfo& trigger : flow_.triggers) {
      starts.rows.push_back({OneLine(trigger.text, kClauseWidth), Started(trigger.text)});
    }
    if (flow_.triggers.empty()) starts.rows.push_back({Say("started by a person", "担当者が開始"), Started("by hand")});
    for (const std::string_view other : {"by hand", "enrol"}) {
      if (flow_.triggers.empty() && other == "by hand") continue;
      if (figures_ && CountOf(figures_->started, other) > 0) {
        starts.rows.push_back({FlowWord(other, language_), Started(other)});
      }
    }
    chart.panels.push_back(std::move(starts));

    const check::Clauses& clauses = flow_.clauses;
    ChartPanel out{.title = Say("Does not enter", "登録しない場合")};
    // In the order of the checks (sem R2).
    Refusal(out, nullptr, "off");
    for (const auto* clause : clauses.suppress) Refusal(out, clause, clause == clauses.suppress[0] ? "suppressed" : "");
    Refusal(out, clauses.consent, "consent");
    Refusal(out, nullptr, "goal already met");
    Refusal(out, clauses.only_if, "not matching");
    Refusal(out, nullptr, "already active");
    Refusal(out, clauses.group, "group");
    Refusal(out, clauses.re_entry, "re-entry policy");
    Refusal(out, clauses.key, "key unknown");
    Refusal(out, nullptr, "late-ignored");
    if (!out.rows.empty()) chart.panels.push_back(std::move(out));

    ChartPanel ends{.title = Say("Ends early, at any step", "途中で終了する場合")};
    Ending(ends, clauses.goal, "goal");
    for (const auto* clause : clauses.suppress) Ending(ends, clause, clause == clauses.suppress[0] ? "suppressed" : "");
    Ending(ends, clauses.leave, "left");
    if (clauses.stop_on != nullptr) {
      uint64_t stopped = 0;
      for (const std::string_view state : {"replied", "meeting", "bounced", "unsubscribed", "left"}) {
        if (figures_) stopped += CountOf(figures_->ended, state);
      }
      ends.rows.push_back({Source(clauses.stop_on->span), Count(stopped)});
    }
    const bool stops = clauses.stop_on != nullptr;
    for (const std::string_view state : {"unsubscribed", "bounced", "replied", "meeting"}) {
      if (!stops) Ending(ends, nullptr, state);
    }
    for (const std::string_view state : {"restarted", "removed", "failed", "off"}) Ending(ends, nullptr, state);
    if (!ends.rows.empty()) chart.panels.push_back(std::move(ends));

    ChartPanel when{.title = Say("Messages", "配信")};
    for (const ast::Clause* clause : std::initializer_list<const ast::Clause*>{clauses.window, clauses.calendar,
                                                                               clauses.stale, clauses.in_flight}) {
      if (clause != nullptr) when.rows.push_back({Source(clause->span), std::nullopt});
    }
    if (!when.rows.empty()) chart.panels.push_back(std::move(when));
  }

  std::optional<uint64_t> Started(std::string_view trigger) const {
    return figures_ ? std::optional(CountOf(figures_->started, trigger)) : std::nullopt;
  }

  // The clause if it is written; without one only where it happened.
  void Refusal(ChartPanel& panel, const ast::Clause* clause, std::string_view reason) const {
    Row(panel, clause, reason, figures_ ? CountOf(figures_->refused, reason) : 0);
  }
  void Ending(ChartPanel& panel, const ast::Clause* clause, std::string_view state) const {
    Row(panel, clause, state, figures_ ? CountOf(figures_->ended, state) : 0);
  }
  void Row(ChartPanel& panel, const ast::Clause* clause, std::string_view word, uint64_t count) const {
    if (clause == nullptr && count == 0) return;
    const std::string text = clause != nullptr ? Source(clause->span) : FlowWord(word, language_);
    panel.rows.push_back({text, word.empty() ? std::nullopt : Count(count)});
  }

  std::vector<ChartBlock> Blocks(ast::Steps steps) const {
    std::vector<ChartBlock> blocks;
    for (const ast::Step* step : steps) {
      if (step != nullptr) blocks.push_back(Block(*step));
    }
    return blocks;
  }

  ChartBlock Block(const ast::Step& step) const {
    const uint32_t index = flow_.step_index.at(&step);
    const StepFigures* figures = figures_ ? &figures_->steps[index] : nullptr;
    ChartBlock block{.shape = ShapeOf(step.kind), .name = flow_.steps[index].name};
    block.head = HeadOf(compiled_, flow_.file, step);
    if (step.kind == ast::StepKind::kIf && step.guard != nullptr) block.head += " when " + Source(step.guard->span);
    if (step.name.valid()) block.head = fmt::format("{}: {}", step.name.text, block.head);
    if (figures) {
      block.in = figures->reached;
      Notes(*figures, block);
    }
    const std::vector<FlowWay> ways = WaysOf(compiled_, flow_.file, step);
    for (const FlowWay& way : ways) {
      ChartWay to{.label = way.label == "yes"    ? Say("yes", "あり")
                           : way.label == "else" ? Say("else", "それ以外")
                                                 : way.label};
      to.steps = Blocks(way.steps);
      to.ends = ast::AlwaysEnds(way.steps) || way.holdout;
      if (figures) {
        to.count = CountOf(figures->ways, way.key);
        to.out = OutOf(way.steps, *to.count);
      }
      block.ways.push_back(std::move(to));
    }
    // Those who take no way: the others of a task, calls that succeed.
    const bool task_without_else = step.kind == ast::StepKind::kTask && !ways.empty() && ways.back().label != "else";
    const bool call = step.kind == ast::StepKind::kCall || step.kind == ast::StepKind::kWebhook;
    if (task_without_else || (call && !ways.empty())) {
      ChartWay rest{.label = call ? Say("otherwise", "それ以外") : Say("else", "それ以外")};
      if (figures) rest.count = rest.out = figures->passed;
      block.ways.push_back(std::move(rest));
    }
    return block;
  }

  // How many come out of steps that `in` begin.
  uint64_t OutOf(ast::Steps steps, uint64_t in) const {
    if (steps.empty() || figures_ == nullptr) return in;
    const ast::Step& last = *steps.back();
    const StepFigures& figures = figures_->steps[flow_.step_index.at(&last)];
    uint64_t out = figures.passed;
    for (const FlowWay& way : WaysOf(compiled_, flow_.file, last)) {
      if (!way.holdout) out += OutOf(way.steps, CountOf(figures.ways, way.key));
    }
    return out;
  }

  void Notes(const StepFigures& step, ChartBlock& block) const {
    Tally here = ActionsOf(step);
    for (const auto& [event, count] : step.events) {
      if (event != "auto_reply") here[event] += count;
    }
    if (!here.empty()) block.notes.push_back(TallyText(here, language_));
    if (!step.outcomes.empty() && block.ways.empty()) block.notes.push_back(TallyText(step.outcomes, language_));
    if (!step.skipped.empty()) {
      block.notes.push_back(fmt::format("{}: {}", Say("left out", "対象外"), TallyText(step.skipped, language_)));
    }
    if (step.waiting > 0) block.notes.push_back(fmt::format("{} {}", Say("waiting now", "現在待機中"), step.waiting));
    Tally ended = step.ended;
    if (block.shape == ChartShape::kEnd) ended.erase("completed");
    if (!ended.empty()) {
      block.notes.push_back(fmt::format("{}: {}", Say("ended here", "ここで終了"), TallyText(ended, language_)));
    }
  }

  const Compiled& compiled_;
  const check::FlowInfo& flow_;
  const FlowFigures* figures_;
  Language language_;
};

}  // namespace

Chart ChartOf(const Compiled& compiled, const check::FlowInfo& flow, const FlowFigures* figures, Language language) {
  return Drawer(compiled, flow, figures, language).Run();
}

}  // namespace saiten::driver
