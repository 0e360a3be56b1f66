#include "store/changes/attach.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/changes/changes.h"
#include "store/changes/triggers.h"
#include "store/changes/value_triggers.h"
#include "store/messages.h"
#include "store/own/own_tables.h"

namespace saiten::store {
namespace {

// Makes what the plan says and the database does not have; true if anything was missing.
Result<bool> Renew(Connection& connection, const TriggerPlan& plan, const std::map<std::string, std::string>& found) {
  bool made = false;
  for (const auto& [name, sql] : found) {
    if (std::ranges::any_of(plan.triggers, [&](const auto& t) { return t.name == name && t.sql == sql; })) continue;
    SAITEN_RETURN_IF_ERROR(connection.Run("DROP TRIGGER " + QuoteName(name)));
    made = true;
  }
  for (const LogTrigger& trigger : plan.triggers) {
    const auto there = found.find(trigger.name);
    if (there != found.end() && there->second == trigger.sql) continue;
    SAITEN_RETURN_IF_ERROR(connection.Run(trigger.sql));
    made = true;
  }
  return made;
}

Result<bool> HasRows(Connection& connection) {
  SAITEN_ASSIGN_OR_RETURN(Statement any, connection.Prepare(fmt::format("SELECT 1 FROM {} LIMIT 1", kChangeTable)));
  return any.Step();
}

}  // namespace

Result<AttachReport> AttachLog(const std::string& path, const Catalog& catalog, int busy_ms, bool values) {
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, OpenMode::kWrite, busy_ms));
  SAITEN_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(connection, Transaction::Kind::kWrite));
  AttachReport report;
  SAITEN_ASSIGN_OR_RETURN(const auto log, InspectTable(connection, kChangeTable));
  report.log_made = !log.has_value();
  SAITEN_RETURN_IF_ERROR(MakeChangeTable(connection));
  SAITEN_ASSIGN_OR_RETURN(const bool has_rows, HasRows(connection));
  if (!has_rows) SAITEN_RETURN_IF_ERROR(MarkLog(connection));
  report.changed = report.log_made || !has_rows;
  if (std::ranges::any_of(catalog.lists, [](const ListInfo& list) { return list.table.empty(); })) {
    SAITEN_ASSIGN_OR_RETURN(const auto lists, InspectTable(connection, kListsTable));
    report.changed = report.changed || !lists;
    SAITEN_RETURN_IF_ERROR(MakeListsTable(connection));
  }
  SAITEN_ASSIGN_OR_RETURN(const FoundTriggers found, FindTriggers(connection));
  int64_t last = found.by_number.empty() ? 0 : found.by_number.rbegin()->first;
  static const std::map<std::string, std::string> kNone;
  for (const std::string& name : SourceNames(catalog)) {
    SAITEN_ASSIGN_OR_RETURN(const auto table, InspectTable(connection, name));
    if (!table) {
      // The object `user` is there whether the database has such a table or not, and so are the engine's histories.
      const auto object = std::ranges::find(catalog.objects, name, &ObjectInfo::table);
      const bool built_in = object != catalog.objects.end() && object->built_in;
      const auto event = std::ranges::find(catalog.events, name, &EventInfo::table);
      const bool kept = event != catalog.events.end() && event->engine_kept;
      if (!built_in && !kept) report.missing.push_back(name);
      continue;
    }
    const int64_t known = found.NumberOf(table->name);
    const int64_t number = known > 0 ? known : ++last;
    SAITEN_ASSIGN_OR_RETURN(TriggerPlan plan, PlanTriggers(connection, *table, number));
    SAITEN_ASSIGN_OR_RETURN(const bool made,
                            Renew(connection, plan, known > 0 ? found.by_number.at(known).triggers : kNone));
    bool made_values = false;
    const ValueColumns columns = values && plan.cannot.empty() ? ValueColumnsOf(catalog, *table) : ValueColumns();
    if (columns.all.empty()) {
      SAITEN_ASSIGN_OR_RETURN(made_values, DropValueLogs(connection, number));
    } else {
      SAITEN_ASSIGN_OR_RETURN(made_values, RenewValueLog(connection, *table, columns, plan, number, known == 0));
    }
    report.changed = report.changed || made || made_values;
    report.tables.push_back({table->name, made || made_values, std::move(plan.cannot)});
  }
  if (report.changed) SAITEN_RETURN_IF_ERROR(transaction.Commit());
  return report;
}

Result<std::optional<size_t>> DetachLog(const std::string& path, int busy_ms) {
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, OpenMode::kWrite, busy_ms));
  SAITEN_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(connection, Transaction::Kind::kWrite));
  SAITEN_ASSIGN_OR_RETURN(const FoundTriggers found, FindTriggers(connection));
  SAITEN_ASSIGN_OR_RETURN(const auto log, InspectTable(connection, kChangeTable));
  SAITEN_ASSIGN_OR_RETURN(const bool values, DropValueLogs(connection));
  if (found.by_number.empty() && !log && !values) return std::optional<size_t>();
  for (const auto& [number, table] : found.by_number) {
    for (const auto& [name, sql] : table.triggers)
      SAITEN_RETURN_IF_ERROR(connection.Run("DROP TRIGGER " + QuoteName(name)));
  }
  if (log) {
    SAITEN_RETURN_IF_ERROR(CheckOwnTable(connection, kChangeTable));
    SAITEN_RETURN_IF_ERROR(connection.Run(fmt::format("DROP TABLE {}", kChangeTable)));
  }
  SAITEN_RETURN_IF_ERROR(transaction.Commit());
  return std::optional<size_t>(found.by_number.size());
}

}  // namespace saiten::store
