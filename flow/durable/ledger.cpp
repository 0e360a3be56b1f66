#include "flow/durable/ledger.h"

#include <algorithm>

#include <fmt/format.h>

#include "flow/durable/control.h"
#include "runtime/time_parse.h"
#include "runtime/zone.h"
#include "store/own/automation_tables.h"
#include "store/own/own_tables.h"
#include "store/sqlite/source_table.h"

namespace saiten::flow {

using store::Connection;
using store::OpenMode;
using store::Statement;

Result<std::unique_ptr<Ledger>> Ledger::Open(const std::string& db, const ir::Automation& automation,
                                             KeptValues& values, bool writable, store::ReadBase* base) {
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(db, writable ? OpenMode::kWrite : OpenMode::kRead));
  SAITEN_RETURN_IF_ERROR(store::CheckOwnTables(connection));
  // An action that left the engine must not be forgotten by a power cut (sem O1).
  if (writable) SAITEN_RETURN_IF_ERROR(connection.Run("PRAGMA synchronous = FULL; PRAGMA cache_size = -262144"));
  return std::unique_ptr<Ledger>(new Ledger(std::move(connection), automation, values, base));
}

Result<Statement*> Ledger::Use(const char* sql) {
  std::unique_ptr<Statement>& statement = statements_[sql];
  if (!statement) {
    SAITEN_ASSIGN_OR_RETURN(Statement prepared, connection_.Prepare(sql));
    statement = std::make_unique<Statement>(std::move(prepared));
  }
  return statement.get();
}

Result<bool> Ledger::IsThere() { return store::HasAutomationTables(connection_); }

Result<int64_t> Ledger::NumberOf(std::string_view name) {
  if (const auto found = numbers_.find(name); found != numbers_.end()) return found->second;
  SAITEN_ASSIGN_OR_RETURN(Statement * insert, Use("INSERT INTO saiten_flow_name(text) VALUES(?)"));
  insert->Bind(1, name);
  SAITEN_RETURN_IF_ERROR(insert->Run());
  const int64_t number = connection_.last_rowid();
  numbers_.emplace(name, number);
  names_.emplace(number, name);
  return number;
}

saiten::Status Ledger::ReadNames() {
  numbers_.clear();
  names_.clear();
  SAITEN_ASSIGN_OR_RETURN(Statement read, connection_.Prepare("SELECT name, text FROM saiten_flow_name"));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return {};
    numbers_.emplace(read.Text(1), read.Int(0));
    names_.emplace(read.Int(0), read.Text(1));
  }
}

Result<std::optional<int64_t>> Ledger::Until() {
  SAITEN_ASSIGN_OR_RETURN(const bool there, IsThere());
  if (!there) return std::optional<int64_t>();
  SAITEN_RETURN_IF_ERROR(ReadNames());
  return store::ReadAutomationUntil(connection_);
}

Result<std::vector<bool>> Ledger::KnownFlows() {
  std::vector<bool> known(automation_.flows.size());
  SAITEN_ASSIGN_OR_RETURN(const bool there, IsThere());
  if (!there) return known;
  SAITEN_ASSIGN_OR_RETURN(Statement read, connection_.Prepare("SELECT name FROM saiten_flow"));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return known;
    for (size_t i = 0; i < known.size(); ++i) {
      if (automation_.flows[i].name == read.Text(0)) known[i] = true;
    }
  }
}

saiten::Status Ledger::Begin() {
  SAITEN_ASSIGN_OR_RETURN(auto transaction, store::Transaction::Begin(connection_, store::Transaction::Kind::kWrite));
  transaction_.emplace(std::move(transaction));
  SAITEN_ASSIGN_OR_RETURN(auto own, base_ != nullptr ? store::OwnWrite::Begin(connection_, base_)
                                                     : store::OwnWrite::BeginUnread(connection_));
  own_.emplace(std::move(own));
  own_event_ = false;
  if (next_seq_ > 0) return {};
  SAITEN_RETURN_IF_ERROR(store::MakeAutomationTables(connection_));
  SAITEN_RETURN_IF_ERROR(ReadNames());
  const auto last = [&](const char* sql) -> Result<int64_t> {
    SAITEN_ASSIGN_OR_RETURN(Statement read, connection_.Prepare(sql));
    SAITEN_ASSIGN_OR_RETURN(const bool any, read.Step());
    return any ? read.Int(0) : 0;
  };
  SAITEN_ASSIGN_OR_RETURN(const int64_t action, last("SELECT max(seq) FROM saiten_action"));
  SAITEN_ASSIGN_OR_RETURN(const int64_t decision, last("SELECT max(seq) FROM saiten_decision"));
  next_seq_ = std::max(action, decision) + 1;
  SAITEN_ASSIGN_OR_RETURN(new_keys_, last("SELECT count(*) FROM saiten_action_key_new"));
  return {};
}

