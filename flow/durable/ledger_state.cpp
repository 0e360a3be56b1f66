#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/json.h"
#include "base/words.h"
#include "flow/durable/control.h"
#include "flow/durable/json_text.h"
#include "flow/durable/ledger.h"
#include "flow/version.h"
#include "store/own/automation_tables.h"
#include "store/sqlite/source_table.h"

// Instances, and what goes with them.
namespace saiten::flow {

using store::Statement;

namespace {

void AddKept(JsonText& to, std::string_view name, const Kept& kept) {
  if (const auto* number = std::get_if<int64_t>(&kept)) {
    to.Add(name, *number);
  } else if (const auto* text = std::get_if<std::string>(&kept)) {
    to.Add(name, *text);
  } else {
    to.AddNull(name);
  }
}

Kept KeptOf(const Json& json) {
  if (json.is_number_integer()) return json.get<int64_t>();
  if (json.is_string()) return json.get<std::string>();
  return {};
}

// A key as a schema with the other type would read it; nothing: it could not.
Kept KeyOfOtherType(const Kept& key) {
  if (const auto* number = std::get_if<int64_t>(&key)) return std::to_string(*number);
  const auto* text = std::get_if<std::string>(&key);
  int64_t number = 0;
  if (text == nullptr) return {};
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), number);
  return failed == std::errc() && end == text->data() + text->size() ? Kept(number) : Kept();
}

// Whether somebody can wait at the step in this way.
bool CanWait(Waiting waiting, const ir::Step& step) {
  switch (waiting) {
    case Waiting::kNothing:
      return true;
    case Waiting::kTime:
      return std::holds_alternative<ir::WaitStep>(step.body) || std::holds_alternative<ir::WaitUntilStep>(step.body);
    case Waiting::kEvent:
      return std::holds_alternative<ir::WaitForStep>(step.body);
    case Waiting::kTaskDone:
      return std::holds_alternative<ir::TaskStep>(step.body);
    case Waiting::kSend:
      return std::holds_alternative<ir::SendStep>(step.body) || std::holds_alternative<ir::TaskStep>(step.body);
    case Waiting::kDelivery:
      return std::holds_alternative<ir::CallStep>(step.body);
  }
  return false;
}

}  // namespace

// Nobody would be found any more, everybody would enter anew, and what went out once would be made once more (sem O1).
saiten::Status Ledger::CheckKeyType(ObjectId object, const Kept& key) {
  if (values_.IsKey(object, key)) return {};
  const Kept other = KeyOfOtherType(key);
  if (std::holds_alternative<std::monostate>(other) || values_.RowOf(object, other) == KeptValues::kNone) return {};
  const ObjectInfo& info = catalog()[object];
  const std::string name = info.name + "." + info.properties[info.key.value_or(0)].name;
  const char* before = std::holds_alternative<int64_t>(key) ? "int" : "text";
  return Fail(
      ErrorKind::kRefused,
      {fmt::format("`{}` was of type {} when automation ran before: with another type nobody is known any more, "
                   "and messages would go out twice",
                   name, before),
       fmt::format("前回までの自動化では`{}`の型は{}でした。型を変えると同じレコードと認識できず、"
                   "メッセージが二重に送られてしまいます",
                   name, before)},
      {fmt::format("write `{}: {} key` in `object {}`", info.properties[info.key.value_or(0)].name, before, info.name),
       fmt::format("`object {}`に`{}: {} key`と書いてください", info.name, info.properties[info.key.value_or(0)].name,
                   before)});
}

