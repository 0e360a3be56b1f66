#include "flow/durable/actions.h"
#include "flow/durable/json_text.h"
#include "flow/durable/ledger.h"

// Rows of the log: actions and decisions.
namespace saiten::flow {

using store::Statement;

namespace {

std::string JsonOf(const Fields& fields) {
  JsonText json;
  for (const auto& [name, value] : fields) json.Add(name, value);
  return json.empty() ? std::string() : json.Text();
}

}  // namespace

saiten::Status Ledger::WriteLog(std::span<const LogRow> log) {
  for (const LogRow& row : log) {
    const bool action = row.kind == RowKind::kAction;
    SAITEN_ASSIGN_OR_RETURN(const int64_t object, NumberOf(catalog()[row.object].name));
    SAITEN_ASSIGN_OR_RETURN(
        Statement * write,
        Use(action
                ? "INSERT INTO saiten_action(seq, time, object, id, flow, step, kind, payload, key, enrolment, state) "
                  "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'new')"
                : "INSERT INTO saiten_decision(seq, time, object, id, flow, step, kind, fields, detail, number, key) "
                  "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    const Kept id = values_.KeyOf(row.object, row.row);
    write->Bind(1, next_seq_++);
    write->Bind(2, row.instant);
    write->Bind(3, object);
    flow::Bind(*write, 4, id);
    write->BindNull(5);
    write->BindNull(6);
    if (row.flow != kNoFlow) {
      const ir::Flow& flow = automation_.flows[row.flow];
      SAITEN_ASSIGN_OR_RETURN(const int64_t name, NumberOf(flow.name));
      write->Bind(5, name);
      if (row.step < flow.steps.size()) {
        SAITEN_ASSIGN_OR_RETURN(const int64_t step, NumberOf(flow.steps[row.step].name));
        write->Bind(6, step);
      }
    }
    write->Bind(7, action ? static_cast<int64_t>(row.action) : static_cast<int64_t>(row.kind));
    const std::string fields = JsonOf(row.fields);
    write->Bind(8, std::string_view(fields));
    const std::string key = action ? KeyBytes(row.key) : std::string();
    if (action) {
      ++new_keys_;
      sqlite3_bind_blob(write->handle(), 9, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
      write->Bind(10, row.instance);
    } else {
      write->Bind(9, std::string_view(row.detail));
      write->Bind(10, int64_t{row.number});
      write->Bind(11, std::string_view(row.instance_key));
    }
    SAITEN_RETURN_IF_ERROR(write->Run());
  }
  return {};
}

// What ends because its workflow or its record is not there any more.
saiten::Status Ledger::WriteGone(int64_t instant) {
  for (const Gone& gone : std::exchange(gone_, {})) {
    SAITEN_ASSIGN_OR_RETURN(Statement * end, Use("UPDATE saiten_enrolment SET status = ?, ended = ?, due = NULL, "
                                                 "waiting = 0 WHERE enrolment = ?"));
    end->Bind(1, static_cast<int64_t>(InstanceStatus::kRemoved));
    end->Bind(2, instant);
    end->Bind(3, gone.enrolment);
    SAITEN_RETURN_IF_ERROR(end->Run());
    SAITEN_ASSIGN_OR_RETURN(Statement * write,
                            Use("INSERT INTO saiten_decision(seq, time, object, id, flow, kind, detail, number, key) "
                                "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    write->Bind(1, next_seq_++);
    write->Bind(2, instant);
    write->Bind(3, gone.object);
    flow::Bind(*write, 4, gone.id);
    write->Bind(5, gone.flow);
    write->Bind(6, static_cast<int64_t>(RowKind::kEnded));
    write->Bind(7, NameOf(InstanceStatus::kRemoved));
    write->Bind(8, int64_t{gone.number});
    write->Bind(9, std::string_view(gone.key));
    SAITEN_RETURN_IF_ERROR(write->Run());
  }
  return {};
}

saiten::Status Ledger::WriteLostAsked(int64_t instant) {
  for (const LostAsked& lost : std::exchange(lost_asked_, {})) {
    SAITEN_ASSIGN_OR_RETURN(const int64_t object, NumberOf(lost.object));
    SAITEN_ASSIGN_OR_RETURN(const int64_t flow, NumberOf(lost.flow));
    SAITEN_ASSIGN_OR_RETURN(Statement * write,
                            Use("INSERT INTO saiten_decision(seq, time, object, id, flow, kind, detail, fields) "
                                "VALUES(?, ?, ?, ?, ?, ?, ?, json_object('asked', ?))"));
    write->Bind(1, next_seq_++);
    write->Bind(2, instant);
    write->Bind(3, object);
    flow::Bind(*write, 4, lost.id);
    write->Bind(5, flow);
    write->Bind(6, static_cast<int64_t>(RowKind::kRefused));
    write->Bind(7, lost.why);
    write->Bind(8, std::string_view(lost.asked));
    SAITEN_RETURN_IF_ERROR(write->Run());
  }
  return {};
}

}  // namespace saiten::flow