// Seldom: a merge writes most of a large index once.
saiten::Status Ledger::SettleKeys() {
  if (new_keys_ < store::kNewActionKeys) return {};
  new_keys_ = 0;
  return store::SettleActionKeys(connection_);
}

saiten::Status Ledger::Commit() {
  SAITEN_RETURN_IF_ERROR(SettleKeys());
  SAITEN_RETURN_IF_ERROR(own_->BeforeCommit());
  SAITEN_RETURN_IF_ERROR(transaction_->Commit());
  // Events that a load reads are a change of the data; everything else is ours alone.
  std::string fingerprint = own_event_ ? std::string() : own_->AfterCommit();
  if (base_ != nullptr) base_->fingerprint = std::move(fingerprint);
  own_.reset();
  transaction_.reset();
  return {};
}

// ---- Values over the source

saiten::Status Ledger::ReadValues(const std::function<void(ObjectId, uint32_t, uint32_t, Value)>& visit) {
  SAITEN_ASSIGN_OR_RETURN(const bool there, IsThere());
  if (!there) return {};
  SAITEN_ASSIGN_OR_RETURN(Statement read, connection_.Prepare("SELECT o.text, v.id, p.text, v.kept FROM saiten_value v "
                                                              "JOIN saiten_flow_name o ON o.name = v.object "
                                                              "JOIN saiten_flow_name p ON p.name = v.property"));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return {};
    const auto object = catalog().FindObject(read.Text(0));
    const auto property = object ? catalog()[*object].Find(read.Text(2)) : std::nullopt;
    if (!property) continue;  // not in the rules any more
    const uint32_t row = values_.RowOf(*object, KeptAt(read, 1));
    if (row == KeptValues::kNone) continue;
    visit(*object, row, *property, values_.Decode(catalog()[*object].properties[*property].type, KeptAt(read, 3)));
  }
}

saiten::Status Ledger::WriteValue(ObjectId object, uint32_t row, uint32_t property, const Value& value,
                                  std::string_view text, int64_t instant) {
  const PropertyInfo& info = catalog()[object].properties[property];
  SAITEN_ASSIGN_OR_RETURN(const int64_t object_name, NumberOf(catalog()[object].name));
  SAITEN_ASSIGN_OR_RETURN(const int64_t property_name, NumberOf(info.name));
  SAITEN_ASSIGN_OR_RETURN(Statement * write, Use("INSERT OR REPLACE INTO saiten_value VALUES(?, ?, ?, ?, ?, ?)"));
  const Kept id = values_.KeyOf(object, row);
  const Kept kept = values_.Encode(info.type, value);
  write->Bind(1, object_name);
  flow::Bind(*write, 2, id);
  write->Bind(3, property_name);
  flow::Bind(*write, 4, kept);
  if (value.known) {
    write->Bind(5, text);
  } else {
    write->BindNull(5);
  }
  write->Bind(6, instant);
  return write->Run();
}

saiten::Status Ledger::ForgetValue(ObjectId object, uint32_t row, uint32_t property) {
  SAITEN_ASSIGN_OR_RETURN(const int64_t object_name, NumberOf(catalog()[object].name));
  SAITEN_ASSIGN_OR_RETURN(const int64_t property_name, NumberOf(catalog()[object].properties[property].name));
  SAITEN_ASSIGN_OR_RETURN(Statement * write,
                          Use("DELETE FROM saiten_value WHERE object = ? AND id = ? AND property = ?"));
  const Kept id = values_.KeyOf(object, row);
  write->Bind(1, object_name);
  flow::Bind(*write, 2, id);
  write->Bind(3, property_name);
  return write->Run();
}