// What few instances have: values that the run was given, and where exactly it waits.
std::string Ledger::MoreOf(const Instance& instance) const {
  const ir::Flow& flow = automation_.flows[instance.flow];
  JsonText more;
  JsonText inputs;
  for (size_t i = 0; i < instance.inputs.size(); ++i) {
    if (!instance.inputs[i].known || i == ir::Flow::kEventInput || i == ir::Flow::kTargetInput) continue;
    AddKept(inputs, flow.inputs[i].name, values_.Encode(flow.inputs[i].type, instance.inputs[i]));
  }
  if (!inputs.empty()) more.Add("inputs", inputs);
  JsonText messages;
  for (const auto& [step, sent] : instance.messages) messages.Add(flow.steps[step].name, sent);
  if (!messages.empty()) more.Add("messages", messages);
  if (instance.arrived != instance.enrolled) more.Add("arrived", instance.arrived);
  if (instance.planned != instance.arrived) more.Add("planned", instance.planned);
  if (instance.first_planned != 0) more.Add("first_planned", instance.first_planned);
  if (instance.skip_next) more.Add("skip_next", true);
  if (!instance.action.empty()) more.Add("action", instance.action);
  if (instance.assignee >= 0) {
    const auto users = catalog().FindObject("user");
    AddKept(more, "assignee", values_.KeyOf(*users, static_cast<uint32_t>(instance.assignee)));
  }
  return more.empty() ? std::string() : more.Text();
}

bool Ledger::TakeMore(std::string_view text, Instance& instance) {
  const ir::Flow& flow = automation_.flows[instance.flow];
  instance.inputs.resize(flow.inputs.size());
  instance.arrived = instance.enrolled;
  const Json more = text.empty() ? Json::object() : ParseJson(text);
  if (!more.is_object()) return false;
  if (const auto inputs = more.find("inputs"); inputs != more.end() && inputs->is_object()) {
    for (size_t i = 0; i < flow.inputs.size(); ++i) {
      const auto input = inputs->find(flow.inputs[i].name);
      if (input != inputs->end()) instance.inputs[i] = values_.Decode(flow.inputs[i].type, KeptOf(*input));
    }
  }
  if (const auto messages = more.find("messages"); messages != more.end() && messages->is_object()) {
    for (const auto& [name, sent] : messages->items()) {
      const uint32_t step = StepNamed(flow, name);
      const bool sends = step != ir::kNowhere && std::holds_alternative<ir::SendStep>(flow.steps[step].body);
      if (sends && sent.is_boolean()) instance.NoteMessage(step, sent.get<bool>());
    }
  }
  const auto number = [&](const char* name, int64_t otherwise) {
    const auto found = more.find(name);
    return found != more.end() && found->is_number_integer() ? found->get<int64_t>() : otherwise;
  };
  instance.arrived = number("arrived", instance.enrolled);
  instance.planned = number("planned", instance.arrived);
  instance.first_planned = number("first_planned", 0);
  instance.skip_next = more.contains("skip_next");
  if (const auto action = more.find("action"); action != more.end() && action->is_string()) {
    instance.action = action->get<std::string>();
  }
  if (const auto assignee = more.find("assignee"); assignee != more.end()) {
    const auto users = catalog().FindObject("user");
    const uint32_t row = users ? values_.RowOf(*users, KeptOf(*assignee)) : KeptValues::kNone;
    if (row != KeptValues::kNone) instance.assignee = row;
  }
  return true;
}

void Ledger::Place(std::string_view version, std::string_view step, std::string_view more, const State& state,
                   Instance& instance) {
  using Way = InsideVersion::Way;
  const uint32_t newest = instance.flow;
  const ir::Flow& now = automation_.flows[newest];
  std::optional<Way> way;
  if (version != now.version && now.in_flight != ir::Flow::InFlight::kEnd) {
    const auto place = places_.find({now.name, std::string(version)});
    const bool here = StepNamed(now, step) != ir::kNowhere;
    if (place == places_.end()) {
      way = Way::kNames;
    } else if (!place->second.still) {
      instance.flow = place->second.flow;
      if (instance.flow != newest) way = Way::kOwn;
    } else {
      // Where it says so, whoever cannot go on in the old version goes on in the new one at once.
      way = now.in_flight == ir::Flow::InFlight::kMoveAtNextWait && here ? Way::kNames : Way::kStill;
    }
  }
  if (way) {
    const auto same = [&](const InsideVersion& each) {
      return each.flow == newest && each.version == version && each.way == *way;
    };
    auto inside = std::ranges::find_if(inside_versions_, same);
    if (inside == inside_versions_.end()) {
      inside =
          inside_versions_.insert(inside, {.flow = newest, .version = std::string(version), .way = *way, .runs = 0});
    }
    ++inside->runs;
  }
  if (way == Way::kStill) {
    instance.still = true;
    instance.step = ir::kNowhere;
    instance.waiting = Waiting::kNothing;
    instance.due = kNever;
    instance.inputs.resize(now.inputs.size());
    return;
  }
  const ir::Flow& definition = automation_.flows[instance.flow];
  instance.step = StepNamed(definition, step);
  if (!TakeMore(more, instance)) instance.step = ir::kNowhere;
  if (way != Way::kNames || instance.step == ir::kNowhere) return;
  if (CanWait(instance.waiting, definition.steps[instance.step])) return;
  // Another step has this name now: it begins.
  instance.waiting = Waiting::kNothing;
  instance.due = state.now;
}

