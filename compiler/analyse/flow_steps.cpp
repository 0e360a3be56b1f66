#include <algorithm>

#include <fmt/format.h>

#include "compiler/analyse/analyses.h"
#include "compiler/analyse/flow_conditions.h"
#include "compiler/ast/steps.h"

// What happens at the steps: branches that nobody takes, waits for what ends the run, messages to people who refuse
// them (sem G1, G3, G4).
namespace saiten::analyse {
namespace {

using check::FlowInfo;
using check::StepInfo;
using diag::Code;
using Known = FlowConditions::Known;

class FlowSteps {
 public:
  FlowSteps(Facts& facts, diag::Sink& sink, const FlowInfo& flow)
      : facts_(facts), sink_(sink), flow_(flow), conditions_(facts, flow) {}

  void Run() {
    // Goal and suppression end a run at every commit, so behind them neither holds.
    Known known;
    if (flow_.clauses.goal) known.push_back(conditions_.IsNotTrue(flow_.clauses.goal->condition));
    for (const uint32_t segment : flow_.suppress) {
      if (const ast::Expr* condition = conditions_.ConditionOf(segment)) {
        known.push_back(conditions_.IsNotTrue(condition));
      }
    }
    std::vector<const ast::Expr*> holds;
    // What lets in a record holds until something changes it; a wish to get no mail is seldom taken back by itself.
    if (flow_.triggers.size() == 1) {
      if (const ast::Expr* condition = conditions_.ConditionOf(flow_.triggers[0])) holds.push_back(condition);
    }
    if (flow_.clauses.only_if) holds.push_back(flow_.clauses.only_if->condition);
    if (flow_.triggers.size() == 1) refused_at_entry_ = ChangesToRefused(flow_.triggers[0]);
    Go(flow_.decl->steps, known, holds);
  }

 private:
  Location At(Span span) const { return {flow_.file, span}; }

  const StepInfo& InfoOf(const ast::Step& step) const { return flow_.steps[flow_.step_index.at(&step)]; }

  void Go(ast::Steps steps, const Known& known, const std::vector<const ast::Expr*>& holds) {
    for (const ast::Step* step : steps) {
      if (!step || !flow_.step_index.contains(step)) continue;
      if (auto* choice = ast::As<ast::IfStep>(step)) {
        GoIf(*choice, known, holds);
        continue;
      }
      if (auto* wait = ast::As<ast::WaitForStep>(step)) CheckWait(*wait);
      if (auto* send = ast::As<ast::SendStep>(step)) {
        std::vector<const ast::Expr*> here = holds;
        if (step->guard) here.push_back(step->guard);
        CheckSend(*send, here);
      }
      ast::ForEachBlock(*step, [&](ast::Steps inner) { Go(inner, known, holds); });
    }
  }

  void GoIf(const ast::IfStep& choice, const Known& before, const std::vector<const ast::Expr*>& holds) {
    Known known = before;
    for (const ast::Branch& branch : choice.branches) {
      if (!branch.condition) continue;
      Known here = known;
      here.push_back(conditions_.IsTrue(branch.condition));
      const bool alone = conditions_.CanBe({here.back()});
      if (alone && !conditions_.CanBe(here)) ReportNever(choice, branch);
      std::vector<const ast::Expr*> inside = holds;
      inside.push_back(branch.condition);
      // A step inside may change what the branch asked, so only the standing conditions are carried in.
      Go(branch.steps, before, inside);
      known.push_back(conditions_.IsNotTrue(branch.condition));
    }
    Go(choice.otherwise, before, holds);
  }

  void ReportNever(const ast::IfStep& choice, const ast::Branch& branch) {
    auto report =
        sink_.Report(Code::kBranchNever, At(branch.condition->span), {facts_.Written(At(branch.condition->span))});
    if (&branch != choice.branches.data()) {
      report.Other(At(choice.branches[0].condition->span), "the branches above take it", "上の分岐が先に選ばれます");
    } else if (flow_.clauses.goal) {
      report.Other(At(flow_.clauses.goal->span), "whoever meets the goal is no longer here",
                   "ゴールに達した人はもうここにいません");
    } else if (!flow_.clauses.suppress.empty()) {
      report.Other(At(flow_.clauses.suppress[0]->span), "these are no longer here", "この人たちはもうここにいません");
    }
  }

  void CheckWait(const ast::WaitForStep& wait) {
    const EventId event = InfoOf(wait).event;
    if (!event.valid() || wait.then.empty()) return;
    if (std::ranges::find(flow_.stop_on, event) == flow_.stop_on.end()) return;
    sink_
        .Report(Code::kWaitNever, At(wait.source.span),
                {facts_.catalog()[event].name, std::string(flow_.decl->name.text)})
        .Other(At(flow_.clauses.stop_on->span), "ends the run at once", "ここで直ちに終了します");
  }