saiten::Status Ledger::WriteMember(ListId list, uint32_t row, bool member) {
  const ListInfo& info = catalog()[list];
  own_event_ = true;
  SAITEN_RETURN_IF_ERROR(store::MakeListsTable(connection_));
  SAITEN_ASSIGN_OR_RETURN(Statement * write,
                          Use(member ? "INSERT OR IGNORE INTO saiten_lists VALUES(?, ?, ?)"
                                     : "DELETE FROM saiten_lists WHERE list = ? AND object = ? AND id = ?"));
  const Kept id = values_.KeyOf(info.object, row);
  write->Bind(1, std::string_view(info.name));
  write->Bind(2, std::string_view(catalog()[info.object].name));
  flow::Bind(*write, 3, id);
  return write->Run();
}

saiten::Status Ledger::WriteEvent(EventId event, uint32_t row, int64_t time, std::string_view text) {
  own_event_ = true;
  const EventInfo& info = catalog()[event];
  const bool granted = !info.grants_to.empty();
  SAITEN_ASSIGN_OR_RETURN(
      Statement * write,
      Use(granted ? "INSERT INTO saiten_grants(object, id, name, time, points) VALUES(?, ?, ?, ?, ?)"
                  : "INSERT INTO saiten_history(object, id, name, time, value) VALUES(?, ?, ?, ?, ?)"));
  const Kept id = values_.KeyOf(info.object, row);
  // As the declaration of the event asks for (compiler/check/kept.h).
  const std::string name = info.where.back().values.front();
  const std::string at = rt::FormatInstant(time, *rt::Zone::Utc());
  write->Bind(1, std::string_view(catalog()[info.object].name));
  flow::Bind(*write, 2, id);
  write->Bind(3, std::string_view(name));
  write->Bind(4, std::string_view(at));
  write->Bind(5, text);
  return write->Run();
}

// ---- What waits

Result<std::vector<int64_t>> Ledger::ReadEventMarks() {
  std::vector<int64_t> marks(catalog().events.size(), -1);
  SAITEN_ASSIGN_OR_RETURN(const bool there, IsThere());
  if (!there) return marks;
  SAITEN_ASSIGN_OR_RETURN(Statement read, connection_.Prepare("SELECT event, last_rowid FROM saiten_event_mark"));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return marks;
    for (size_t i = 0; i < marks.size(); ++i) {
      const EventInfo& event = catalog().events[i];
      if (catalog()[event.object].name + "." + event.name == read.Text(0)) marks[i] = read.Int(1);
    }
  }
}

// ---- Records that workflows made

saiten::Status Ledger::ReadCreated(const std::function<void(ObjectId, const MadeRecord&)>& visit) {
  SAITEN_ASSIGN_OR_RETURN(const auto table, store::InspectTable(connection_, "saiten_created"));
  if (!table) return {};
  for (uint32_t i = 0; i < catalog().objects.size(); ++i) {
    const ObjectInfo& object = catalog().objects[i];
    if (!object.key) continue;
    SAITEN_ASSIGN_OR_RETURN(const auto source, store::InspectTable(connection_, object.table));
    if (!source) continue;  // nothing is loaded of it
    SAITEN_ASSIGN_OR_RETURN(
        Statement read, connection_.Prepare(fmt::format(
                            "SELECT id, time, id IN (SELECT {0} FROM {1}) FROM saiten_created "
                            "WHERE object = ? ORDER BY seq",
                            store::QuoteName(object.properties[*object.key].column), store::QuoteName(object.table))));
    read.Bind(1, std::string_view(object.name));
    while (true) {
      SAITEN_ASSIGN_OR_RETURN(const bool more, read.Step());
      if (!more) break;
      visit(ObjectId(i), {.id = KeptAt(read, 0), .instant = read.Int(1), .in_source = read.Int(2) != 0});
    }
  }
  return {};
}