saiten::Status Ledger::ReadInstance(const Statement& row, State& state, std::vector<LogRow>& gone) {
  const std::string& workflow = names_[row.Int(1)];
  uint32_t flow = 0;
  while (flow < automation_.flows.size() && automation_.flows[flow].name != workflow) ++flow;
  const auto object = catalog().FindObject(names_[row.Int(3)]);
  const uint32_t record = object ? values_.RowOf(*object, KeptAt(row, 4)) : KeptValues::kNone;
  if (object && record == KeptValues::kNone) SAITEN_RETURN_IF_ERROR(CheckKeyType(*object, KeptAt(row, 4)));
  Instance instance;
  instance.id = row.Int(0);
  instance.fresh = false;
  state.next_id = std::max(state.next_id, instance.id + 1);
  instance.key = row.Text(5);
  instance.number = static_cast<uint32_t>(row.Int(6));
  instance.status = static_cast<InstanceStatus>(row.Int(7));
  instance.enrolled = row.Int(8);
  if (sqlite3_column_type(row.handle(), 9) != SQLITE_NULL) instance.ended = row.Int(9);
  const bool known = flow < automation_.flows.size() && object == automation_.flows[flow].object;
  if (!known || record == KeptValues::kNone) {
    // Nobody can go on here: the workflow or the record is not there any more (sem O4, R6).
    if (instance.status != InstanceStatus::kActive) return {};
    gone_.push_back({instance.id, row.Int(1), row.Int(3), KeptAt(row, 4), instance.key, instance.number});
    return {};
  }
  instance.flow = flow;
  instance.object = *object;
  instance.row = record;
  KeyHistory& history = state.keys[{flow, record, instance.key}];
  history.created = std::max(history.created, instance.number);
  if (instance.status != InstanceStatus::kActive) {
    if (history.last_end == kNever || instance.ended > history.last_end) history.last_end = instance.ended;
    // What has ended is needed for its history alone, but for a goal that may still count.
    if (instance.status != InstanceStatus::kCompleted || sqlite3_column_type(row.handle(), 12) == SQLITE_NULL)
      return {};
    instance.due = row.Int(12);
    if (instance.due < state.now || !TakeMore(row.Text(15), instance)) return {};
    instance.variant = row.Text(13);
    instance.messages_sent = static_cast<uint32_t>(row.Int(14));
    // The goal is that of the version which they went through (sem R6).
    const auto place = places_.find({workflow, std::string(row.Text(2))});
    if (place != places_.end() && !place->second.still) instance.flow = place->second.flow;
    state.goal_counts[{instance.object.value, instance.row}].push_back(state.instances.size());
    state.instances.push_back(std::move(instance));
    return {};
  }
  instance.variant = row.Text(13);
  instance.messages_sent = static_cast<uint32_t>(row.Int(14));
  instance.waiting = static_cast<Waiting>(row.Int(11));
  if (sqlite3_column_type(row.handle(), 12) != SQLITE_NULL) instance.due = row.Int(12);
  Place(row.Text(2), names_[row.Int(10)], row.Text(15), state, instance);
  const bool ends =
      row.Text(2) != automation_.flows[flow].version && automation_.flows[flow].in_flight == ir::Flow::InFlight::kEnd;
  const bool fits = instance.still || instance.step != ir::kNowhere;
  const auto index = state.instances.size();
  history.active = static_cast<int64_t>(index);
  state.instances.push_back(std::move(instance));
  Instance& inside = state.instances.back();
  state.active[{inside.object.value, inside.row}].push_back(index);
  if (fits && !ends) return {};
  LogRow end{.instant = state.now, .object = inside.object, .row = inside.row, .flow = flow};
  end.number = inside.number;
  end.instance_key = inside.key;
  end.kind = RowKind::kEnded;
  inside.status = ends ? InstanceStatus::kLeft : InstanceStatus::kRemoved;
  inside.ended = state.now;
  inside.due = kNever;
  end.detail = NameOf(inside.status);
  gone.push_back(std::move(end));
  history.active = -1;
  history.last_end = state.now;
  state.active[{inside.object.value, inside.row}].pop_back();
  state.Touch(index);
  return {};
}