  // What of the record says that it gets no messages.
  bool Refuses(const PropertyInfo& property, bool value) const {
    if (!property.type.is(TypeKind::kBool)) return false;
    if (property.role == Role::kOptOut || property.role == Role::kBounced) return value;
    return property.role == Role::kMarketing && !value;
  }

  const PropertyInfo* OwnProperty(const ast::Expr* expr) const {
    const check::Symbol& symbol = facts_.program().InfoOf(expr).symbol;
    if (!ast::As<ast::NameRef>(expr) || symbol.kind != check::Symbol::Kind::kProperty) return nullptr;
    return &facts_.catalog()[flow_.object].properties[symbol.index];
  }

  // Whether the condition, if it comes out as `value`, means that the record refuses messages.
  bool MeansRefused(const ast::Expr* condition, bool value) const {
    condition = Bare(condition);
    if (!condition) return false;
    if (auto* negation = ast::As<ast::Not>(condition)) return MeansRefused(negation->operand, !value);
    if (auto* logic = ast::As<ast::Logic>(condition)) {
      const auto means = [&](const ast::Expr* operand) { return MeansRefused(operand, value); };
      return logic->is_and == value ? std::ranges::any_of(logic->operands, means)
                                    : std::ranges::all_of(logic->operands, means);
    }
    if (auto* compare = ast::As<ast::Compare>(condition)) {
      auto* literal = ast::As<ast::BoolLit>(Bare(compare->right));
      const bool equal = compare->op == ast::CompareOp::kEq;
      if (!literal || (!equal && compare->op != ast::CompareOp::kNe)) return false;
      return MeansRefused(compare->left, (literal->value == equal) == value);
    }
    if (auto* in = ast::As<ast::InGroup>(condition)) {
      const check::Symbol& symbol = facts_.program().InfoOf(condition).symbol;
      if (in->negated || in->value || symbol.kind != check::Symbol::Kind::kSegment) return false;
      const ast::Expr* segment = conditions_.ConditionOf(symbol.index);
      return value && segment && MeansRefused(segment, true);
    }
    const PropertyInfo* property = OwnProperty(condition);
    return property && Refuses(*property, value);
  }

  bool ChangesToRefused(const check::TriggerInfo& trigger) const {
    if (trigger.watched.kind != check::Watched::Kind::kProperty) return false;
    auto* to = ast::As<ast::BoolLit>(Bare(trigger.trigger->source.change_to));
    return to && Refuses(facts_.catalog()[flow_.object].properties[trigger.watched.index], to->value);
  }

  void CheckSend(const ast::SendStep& send, const std::vector<const ast::Expr*>& holds) {
    const StepInfo& info = InfoOf(send);
    if (info.target == check::kNoIndex || !info.path.properties.empty()) return;
    const check::TemplateInfo& message = facts_.program().templates[info.target];
    using check::MessageClass;
    if (message.message_class != MessageClass::kMarketing && message.message_class != MessageClass::kOneToOne) return;
    const auto found = std::ranges::find_if(holds, [&](const ast::Expr* one) { return MeansRefused(one, true); });
    if (found == holds.end() && !refused_at_entry_) return;
    auto report = sink_.Report(Code::kMailRefused, At(send.message.span), {std::string(message.decl->name.text)});
    const bool here = found != holds.end() && conditions_.FileOf(*found) == flow_.file &&
                      (*found)->span.begin >= flow_.decl->span.begin && (*found)->span.end <= flow_.decl->span.end;
    report.Other(At(here ? (*found)->span : flow_.triggers[0].trigger->span), "who gets here said no",
                 "ここを通る人は配信を拒否しています");
    report.Note(
        "a message of `class transactional` reaches them, with the reason why it must; a task or a notification "
        "reaches the one who looks after them",
        "`class transactional` の通知なら理由を書いて送れます。担当者にはタスクや通知で知らせられます");
  }

  Facts& facts_;
  diag::Sink& sink_;
  const FlowInfo& flow_;
  FlowConditions conditions_;
  bool refused_at_entry_ = false;
};

}  // namespace

void AnalyseFlowSteps(Facts& facts, diag::Sink& sink) {
  if (sink.has_errors()) return;
  for (const FlowInfo& flow : facts.program().flows) FlowSteps(facts, sink, flow).Run();
}

}  // namespace saiten::analyse