saiten::Status Ledger::WriteCreated(ObjectId object, uint32_t row, int64_t instant, std::string_view fields) {
  SAITEN_ASSIGN_OR_RETURN(Statement * write,
                          Use("INSERT INTO saiten_created(object, id, time, fields) VALUES(?, ?, ?, ?)"));
  const Kept id = values_.KeyOf(object, row);
  write->Bind(1, std::string_view(catalog()[object].name));
  flow::Bind(*write, 2, id);
  write->Bind(3, instant);
  write->Bind(4, fields);
  own_event_ = true;
  return write->Run();
}

saiten::Status Ledger::ForgetCreated(ObjectId object, const Kept& id) {
  SAITEN_ASSIGN_OR_RETURN(Statement * write, Use("DELETE FROM saiten_created WHERE object = ? AND id = ?"));
  write->Bind(1, std::string_view(catalog()[object].name));
  flow::Bind(*write, 2, id);
  return write->Run();
}

saiten::Status Ledger::WriteEventMark(EventId event, int64_t last_rowid) {
  const EventInfo& info = catalog()[event];
  const std::string name = catalog()[info.object].name + "." + info.name;
  SAITEN_ASSIGN_OR_RETURN(Statement * write, Use("INSERT OR REPLACE INTO saiten_event_mark VALUES(?, ?)"));
  write->Bind(1, std::string_view(name));
  write->Bind(2, last_rowid);
  return write->Run();
}

Result<std::vector<Item>> Ledger::ReadRequests() {
  std::vector<Item> requests;
  SAITEN_ASSIGN_OR_RETURN(const bool there, IsThere());
  if (!there) return requests;
  SAITEN_ASSIGN_OR_RETURN(
      Statement read,
      connection_.Prepare(
          "SELECT time, object, id, flow, enrol, by_hand, request FROM saiten_request ORDER BY request"));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return requests;
    const auto object = catalog().FindObject(read.Text(1));
    const uint32_t row = object ? values_.RowOf(*object, KeptAt(read, 2)) : KeptValues::kNone;
    if (read.Text(3).empty()) {  // `Merge`
      const auto order = static_cast<uint64_t>(read.Int(6));
      if (row != KeptValues::kNone)
        requests.push_back({.order = order, .object = *object, .row = row, .what = Joined{}});
      continue;
    }
    const auto flow = std::ranges::find(automation_.flows, read.Text(3), &ir::Flow::name);
    if (flow == automation_.flows.end() || row == KeptValues::kNone) {
      const std::string_view why = flow == automation_.flows.end() ? kNoSuchFlow : kNoSuchRecord;
      const char* const asked = read.Int(4) != 0 ? "enrol" : "unenrol";
      lost_asked_.push_back({std::string(read.Text(3)), asked, std::string(read.Text(1)), KeptAt(read, 2), why});
      continue;
    }
    const Request request{static_cast<uint32_t>(flow - automation_.flows.begin()), read.Int(4) != 0, read.Int(5) != 0};
    requests.push_back({.instant = read.Int(0),
                        .order = static_cast<uint64_t>(read.Int(6)),
                        .object = *object,
                        .row = row,
                        .what = request});
  }
}

Result<std::vector<Control>> Ledger::ReadControls() {
  SAITEN_ASSIGN_OR_RETURN(const bool there, IsThere());
  return there ? flow::ReadControls(connection_, automation_, lost_asked_) : std::vector<Control>();
}

saiten::Status Ledger::WriteRequests(std::span<const Item> requests) {
  SAITEN_RETURN_IF_ERROR(connection_.Run("DELETE FROM saiten_request"));
  SAITEN_ASSIGN_OR_RETURN(
      Statement * write,
      Use("INSERT INTO saiten_request(time, object, id, flow, enrol, by_hand) VALUES(?, ?, ?, ?, ?, ?)"));
  for (const Item& item : requests) {
    const Request& request = std::get<Request>(item.what);
    const Kept id = values_.KeyOf(item.object, item.row);
    write->Bind(1, item.instant);
    write->Bind(2, std::string_view(catalog()[item.object].name));
    flow::Bind(*write, 3, id);
    write->Bind(4, std::string_view(automation_.flows[request.flow].name));
    write->Bind(5, int64_t{request.enrol});
    write->Bind(6, int64_t{request.by_hand});
    SAITEN_RETURN_IF_ERROR(write->Run());
  }
  return {};
}

}  // namespace saiten::flow