saiten::Status Ledger::ReadState(State& state, std::vector<LogRow>& gone) {
  SAITEN_ASSIGN_OR_RETURN(Statement read,
                          connection_.Prepare("SELECT enrolment, flow, version, object, id, key, number, status, "
                                              "enrolled, ended, step, waiting, due, variant, messages, more "
                                              "FROM saiten_enrolment"));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) break;
    SAITEN_RETURN_IF_ERROR(ReadInstance(read, state, gone));
  }
  SAITEN_RETURN_IF_ERROR(ReadMerged(state));
  SAITEN_ASSIGN_OR_RETURN(Statement flows, connection_.Prepare("SELECT name, state, since FROM saiten_flow"));
  state.flows.resize(automation_.flows.size());
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, flows.Step());
    if (!more) break;
    const auto flow = std::ranges::find(automation_.flows, flows.Text(0), &ir::Flow::name);
    if (flow == automation_.flows.end()) continue;
    state.flows[static_cast<size_t>(flow - automation_.flows.begin())] = {
        FlowStateOf(flows.Text(1)).value_or(FlowState::kOn), flows.Int(2)};
  }
  SAITEN_RETURN_IF_ERROR(ReadMessages(state));
  return ReadTasks(state);
}

saiten::Status Ledger::ReadMerged(State& state) {
  // A run that writes nothing may read a database of an older Saiten.
  SAITEN_ASSIGN_OR_RETURN(const auto table, store::InspectTable(connection_, "saiten_merged"));
  if (!table) return {};
  SAITEN_ASSIGN_OR_RETURN(Statement read,
                          connection_.Prepare("SELECT object, id, flow, key, number FROM saiten_merged"));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return {};
    const auto object = catalog().FindObject(names_[read.Int(0)]);
    const uint32_t row = object ? values_.RowOf(*object, KeptAt(read, 1)) : KeptValues::kNone;
    const auto flow = std::ranges::find(automation_.flows, names_[read.Int(2)], &ir::Flow::name);
    if (row == KeptValues::kNone || flow == automation_.flows.end()) continue;
    const auto index = static_cast<uint32_t>(flow - automation_.flows.begin());
    KeyHistory& history = state.keys[{index, row, std::string(read.Text(3))}];
    history.created = std::max(history.created, static_cast<uint32_t>(read.Int(4)));
  }
}

saiten::Status Ledger::ReadMessages(State& state) {
  if (automation_.caps.empty()) return {};
  SAITEN_ASSIGN_OR_RETURN(Statement read,
                          connection_.Prepare("SELECT object, id, time, class FROM saiten_sent_message ORDER BY time"));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return {};
    const auto object = catalog().FindObject(names_[read.Int(0)]);
    const uint32_t row = object ? values_.RowOf(*object, KeptAt(read, 1)) : KeptValues::kNone;
    if (row == KeptValues::kNone) continue;
    state.sent[{object->value, row}].push_back({read.Int(2), static_cast<ir::MessageClass>(read.Int(3))});
  }
}

