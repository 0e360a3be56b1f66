#include <unordered_set>

#include <fmt/format.h>

#include "compiler/analyse/analyses.h"
#include "compiler/analyse/walk.h"

// Declarations that nothing uses. Results (scores, grids, segments, evaluations) are what a project is for and count as
// used; so do objects, which are the schema, and workflows, which somebody starts.
namespace saiten::analyse {
namespace {

using check::Symbol;
using diag::Code;

// What one part of the project (the rules, the tests) refers to, by index.
struct Uses {
  std::unordered_set<uint32_t> lets, fns, enums, events, lists, tables, calendars, templates, actions;
  bool business_days = false;
};

class UseFinder {
 public:
  explicit UseFinder(Facts& facts) : facts_(facts) {}

  void Expr(const ast::Expr* expr, Uses& uses) const {
    const check::ExprInfo& info = facts_.program().InfoOf(expr);
    Types(info.type, uses);
    switch (info.symbol.kind) {
      case Symbol::Kind::kLet:
        uses.lets.insert(info.symbol.index);
        break;
      case Symbol::Kind::kFn:
        uses.fns.insert(info.symbol.index);
        break;
      case Symbol::Kind::kTable:
        uses.tables.insert(info.symbol.index);
        break;
      case Symbol::Kind::kList:
        uses.lists.insert(info.symbol.index);
        break;
      case Symbol::Kind::kCalendar:
        uses.calendars.insert(info.symbol.index);
        break;
      case Symbol::Kind::kFunction:
        uses.business_days |= info.symbol.function && info.symbol.function->name.find("business") != std::string::npos;
        break;
      case Symbol::Kind::kNone:
      case Symbol::Kind::kRecord:
      case Symbol::Kind::kEventRow:
      case Symbol::Kind::kProperty:
      case Symbol::Kind::kField:
      case Symbol::Kind::kEventTime:
      case Symbol::Kind::kEvent:
      case Symbol::Kind::kParam:
      case Symbol::Kind::kScore:
      case Symbol::Kind::kBand:
      case Symbol::Kind::kGrid:
      case Symbol::Kind::kTableColumn:
      case Symbol::Kind::kSegment:
      case Symbol::Kind::kMember:
      case Symbol::Kind::kUnit:
      case Symbol::Kind::kNow:
      case Symbol::Kind::kToday:
      case Symbol::Kind::kSoFar:
      case Symbol::Kind::kOuterWindow:
      case Symbol::Kind::kLocal:
      case Symbol::Kind::kLink:
        break;
    }
    if (auto* duration = ast::As<ast::DurationLit>(expr)) uses.business_days |= duration->duration.business;
    ForEachChild(expr, [&](const ast::Expr* child) { Expr(child, uses); });
  }

  void Types(Type type, Uses& uses) const {
    if (type.is(TypeKind::kEnum) || type.is(TypeKind::kSet)) uses.enums.insert(type.ref);
  }

  // What the declarations themselves refer to: types of properties, unions of events.
  void Schema(Uses& uses) const {
    const Catalog& catalog = facts_.catalog();
    for (const ObjectInfo& object : catalog.objects) {
      for (const PropertyInfo& property : object.properties) Types(property.type, uses);
    }
    for (const EventInfo& event : catalog.events) {
      for (const PropertyInfo& field : event.fields) Types(field.type, uses);
      for (EventId member : event.any_of) uses.events.insert(member.value);
    }
    for (const check::FnInfo& fn : facts_.program().fns) {
      for (Type param : fn.params) Types(param, uses);
    }
    for (const auto& [source, info] : facts_.program().sources) {
      for (const check::PathStep& step : info.steps) {
        if (step.kind == check::PathStep::Kind::kEvents) uses.events.insert(step.index);
      }
    }
  }

  // What steps name: templates, lists, actions, the outcomes of tasks; events that end a sequence.
  void Flow(const check::FlowInfo& flow, Uses& uses) const {
    for (EventId event : flow.stop_on) uses.events.insert(event.value);
    for (const check::StepInfo& info : flow.steps) {
      if (auto* task = ast::As<ast::TaskStep>(info.step); task && !task->outcomes.empty()) {
        if (auto outcomes = facts_.catalog().FindEnum("TaskOutcome")) uses.enums.insert(outcomes->value);
      }
      if (auto* task = ast::As<ast::TaskStep>(info.step); task && task->until_done) TaskDone(flow.object, uses);
      if (info.target == check::kNoIndex) continue;
      const ast::StepKind kind = info.step->kind;
      if (kind == ast::StepKind::kSend || kind == ast::StepKind::kTask) uses.templates.insert(info.target);
      if (kind == ast::StepKind::kCall) uses.actions.insert(info.target);
      if (kind == ast::StepKind::kMembership) uses.lists.insert(info.target);
    }
  }

  // The event that closes a task of the object for which a run waits (flow/, by this name).
  void TaskDone(ObjectId object, Uses& uses) const {
    for (uint32_t i = 0; i < facts_.catalog().events.size(); ++i) {
      const EventInfo& event = facts_.catalog().events[i];
      if (event.name == "task_done" && event.object == object) uses.events.insert(i);
    }
  }

