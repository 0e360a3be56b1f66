#include <algorithm>
#include <map>

#include "base/json.h"
#include "flow/action_key.h"
#include "flow/engine.h"
#include "runtime/civil.h"
#include "runtime/decimal_text.h"

// Steps that write, and actions other than messages.
namespace saiten::flow {
namespace {

// A value in the body of a call: numbers and truth as such, what is unknown as null, the rest as people read it.
Json JsonOf(Type type, const Value& value, std::string spelled) {
  if (!value.known) return nullptr;
  if (type.is(TypeKind::kBool)) return value.number == 1;
  if (type.is_number()) {
    auto number = ParseJson(spelled);
    if (number.is_number()) return number;
  }
  return spelled;
}

}  // namespace

void Engine::AddEffect(RecordId to, Effect effect) {
  Queue& queue = queues_[to];
  queue.effects.push_back(std::move(effect));
  queue.depth = std::max(queue.depth, commit_->depth + 1);
}

std::vector<RecordId> Engine::Targets(const Instance& instance, const ir::Path& path) {
  std::vector<RecordId> targets = {{instance.object.value, instance.row}};
  const vm::RunContext& context = world_.context();
  for (uint32_t relation : path.relations) {
    std::vector<RecordId> next;
    for (RecordId from : targets) {
      const PropertyInfo& property = context.catalog().objects[from.object].properties[relation];
      const uint32_t object = property.type.object_id().value;
      const rt::Table& table = context.data().tables[from.object];
      if (!property.is_many) {
        const rt::Column& column = table.columns[relation];
        if (column.Known(from.row)) next.push_back({object, static_cast<uint32_t>(column.Raw(from.row))});
        continue;
      }
      const rt::Adjacency& many = table.many[relation];
      for (uint32_t i = many.BeginOf(from.row); i < many.EndOf(from.row); ++i) next.push_back({object, many.rows[i]});
    }
    std::ranges::sort(next, [&](RecordId a, RecordId b) { return Before(a, b); });
    next.erase(std::unique(next.begin(), next.end()), next.end());
    targets = std::move(next);
  }
  return targets;
}

std::string Engine::KeyOfAction(const Instance& instance, uint32_t loop) {
  const std::string record = world_.context().data().tables[instance.object.index()].keys.Spell(instance.row);
  return ActionKey({.flow = FlowOf(instance).name,
                    .object = world_.context().catalog()[instance.object].name,
                    .record = record,
                    .instance_key = instance.key,
                    .number = instance.number,
                    .step = StepOf(instance).name,
                    .loop = loop,
                    .variant = instance.variant});
}

std::string Engine::Emit(Instance& instance, ActionKind kind, uint32_t loop, Fields fields) {
  LogRow row = Row(instance, RowKind::kAction);
  row.action = kind;
  row.key = KeyOfAction(instance, loop);
  row.fields = std::move(fields);
  std::string key = row.key;
  Log(std::move(row));
  return key;
}

// Who is assigned: of a team its members, users whose property `team` is that name, in the order of their keys.
int64_t Engine::Assignee(const Instance& instance, const ir::Recipient& to) {
  using Kind = ir::Recipient::Kind;
  const vm::RunContext& context = world_.context();
  const ObjectId users = *context.catalog().FindObject("user");
  const auto named = [&](std::string_view property, const std::string& name) {
    std::vector<uint32_t> rows;
    const auto column = context.catalog()[users].Find(property);
    for (uint32_t row = 0; column && row < context.data().tables[users.index()].size; ++row) {
      const Value value = world_.Get(users, row, *column);
      if (value.known && value.text == name) rows.push_back(row);
    }
    std::ranges::sort(rows, [&](uint32_t a, uint32_t b) { return Before({users.value, a}, {users.value, b}); });
    return rows;
  };
  switch (to.kind) {
    case Kind::kNone:
    case Kind::kTeam:
      return -1;
    case Kind::kRecord: {
      const Value user = Ask(to.record, instance);
      return user.known ? user.number : -1;
    }
    case Kind::kUser: {
      const std::vector<uint32_t> rows = named("name", to.name);
      return rows.size() == 1 ? int64_t{rows[0]} : -1;
    }
    case Kind::kByTurn: {
      const std::vector<uint32_t> rows = named("team", to.name);
      return rows.empty() ? -1 : int64_t{rows[state_.turns[to.name]++ % rows.size()]};
    }
    case Kind::kByFewestOpen: {
      const std::vector<uint32_t> rows = named("team", to.name);
      const auto fewest = std::ranges::min_element(rows, {}, [&](uint32_t row) { return state_.open_tasks[row]; });
      return fewest == rows.end() ? -1 : int64_t{*fewest};
    }
  }
  return -1;
}

std::string Engine::SpellUser(int64_t row) {
  if (row < 0) return {};
  const vm::RunContext& context = world_.context();
  const ObjectId users = *context.catalog().FindObject("user");
  const auto name = context.catalog()[users].Find("name");
  const Value value = name ? world_.Get(users, static_cast<uint32_t>(row), *name) : Value::Unknown();
  return value.known ? value.text : context.data().tables[users.index()].keys.Spell(static_cast<size_t>(row));
}

void Engine::Notify(Instance& instance, const ir::NotifyStep& notify) {
  const int64_t user = Assignee(instance, notify.to);
  std::string to = notify.to.kind == ir::Recipient::Kind::kTeam ? notify.to.name : SpellUser(user);
  if (to.empty() && notify.to.kind != ir::Recipient::Kind::kNone) {
    Log(Row(instance, RowKind::kSkipped, "nobody to notify"));
    return;
  }
  Emit(instance, ActionKind::kNotification, 0,
       {{"to", std::move(to)}, {"text", evaluator_.Render(notify.text, instance.row, now_, instance.inputs)}});
}

std::string Engine::TitleOf(const Instance& instance, const ir::TaskStep& task) {
  const bool drafted = task.title.empty() && task.message != ir::kNowhere;
  const ir::Message& title = drafted ? automation_.messages[task.message].subject : task.title;
  return evaluator_.Render(title, instance.row, now_, instance.inputs);
}

bool Engine::Task(Instance& instance, const ir::Step& step) {
  const auto& task = std::get<ir::TaskStep>(step.body);
  const int64_t user = Assignee(instance, task.assign);
  Fields fields = {{"title", TitleOf(instance, task)}};
  if (task.message != ir::kNowhere) fields.push_back({"template", automation_.messages[task.message].name});
  if (task.channel == ir::TaskStep::Channel::kPhone) fields.push_back({"channel", "phone"});
  if (task.channel == ir::TaskStep::Channel::kMail) fields.push_back({"channel", "mail"});
  if (user >= 0) fields.push_back({"assignee", SpellUser(user)});
  int64_t due = INT64_MAX;
  const Catalog& catalog = world_.context().catalog();
  if (task.due_in) {
    const int64_t at = EndOf(task.due_in, now_, local());
    due = rt::LocalDate(at, *zone_);
    const bool hours = task.due_in.unit < rt::TimeUnit::kDay;
    fields.push_back(
        {"due", hours ? catalog.SpellValue(Type::Instant(), at, zone_) : catalog.SpellValue(Type::Date(), due, zone_)});
  }
  if (task.remind_next >= 0) {
    const int64_t at = Reminder(now_, task.remind_next, due, *zone_);
    fields.push_back({"remind", catalog.SpellValue(Type::Instant(), at, zone_)});
  }
  if (user >= 0) ++state_.open_tasks[static_cast<uint32_t>(user)];
  Emit(instance, ActionKind::kTask, 0, std::move(fields));
  if (!task.until_done) {
    GoOn(instance, step.next);
    return true;
  }
  instance.assignee = user;
  instance.waiting = Waiting::kTaskDone;
  instance.due = task.up_to ? EndOf(task.up_to, now_, local()) : kNever;
  return false;
}

// A task is closed by an event that names it by its step or its title.
bool Engine::ClosesTask(const Instance& instance, const Commit& commit) {
  const auto& task = std::get<ir::TaskStep>(StepOf(instance).body);
  const auto* happened = commit.item ? std::get_if<Happened>(&commit.item->what) : nullptr;
  if (!happened || happened->event != task.done) return false;
  const auto place = evaluator_.FindEvent(task.done, commit.record.row, happened->time, happened->arrival);
  if (!place) return false;
  const EventInfo& event = world_.context().catalog()[task.done];
  const auto field = [&](std::string_view name) {
    const auto index = event.Find(name);
    return index ? evaluator_.FieldOf(task.done, *place, *index) : Value::Unknown();
  };
  if (const Value workflow = field("workflow"); workflow.known && workflow.text != FlowOf(instance).name) return false;
  const Value step = field("step");
  const Value title = field("task");
  if (step.known) return step.text == StepOf(instance).name;
  return title.known && title.text == TitleOf(instance, task);
}

uint32_t Engine::OutcomeOf(const Instance& instance, const Commit& commit) {
  const ir::Step& step = StepOf(instance);
  const auto& task = std::get<ir::TaskStep>(step.body);
  if (instance.assignee >= 0) --state_.open_tasks[static_cast<uint32_t>(instance.assignee)];
  Value outcome;
  std::string said;
  if (!commit.timer) {
    const auto& happened = std::get<Happened>(commit.item->what);
    const auto place = evaluator_.FindEvent(task.done, commit.record.row, happened.time, happened.arrival);
    const auto field = world_.context().catalog()[task.done].Find("outcome");
    if (place && field) outcome = evaluator_.FieldOf(task.done, *place, *field);
    if (outcome.known) said = evaluator_.Spell(world_.context().catalog()[task.done].fields[*field].type, outcome);
  }
  // `way`: which of the written outcomes, from 1; `outcome`: as the person said.
  const auto log = [&](const char* detail, std::string_view way) {
    LogRow row = Row(instance, RowKind::kBranch, detail);
    if (!way.empty()) row.fields.push_back({"way", way});
    if (!said.empty()) row.fields.push_back({"outcome", said});
    Log(std::move(row));
  };
  for (const ir::TaskStep::Outcome& way : task.outcomes) {
    const bool named =
        outcome.known && std::ranges::find(way.members, static_cast<uint32_t>(outcome.number)) != way.members.end();
    if (!named && !way.members.empty()) continue;
    log(way.members.empty() ? "else" : "outcome", std::to_string(&way - task.outcomes.data() + 1));
    return way.steps == ir::kNowhere ? step.next : way.steps;
  }
  log(commit.timer ? "deadline" : "done", {});
  return step.next;
}

// Where the delivery goes, what it says, and what is done about its failure (sem O2): the outbox has nothing else.
std::string Engine::CallOut(Instance& instance, const ir::CallStep& call) {
  using Then = ir::Failure::Then;
  Fields fields = {{"url", evaluator_.Render(call.url, instance.row, now_, instance.inputs)}};
  if (!call.action.empty()) fields.push_back({"action", call.action});
  auto body = Json::object();
  for (const ir::CallStep::Field& field : call.fields) {
    if (field.value) {
      const Value value = Ask(field.value, instance);
      body[field.name] = JsonOf(field.value.type, value, evaluator_.Spell(field.value.type, value));
    } else {
      body[field.name] = evaluator_.Render(field.text, instance.row, now_, instance.inputs);
    }
  }
  // Arguments have names of their own, so they stand together.
  fields.push_back({"body", JsonLine(body)});
  const ir::Failure& failure = call.on_failure;
  if (failure.retries > 0) {
    fields.push_back({"retry", std::to_string(failure.retries)});
    std::string backoff;
    for (const int64_t pause : failure.backoff) {
      backoff += (backoff.empty() ? "" : ",") + std::to_string(pause / rt::kMicrosPerSecond);
    }
    if (!backoff.empty()) fields.push_back({"backoff", backoff});
  }
  if (failure.then != Then::kContinue) {
    fields.push_back({"on_failure", failure.then == Then::kExit ? "exit" : "steps"});
  }
  return Emit(instance, call.action.empty() ? ActionKind::kWebhook : ActionKind::kCall, 0, std::move(fields));
}

// The step that follows what came of the call; the instance has ended where that is `exit` (sem O2, R5).
uint32_t Engine::AfterDelivery(Instance& instance, const Commit& commit) {
  using Then = ir::Failure::Then;
  const ir::Step& step = StepOf(instance);
  const bool sent = std::get<Delivered>(commit.item->what).sent;
  Log(Row(instance, RowKind::kBranch, sent ? "sent" : "failure"));
  // Another version of the workflow may have another step here.
  const auto* call = std::get_if<ir::CallStep>(&step.body);
  if (sent || !call || call->on_failure.then == Then::kContinue) return step.next;
  if (call->on_failure.then == Then::kExit) End(instance, InstanceStatus::kFailed);
  return call->on_failure.steps == ir::kNowhere ? step.next : call->on_failure.steps;
}

void Engine::Create(Instance& instance, const ir::CreateStep& create) {
  std::map<uint32_t, Value> properties;
  for (const ir::CreateStep::Field& field : create.fields) {
    properties[field.property] = field.value
                                     ? Ask(field.value, instance)
                                     : Value::Of(evaluator_.Render(field.text, instance.row, now_, instance.inputs));
  }
  const uint32_t row = world_.Create(create.object, properties, now_, KeyOfAction(instance, 0));
  const vm::RunContext& context = world_.context();
  LogRow told = Row(instance, RowKind::kCreated);
  told.fields = {{"object", context.catalog()[create.object].name},
                 {"id", context.data().tables[create.object.index()].keys.Spell(row)}};
  Log(std::move(told));
  AddEffect({create.object.value, row}, {.flow = instance.flow,
                                         .step = instance.step,
                                         .number = instance.number,
                                         .key = instance.key,
                                         .what = CreatedEffect{}});
}

bool Engine::Act(Instance& instance, const ir::Step& step) {
  if (std::holds_alternative<ir::SendStep>(step.body)) return Send(instance, step);
  if (std::holds_alternative<ir::TaskStep>(step.body)) return Task(instance, step);
  const Effect from{.flow = instance.flow,
                    .step = instance.step,
                    .number = instance.number,
                    .key = instance.key,
                    .what = CreatedEffect{}};
  const RecordId self{instance.object.value, instance.row};
  const auto write = [&](RecordId to, auto what) {
    Effect effect = from;
    effect.what = std::move(what);
    AddEffect(to, std::move(effect));
    instance.writes_pending = true;
  };
  if (auto* set = std::get_if<ir::SetStep>(&step.body)) {
    const Value value = Ask(set->value, instance);
    for (RecordId to : Targets(instance, set->to)) write(to, SetEffect{set->property, value, set->move_back});
  } else if (auto* grant = std::get_if<ir::GrantStep>(&step.body)) {
    const EventId event = automation_.grants[grant->score].front();
    const auto& catalog = world_.context().catalog();
    const Value points = Ask(grant->points, instance);
    Fields said = {{"points", points.known ? rt::FormatPoints(points.number) : std::string()},
                   {"reason", evaluator_.Render(grant->reason, instance.row, now_, instance.inputs)}};
    write(self, GrantEffect{event, {{*catalog[event].Find("points"), points}}, std::move(said)});
  } else if (auto* membership = std::get_if<ir::MembershipStep>(&step.body)) {
    write(self, MemberEffect{membership->list, membership->add});
  } else if (auto* enrol = std::get_if<ir::EnrolStep>(&step.body)) {
    for (RecordId to : Targets(instance, enrol->who)) write(to, Request{enrol->flow, enrol->enrol, false});
  } else if (auto* create = std::get_if<ir::CreateStep>(&step.body)) {
    Create(instance, *create);
    instance.writes_pending = true;
  } else if (auto* notify = std::get_if<ir::NotifyStep>(&step.body)) {
    Notify(instance, *notify);
  } else if (auto* call = std::get_if<ir::CallStep>(&step.body)) {
    std::string key = CallOut(instance, *call);
    if (awaits_deliveries_ && call->on_failure.then != ir::Failure::Then::kContinue) {
      instance.action = std::move(key);
      instance.waiting = Waiting::kDelivery;
      instance.due = kNever;
      return false;
    }
  }
  GoOn(instance, step.next);
  return true;
}

}  // namespace saiten::flow