saiten::Status Ledger::ReadTasks(State& state) {
  SAITEN_ASSIGN_OR_RETURN(Statement turns, connection_.Prepare("SELECT team, turns FROM saiten_turn"));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, turns.Step());
    if (!more) break;
    state.turns[std::string(turns.Text(0))] = static_cast<uint32_t>(turns.Int(1));
  }
  const auto users = catalog().FindObject("user");
  if (!users) return {};
  SAITEN_ASSIGN_OR_RETURN(Statement tasks, connection_.Prepare("SELECT id, tasks FROM saiten_open_task"));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, tasks.Step());
    if (!more) break;
    const uint32_t row = values_.RowOf(*users, KeptAt(tasks, 0));
    if (row != KeptValues::kNone) state.open_tasks[row] = tasks.Int(1);
  }
  turns_written_ = state.turns;
  tasks_written_ = state.open_tasks;
  return {};
}

saiten::Status Ledger::WriteInstance(const Instance& instance, bool fresh) {
  const ir::Flow& flow = automation_.flows[instance.flow];
  if (instance.still) {
    // What it was doing stays as it is, for the rules that know it.
    if (instance.status == InstanceStatus::kActive) return {};
    SAITEN_ASSIGN_OR_RETURN(Statement * end, Use("UPDATE saiten_enrolment SET status = ?, ended = ?, due = NULL, "
                                                 "waiting = 0 WHERE enrolment = ?"));
    end->Bind(1, static_cast<int64_t>(instance.status));
    end->Bind(2, instance.ended);
    end->Bind(3, instance.id);
    return end->Run();
  }
  SAITEN_ASSIGN_OR_RETURN(
      Statement * write,
      Use(fresh ? "INSERT INTO saiten_enrolment(status, ended, step, waiting, due, variant, messages, more, version, "
                  "enrolment, flow, object, id, key, number, enrolled) "
                  "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                : "UPDATE saiten_enrolment SET status = ?, ended = ?, step = ?, waiting = ?, due = ?, variant = ?, "
                  "messages = ?, more = ?, version = ? WHERE enrolment = ?"));
  const bool active = instance.status == InstanceStatus::kActive;
  const auto instant = [&](int at, int64_t value) { value == kNever ? write->BindNull(at) : write->Bind(at, value); };
  write->Bind(1, static_cast<int64_t>(instance.status));
  instant(2, active ? kNever : instance.ended);
  if (instance.step == ir::kNowhere) {
    write->BindNull(3);
  } else {
    SAITEN_ASSIGN_OR_RETURN(const int64_t step, NumberOf(flow.steps[instance.step].name));
    write->Bind(3, step);
  }
  write->Bind(4, active ? static_cast<int64_t>(instance.waiting) : 0);
  instant(5, instance.due);
  write->Bind(6, std::string_view(instance.variant));
  write->Bind(7, int64_t{instance.messages_sent});
  const std::string more = active || instance.due != kNever ? MoreOf(instance) : std::string();
  write->Bind(8, std::string_view(more));
  write->Bind(9, std::string_view(flow.version));
  write->Bind(10, instance.id);
  const Kept id = values_.KeyOf(instance.object, instance.row);
  if (fresh) {
    SAITEN_ASSIGN_OR_RETURN(const int64_t name, NumberOf(flow.name));
    SAITEN_ASSIGN_OR_RETURN(const int64_t object, NumberOf(catalog()[instance.object].name));
    write->Bind(11, name);
    write->Bind(12, object);
    flow::Bind(*write, 13, id);
    write->Bind(14, std::string_view(instance.key));
    write->Bind(15, int64_t{instance.number});
    write->Bind(16, instance.enrolled);
  }
  return write->Run();
}