  // The events that the engine itself writes and counts by (sem G2a), where a project maps them onto its own tables.
  void Messages(Uses& uses) const {
    if (facts_.program().templates.empty() && facts_.program().flows.empty()) return;
    for (uint32_t i = 0; i < facts_.catalog().events.size(); ++i) {
      if (check::IsMessageEvent(facts_.catalog().events[i].name)) uses.events.insert(i);
    }
  }

  // Tests name events and lists by their words.
  void TestLines(const ast::TestDecl& test, Uses& uses) const {
    for (const ast::TestLine* line : test.lines) {
      if (auto* row = ast::As<ast::RowLine>(line)) {
        if (auto event = facts_.catalog().FindEvent(row->type.text)) uses.events.insert(event->value);
      }
      if (auto* expect = ast::As<ast::ExpectLine>(line); expect && expect->is_list) {
        if (auto list = facts_.catalog().FindList(expect->group.text)) uses.lists.insert(list->value);
      }
    }
  }

 private:
  Facts& facts_;
};

class UnusedReporter {
 public:
  UnusedReporter(Facts& facts, diag::Sink& sink) : facts_(facts), sink_(sink) {}

  void Run() {
    UseFinder finder(facts_);
    finder.Schema(rules_);
    finder.Messages(rules_);
    for (const check::FlowInfo& flow : facts_.program().flows) finder.Flow(flow, rules_);
    for (const auto& file : facts_.program().files) {
      for (const ast::Decl* decl : file->decls) {
        Uses& uses = decl->kind == ast::DeclKind::kTest ? tests_ : rules_;
        ForEachExpr(decl, [&](const ast::Expr* expr) { finder.Expr(expr, uses); });
        if (auto* test = ast::As<ast::TestDecl>(decl)) finder.TestLines(*test, tests_);
      }
    }
    const check::CheckedProgram& program = facts_.program();
    for (uint32_t i = 0; i < program.lets.size(); ++i) {
      const check::LetInfo& let = program.lets[i];
      // A role is what the engine uses it for.
      if (let.decl->role.valid()) continue;
      Report("let", let.decl->name.text, {let.file, let.decl->name.span}, rules_.lets.contains(i),
             tests_.lets.contains(i));
    }
    for (uint32_t i = 0; i < program.fns.size(); ++i) {
      const check::FnInfo& fn = program.fns[i];
      Report("fn", fn.decl->name.text, {fn.file, fn.decl->name.span}, rules_.fns.contains(i), tests_.fns.contains(i));
    }
    for (uint32_t i = 0; i < program.tables.size(); ++i) {
      const check::TableInfo& table = program.tables[i];
      Report("table", table.decl->name.text, {table.file, table.decl->name.span}, rules_.tables.contains(i),
             tests_.tables.contains(i));
    }
    for (uint32_t i = 0; i < program.templates.size(); ++i) {
      const check::TemplateInfo& message = program.templates[i];
      Report("template", message.decl->name.text, {message.file, message.decl->name.span}, rules_.templates.contains(i),
             false);
    }
    for (uint32_t i = 0; i < program.actions.size(); ++i) {
      const check::ActionInfo& action = program.actions[i];
      Report("action", action.decl->name.text, {action.file, action.decl->name.span}, rules_.actions.contains(i),
             false);
    }
    const Catalog& catalog = facts_.catalog();
    for (uint32_t i = 0; i < catalog.enums.size(); ++i) {
      if (catalog.enums[i].origin != EnumInfo::Origin::kDeclared) continue;
      Report("enum", catalog.enums[i].name, catalog.enums[i].at, rules_.enums.contains(i), tests_.enums.contains(i));
    }
    for (uint32_t i = 0; i < catalog.events.size(); ++i) {
      if (catalog.events[i].hidden() || catalog.events[i].message_event) continue;
      Report("event", catalog.events[i].name, catalog.events[i].at, rules_.events.contains(i),
             tests_.events.contains(i));
    }
    for (uint32_t i = 0; i < catalog.lists.size(); ++i) {
      Report("list", catalog.lists[i].name, catalog.lists[i].at, rules_.lists.contains(i), tests_.lists.contains(i));
    }
    for (uint32_t i = 0; i < catalog.calendars.size(); ++i) {
      Report("calendar", catalog.calendars[i].name, catalog.calendars[i].at,
             rules_.business_days || rules_.calendars.contains(i) ||
                 (i < program.calendars_used.size() && program.calendars_used[i]),
             tests_.calendars.contains(i));
    }
  }

 private:
  void Report(std::string kind, std::string_view name, Location at, bool used, bool in_tests) {
    if (used || name.empty() || !at.file.valid() || facts_.IsLibrary(at.file)) return;
    auto report = sink_.Report(Code::kUnused, at, {std::move(kind), std::string(name)});
    if (in_tests) report.Note("only tests use it", "使っているのはテストだけです");
  }

  Facts& facts_;
  diag::Sink& sink_;
  Uses rules_;
  Uses tests_;
};

}  // namespace

void AnalyseUnused(Facts& facts, diag::Sink& sink) {
  // A name that could not be resolved may have been the use.
  if (sink.has_errors()) return;
  UnusedReporter(facts, sink).Run();
}

}  // namespace saiten::analyse
