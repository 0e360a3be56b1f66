#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "compiler/check/checker.h"

// The check of automation: templates, actions, caps, workflows and sequences. Private to compiler/check; expressions
// are the Checker's.
namespace saiten::check {

// Runs behind the check of everything that computes, whose types it uses.
class FlowChecker {
 public:
  explicit FlowChecker(Checker& checker) : c_(checker), sink_(checker.sink_), program_(checker.program_) {}
  void Run();

 private:
  // ---- flow_message.cpp
  void CheckTemplate(TemplateInfo& info);
  void CheckLaws(const TemplateInfo& info);
  void CheckAction(ActionInfo& info);
  void CheckCap(CapInfo& info);
  MessageClass ClassOf(const ast::Name& name, MessageClass otherwise);
  // A text that reaches a person: its `${}` are typed, known and something that can be spelled. `links`: those of a
  // message may stand in it.
  void CheckText(const ast::Expr* text, const Scope& scope, bool links = false);
  // `${renews else "open"}`: words in the place of a date, number or member that is unknown. False if it is none of
  // these.
  bool InsteadOf(const ast::Expr* expr, const Scope& scope);
  // Reports a value of a type that has no spelling: a record, an event, a set.
  bool ExpectSpelled(const ast::Expr* value, Type type);
  // Whether a property or a `let` of the object has the role.
  bool HasRole(ObjectId object, Role role) const;
  void ReportRole(Span at, std::string_view what, ObjectId object, Role role);

  // ---- flow.cpp
  void CheckFlow(FlowInfo& info);
  void CollectClauses();
  void CheckClauses();
  void CheckWindow(const ast::SendWindowClause& clause);
  void CheckPolicy();
  std::optional<uint32_t> FindCalendar(const ast::Name& name);
  std::optional<uint32_t> FindSegment(const ast::Name& name, ObjectId object);

  // ---- flow_trigger.cpp
  void CheckTriggers();
  void CheckTrigger(const ast::Trigger& trigger);
  void NameLocals();
  // `as r`: an event that is read by this name from here on.
  void AddLocal(const ast::Name& name, EventId event, bool always);
  // The event of a source without a way to other objects; its `where` is checked. Invalid after an error.
  EventId CheckEvent(const ast::Source& source);
  Watched CheckChange(const ast::Source& source);
  // What `at 09:00` and `every day` need.
  void NeedZone(Span at);

  // ---- flow_step.cpp
  void CheckSteps(ast::Steps steps);
  void CheckStep(const ast::Step& step);
  void NameSteps();
  std::string TargetOf(const StepInfo& step) const;
  void CheckWait(const ast::WaitStep& wait);
  void CheckWaitUntil(const ast::WaitUntilStep& wait);
  void CheckWaitFor(const ast::WaitForStep& wait, StepInfo& info);
  void CheckDuration(const ast::Duration& duration, const ast::Name& calendar);
  void CheckMatchStep(const ast::MatchStep& match);
  void CheckSplit(const ast::SplitStep& split);

  // ---- flow_act.cpp: steps that do something
  void CheckSend(const ast::SendStep& send, StepInfo& info);
  void CheckTask(const ast::TaskStep& task, StepInfo& info);
  void CheckGrant(const ast::GrantStep& grant, StepInfo& info);
  void CheckSet(const ast::SetStep& set, StepInfo& info);
  void CheckCall(const ast::CallStep& call, StepInfo& info);
  void CheckMembership(const ast::MembershipStep& step, StepInfo& info);
  void CheckEnrol(const ast::EnrolStep& enrol, StepInfo& info);
  void CheckCreate(const ast::CreateStep& create, StepInfo& info);
  void CheckRecipient(const ast::Recipient& recipient);
  void CheckFailure(const ast::FailurePolicy& policy);
  // A template by its name, for a record of `object`.
  uint32_t FindTemplate(const ast::Name& name, ObjectId object);
  std::optional<RelationPath> CheckPath(const ast::Expr* path);
  void CheckFields(const ast::Record* record, ObjectId object, bool all);

  Scope RecordScope() const { return Scope{.frames = {Type::Ref(flow_->object)}, .locals = &flow_->locals}; }
  Location At(Span span) const { return c_.At(span); }
  const Catalog& catalog() const { return program_.catalog; }
  const ObjectInfo& object() const { return catalog()[flow_->object]; }

  Checker& c_;
  diag::Sink& sink_;
  CheckedProgram& program_;
  std::unordered_set<std::string_view> enrolled_;  // workflows that steps enrol in
  FlowInfo* flow_ = nullptr;                       // that is being checked
};

}  // namespace saiten::check
