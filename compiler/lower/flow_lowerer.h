#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compiler/lower/lowerer.h"

// Lowers checked automation to ir::Automation: what has to be known at every commit becomes result columns, everything
// else kernels that are asked. Private to compiler/lower: one file a topic implements the members.
namespace saiten::lower {

class FlowLowerer {
 public:
  // `items` are what the declarations became, in the order of CheckedProgram::order; levels are put behind them.
  FlowLowerer(Shared& shared, std::vector<Item>& items) : shared_(shared), items_(items) {}
  void Run(bool all_roles);

 private:
  using Body = std::function<ValueId(Lowerer&, const Scope&)>;

  // ---- flow.cpp
  ir::Flow Flow(const check::FlowInfo& info);
  void Clauses();
  void Window(const ast::SendWindowClause& clause);
  ir::Trigger Trigger(const check::TriggerInfo& info, size_t number);
  ir::EventMatch Match(EventId event, const check::Watched& watched, const ast::Source& source);
  // The goal as a result column; as a question where it reads what the run was given.
  void Goal(const ast::Expr* condition);
  ir::Ask SegmentAsked(const check::SegmentInfo& segment);
  uint32_t Level(const ast::Expr* condition, std::string_view what);
  void WatchParts(const ast::Expr* condition, const std::string& what);
  void FillGiven();
  std::vector<ir::Given> GivenOf(const std::vector<uint32_t>& locals) const;

  // ---- flow_ask.cpp
  ir::Ask Ask(ObjectId object, const Body& body);
  // Of the flow's record, or of the one a message goes to.
  ir::Ask Value(const ast::Expr* expr);
  ir::Ask Value(const ast::Expr* expr, Type type);
  ir::Ask Condition(const ast::Expr* expr);
  // An instant; a date is its first one.
  ir::Ask Moment(const ast::Expr* expr);
  ir::Message Text(const ast::Expr* text);
  // The `x else "words"` of a text whose value is no text itself; null for anything else.
  const ast::Else* InsteadOf(const ast::Expr* expr) const;
  ir::Length LengthOf(const ast::Duration& duration, const ast::Name& calendar = {}) const;
  ir::Rate RateOf(const ast::Rate& rate) const;
  std::optional<uint32_t> CalendarOf(const ast::Name& name) const;
  ir::Recipient RecipientOf(const ast::Recipient& recipient);

  // ---- flow_message.cpp
  ir::MessageTemplate Template(const check::TemplateInfo& info);
  ir::Cap Cap(const check::CapInfo& info);
  void Roles(bool all);

  // ---- flow_step.cpp
  void Steps();
  // Where a list of steps begins; where it is empty, `next`.
  uint32_t First(ast::Steps steps, uint32_t next) const;
  void List(ast::Steps steps, uint32_t next);
  void Step(const ast::Step& step, uint32_t next);
  ir::StepBody BodyOf(const ast::Step& step, const check::StepInfo& info, uint32_t next);
  ir::SendStep Send(const ast::SendStep& send, const check::StepInfo& info);
  ir::WaitUntilStep WaitUntil(const ast::WaitUntilStep& wait);
  ir::WaitForStep WaitFor(const ast::WaitForStep& wait, const check::StepInfo& info, uint32_t next);
  ir::TaskStep Task(const ast::TaskStep& task, const check::StepInfo& info, uint32_t next);
  ir::CallStep Call(const ast::CallStep& call, const check::StepInfo& info, uint32_t next);
  ir::CallStep Webhook(const ast::WebhookStep& webhook, uint32_t next);
  ir::CreateStep Create(const ast::CreateStep& create, const check::StepInfo& info);
  ir::ChoiceStep Choice(const ast::IfStep& choice, uint32_t next);
  ir::ChoiceStep Choice(const ast::MatchStep& match, uint32_t next);
  ir::SplitStep Split(const ast::SplitStep& split, uint32_t next);
  ir::Failure FailureOf(const ast::FailurePolicy& policy, uint32_t next);
  std::vector<ir::CallStep::Field> FieldsOf(std::span<const ast::FieldValue> fields);
  // The step that sends the message which `where email == "name"` of a wait names.
  uint32_t SentBefore(const ast::Expr* where, uint32_t wait) const;

  // ---- flow_version.cpp
  std::string Version();
  void Use(const ast::Decl* decl);
  void Use(const ir::Kernel& kernel);
  void UseItem(size_t item);

  const check::CheckedProgram& checked() const { return shared_.checked; }
  const Catalog& catalog() const { return shared_.checked.catalog; }
  LowerResult& result() { return shared_.result; }
  ir::Automation& automation() { return shared_.result.automation; }

  Shared& shared_;
  std::vector<Item>& items_;
  std::vector<std::vector<const ast::Decl*>> inlined_;  // by Program::asked
  // Of templates: from where to where in Program::asked.
  std::map<const ast::Decl*, std::pair<size_t, size_t>> asked_of_;

  // Of the flow that is being lowered.
  const check::FlowInfo* info_ = nullptr;
  ir::Flow* flow_ = nullptr;
  FlowInputs* inputs_ = nullptr;
  ObjectId object_;  // whose record is asked
  FileId file_;
  const ast::CallStep* call_ = nullptr;  // inside an action: the step whose arguments its parameters are

  // What the flow that is being lowered uses, and how it prints.
  std::set<const ast::Decl*> used_;
  std::set<size_t> used_items_;
};

}  // namespace saiten::lower
