#include "driver/seen.h"

#include <algorithm>
#include <span>

#include "driver/leaves.h"
#include "driver/spell.h"

namespace saiten::driver {
namespace {

constexpr size_t kWidth = 60;

class Namer {
 public:
  Namer(const Compiled& compiled, lower::LowerResult& lowered) : compiled_(compiled), lowered_(lowered) {}

  void Run() {
    lowered_.automation.seen.resize(lowered_.program.asked.size());
    for (size_t i = 0; i < lowered_.automation.flows.size(); ++i) {
      Flow(compiled_.checked.flows[i], lowered_.automation.flows[i]);
    }
  }

 private:
  void Name(const ir::Ask& ask, FileId file, std::span<const ast::Expr* const> exprs) {
    if (!ask) return;
    const ir::Kernel& kernel = lowered_.program.asked[ask.kernel];
    std::vector<ir::Seen>& seen = lowered_.automation.seen[ask.kernel];
    for (const ast::Expr* expr : exprs) {
      for (const ast::Expr* leaf : LeavesOf(expr, compiled_.checked)) {
        const auto& traced = lowered_.trace.asked[ask.kernel].exprs;
        const auto found = std::ranges::find_if(traced, [&](const lower::TracedExpr& one) {
          return one.expr == leaf && !one.in_block && !kernel[one.value].is_list;
        });
        if (found == traced.end() || !CanSpell(kernel[found->value].type)) continue;
        std::string what = OneLine(compiled_.sources.Slice({file, leaf->span}), kWidth);
        if (std::ranges::find(seen, what, &ir::Seen::what) == seen.end()) {
          seen.push_back({std::move(what), found->value});
        }
      }
    }
  }
  void Name(const ir::Ask& ask, FileId file, const ast::Expr* expr) {
    if (expr != nullptr) Name(ask, file, std::span(&expr, 1));
  }

  static bool CanSpell(Type type) {
    return !type.is(TypeKind::kError) && !type.is(TypeKind::kNothing) && !type.is(TypeKind::kEvent);
  }

  void Segment(const ir::Ask& ask, const check::SegmentInfo& segment) {
    Name(ask, segment.file, segment.decl->condition);
  }

  void Flow(const check::FlowInfo& info, const ir::Flow& flow) {
    for (size_t i = 0; i < flow.triggers.size(); ++i) {
      const check::TriggerInfo& trigger = info.triggers[i];
      if (trigger.segment != check::kNoIndex) {
        Segment(flow.triggers[i].seen, compiled_.checked.segments[trigger.segment]);
      } else {
        Name(flow.triggers[i].seen, info.file, trigger.trigger->condition);
      }
    }
    for (size_t i = 0; i < flow.suppress.size(); ++i) {
      Segment(flow.suppress_seen[i], compiled_.checked.segments[info.suppress[i]]);
    }
    if (const auto* goal = info.clauses.goal) {
      Name(flow.goal_seen, info.file, goal->condition);
      Name(flow.goal_of_run, info.file, goal->condition);
    }
    if (const auto* only_if = info.clauses.only_if) Name(flow.only_if, info.file, only_if->condition);
    for (size_t i = 0; i < flow.steps.size(); ++i) Step(info.file, *info.steps[i].step, flow.steps[i]);
  }

  void Step(FileId file, const ast::Step& written, const ir::Step& step) {
    Name(step.guard, file, written.guard);
    const auto* choice = std::get_if<ir::ChoiceStep>(&step.body);
    if (choice == nullptr) return;
    for (size_t i = 0; i < choice->branches.size(); ++i) {
      if (auto* by_if = ast::As<ast::IfStep>(&written)) {
        Name(choice->branches[i].condition, file, by_if->branches[i].condition);
      } else if (auto* by_match = ast::As<ast::MatchStep>(&written)) {
        Name(choice->branches[i].condition, file, by_match->subjects);
      }
    }
  }

  const Compiled& compiled_;
  lower::LowerResult& lowered_;
};

}  // namespace

void NameInputs(const Compiled& compiled, lower::LowerResult& lowered) { Namer(compiled, lowered).Run(); }

}  // namespace saiten::driver
