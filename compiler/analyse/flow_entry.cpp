#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "compiler/analyse/analyses.h"
#include "compiler/analyse/flow_conditions.h"
#include "compiler/analyse/flow_depends.h"

// Who gets into a workflow: nobody starts it, nobody can enter, everybody is at the goal already, or a condition is
// asked once although it may come true later (sem R2, R3a).
namespace saiten::analyse {
namespace {

using check::FlowInfo;
using diag::Code;

class FlowEntry {
 public:
  FlowEntry(Facts& facts, diag::Sink& sink, const FlowInfo& flow)
      : facts_(facts), sink_(sink), flow_(flow), conditions_(facts, flow) {}

  void Run() {
    CheckStarted();
    CheckEnters();
    CheckOnlyIf();
  }

 private:
  Location At(Span span) const { return {flow_.file, span}; }
  std::string Name() const { return std::string(flow_.decl->name.text); }

  void CheckStarted() {
    if (flow_.sequence || !flow_.triggers.empty()) return;
    for (const FlowInfo& other : facts_.program().flows) {
      for (const check::StepInfo& info : other.steps) {
        auto* enrol = ast::As<ast::EnrolStep>(info.step);
        const bool here = enrol && enrol->enrol && info.target != check::kNoIndex;
        if (here && &facts_.program().flows[info.target] == &flow_) return;
      }
    }
    sink_.Report(Code::kNobodyStarts, At(flow_.decl->name.span), {Name()})
        .Note(
            "write a trigger, as `on becoming ...`; `manually` if people enrol records by hand; or `enrol in` it "
            "from another workflow",
            "`on becoming ...` などのトリガーを書いてください。人が手で登録するなら `manually`、ほかのワークフローから "
            "登録するなら `enrol in` です");
  }

  void CheckEnters() {
    const check::Clauses& clauses = flow_.clauses;
    const ast::Expr* goal = clauses.goal ? clauses.goal->condition : nullptr;
    if (flow_.triggers.empty()) return;
    bool enters = false;  // by some trigger, goal aside
    bool open = false;    // by some trigger, and the goal is not met
    for (const check::TriggerInfo& trigger : flow_.triggers) {
      if (trigger.trigger->kind == ast::TriggerKind::kManually) return;
      FlowConditions::Known known;
      if (const ast::Expr* condition = conditions_.ConditionOf(trigger)) known.push_back(conditions_.IsTrue(condition));
      if (clauses.only_if) known.push_back(conditions_.IsTrue(clauses.only_if->condition));
      // What is never true by itself is told where it stands.
      if (std::ranges::any_of(known, [&](const Formula* one) { return !conditions_.CanBe({one}); })) return;
      for (const uint32_t segment : flow_.suppress) {
        if (const ast::Expr* condition = conditions_.ConditionOf(segment)) {
          known.push_back(conditions_.IsNotTrue(condition));
        }
      }
      if (!conditions_.CanBe(known)) continue;
      enters = true;
      if (!goal) return;
      known.push_back(conditions_.IsNotTrue(goal));
      open = open || conditions_.CanBe(known);
    }
    if (!enters) {
      auto report = sink_.Report(Code::kNobodyEnters, At(flow_.decl->name.span), {Name()});
      report.Other(At(flow_.triggers[0].trigger->span), "this must hold", "これが成り立ち");
      if (clauses.only_if) report.Other(At(clauses.only_if->span), "and this", "これも成り立ち");
      for (const ast::SuppressClause* suppress : clauses.suppress) {
        report.Other(At(suppress->span), "and these are kept out", "これは除外されます");
      }
    } else if (!open) {
      sink_.Report(Code::kGoalMet, At(clauses.goal->span), {Name()})
          .Other(At(flow_.triggers[0].trigger->span), "true at every entry", "入るときに必ず成り立ちます");
    }
  }