saiten::Status Ledger::WriteFlows(const StateChanges& changes) {
  SAITEN_ASSIGN_OR_RETURN(Statement * write,
                          Use("INSERT INTO saiten_flow(name, object, version, state, since) VALUES(?1, ?2, ?3, ?4, ?5) "
                              "ON CONFLICT(name) DO UPDATE SET object = ?2, version = ?3, state = ?4, since = ?5 "
                              "WHERE object <> ?2 OR version <> ?3 OR state <> ?4 OR since <> ?5"));
  for (size_t i = 0; i < automation_.flows.size(); ++i) {
    const ir::Flow& flow = automation_.flows[i];
    if (flow.newest != ir::kNowhere) continue;
    const Standing& standing = changes.flows[i];
    write->Bind(1, std::string_view(flow.name));
    write->Bind(2, std::string_view(catalog()[flow.object].name));
    write->Bind(3, std::string_view(flow.version));
    write->Bind(4, NameOf(standing.state));
    write->Bind(5, standing.since);
    SAITEN_RETURN_IF_ERROR(write->Run());
  }
  return {};
}

StateChanges TakeChanges(State& state) {
  for (Standing& standing : state.flows) {
    if (standing.since == INT64_MIN) standing.since = state.now;
  }
  StateChanges changes{.now = state.now,
                       .instances = {},
                       .messages = std::exchange(state.messages_out, {}),
                       .turns = state.turns,
                       .open_tasks = state.open_tasks,
                       .flows = state.flows};
  std::ranges::sort(state.touched);
  for (size_t index : state.touched) {
    Instance& instance = state.instances[index];
    instance.touched = false;
    changes.instances.push_back({instance, std::exchange(instance.fresh, false)});
  }
  state.touched.clear();
  return changes;
}

saiten::Status Ledger::WriteState(const StateChanges& state) {
  SAITEN_RETURN_IF_ERROR(WriteGone(state.now));
  SAITEN_RETURN_IF_ERROR(WriteLostAsked(state.now));
  for (const auto& [instance, fresh] : state.instances) SAITEN_RETURN_IF_ERROR(WriteInstance(instance, fresh));
  for (const auto& [to, sent] : state.messages) {
    const ObjectId object(to.object);
    SAITEN_ASSIGN_OR_RETURN(const int64_t name, NumberOf(catalog()[object].name));
    SAITEN_ASSIGN_OR_RETURN(Statement * write, Use("INSERT INTO saiten_sent_message VALUES(?, ?, ?, ?)"));
    const Kept id = values_.KeyOf(object, to.row);
    write->Bind(1, name);
    flow::Bind(*write, 2, id);
    write->Bind(3, sent.instant);
    write->Bind(4, static_cast<int64_t>(sent.message_class));
    SAITEN_RETURN_IF_ERROR(write->Run());
  }
  if (state.turns != turns_written_) {
    SAITEN_ASSIGN_OR_RETURN(Statement * write, Use("INSERT OR REPLACE INTO saiten_turn VALUES(?, ?)"));
    for (const auto& [team, turns] : state.turns) {
      write->Bind(1, std::string_view(team));
      write->Bind(2, int64_t{turns});
      SAITEN_RETURN_IF_ERROR(write->Run());
    }
    turns_written_ = state.turns;
  }
  if (state.open_tasks != tasks_written_) {
    SAITEN_ASSIGN_OR_RETURN(Statement * write, Use("INSERT OR REPLACE INTO saiten_open_task VALUES(?, ?)"));
    for (const auto& [user, tasks] : state.open_tasks) {
      const Kept id = values_.KeyOf(*catalog().FindObject("user"), user);
      flow::Bind(*write, 1, id);
      write->Bind(2, tasks);
      SAITEN_RETURN_IF_ERROR(write->Run());
    }
    tasks_written_ = state.open_tasks;
  }
  SAITEN_RETURN_IF_ERROR(WriteFlows(state));
  if (!rules_.files.empty() && !std::exchange(rules_kept_, true)) {
    SAITEN_RETURN_IF_ERROR(KeepVersions(connection_, automation_, rules_, state.now));
  }
  if (state.last) SAITEN_RETURN_IF_ERROR(ForgetVersions(connection_, automation_, state.now));
  SAITEN_RETURN_IF_ERROR(ForgetControls(connection_, state.now));
  return store::SetAutomationUntil(connection_, state.now);
}

}  // namespace saiten::flow