  void CheckOnlyIf() {
    if (!flow_.clauses.only_if || flow_.triggers.empty()) return;
    for (const check::TriggerInfo& trigger : flow_.triggers) {
      using Kind = ast::TriggerKind;
      const Kind kind = trigger.trigger->kind;
      // A schedule asks again the next time, a person when they like.
      if (kind == Kind::kEvery || kind == Kind::kManually || kind == Kind::kAt || kind == Kind::kAround) return;
      // What happens anew may well find it true.
      if (kind == Kind::kEvent && trigger.event.valid()) return;
    }
    std::vector<const ast::Expr*> parts;
    Split(flow_.clauses.only_if->condition, parts);
    for (const ast::Expr* part : parts) {
      if (!Grows(part) || AskedAgain(part)) continue;
      auto report = sink_.Report(Code::kOnlyIfLater, At(part->span), {facts_.Written(At(part->span))});
      report.Other(At(flow_.triggers[0].trigger->span), "asked only at this moment", "この瞬間にだけ判定されます");
      const ast::Trigger& first = *flow_.triggers[0].trigger;
      if (flow_.triggers.size() == 1 && parts.size() == 1 && first.kind == ast::TriggerKind::kBecoming) {
        const uint32_t end = first.condition->span.end;
        report.Fix("wait for both", "両方が揃うのを待つ",
                   {{At({end, end}), fmt::format(" and {}", facts_.Slice(At(part->span)))},
                    {At(flow_.clauses.only_if->span), ""}},
                   diag::FixSafety::kUnsafe);
      } else {
        report.Note("put it into the trigger: `on becoming A and B` starts when the last of them comes true",
                    "トリガーに入れると、最後の条件が成り立ったときに始まります: `on becoming A and B`");
      }
    }
  }

  static void Split(const ast::Expr* condition, std::vector<const ast::Expr*>& parts) {
    condition = Bare(condition);
    auto* logic = ast::As<ast::Logic>(condition);
    if (!logic || !logic->is_and) {
      if (condition) parts.push_back(condition);
      return;
    }
    for (const ast::Expr* operand : logic->operands) Split(operand, parts);
  }

  // Scores, bands and counts move by themselves; a plain property is what it is when the edge comes.
  bool Grows(const ast::Expr* part) {
    Depends depends(facts_);
    depends.Add(part, flow_.object);
    const bool scored = std::ranges::any_of(
        depends.values(), [](const Changeable& value) { return value.kind == Changeable::Kind::kScore; });
    return scored || depends.on_events();
  }

  // Whether one of the triggers watches the same.
  bool AskedAgain(const ast::Expr* part) {
    Depends asked(facts_);
    asked.Add(part, flow_.object);
    for (const check::TriggerInfo& trigger : flow_.triggers) {
      if (trigger.watched.kind == check::Watched::Kind::kBand) {
        Depends band(facts_);
        band.AddScore(trigger.watched.index);
        if (std::ranges::includes(band.declarations(), asked.declarations()) && !asked.declarations().empty()) {
          return true;
        }
      }
      const ast::Expr* condition = conditions_.ConditionOf(trigger);
      if (!condition) continue;
      const std::string key = facts_.KeyOf(flow_.file, part);
      std::vector<const ast::Expr*> parts;
      Split(condition, parts);
      // A trigger on its own for this: the workflow is tried when it comes true, too.
      if (parts.size() == 1 && facts_.KeyOf(conditions_.FileOf(condition), parts[0]) == key) return true;
    }
    return false;
  }

  Facts& facts_;
  diag::Sink& sink_;
  const FlowInfo& flow_;
  FlowConditions conditions_;
};

}  // namespace

void AnalyseFlowEntry(Facts& facts, diag::Sink& sink) {
  if (sink.has_errors()) return;
  for (const FlowInfo& flow : facts.program().flows) FlowEntry(facts, sink, flow).Run();
}

}  // namespace saiten::analyse
