#include "store/changes/value_triggers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "store/changes/value_log.h"

namespace saiten::store {
namespace {

constexpr std::string_view kValuePrefix = "saiten_value_";
constexpr std::string_view kTable = "saiten_change_value_";
// As SQLite has spelled it since long: the triggers run in the programs of the user.
constexpr std::string_view kNow = "CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER)";

std::string NameOf(int64_t number) { return fmt::format("{}{}", kTable, number); }

class ValueWriter {
 public:
  ValueWriter(const SourceTable& table, const ValueColumns& columns, const TriggerPlan& plan, int64_t number)
      : table_(table), columns_(columns), plan_(plan), number_(number) {}

  std::vector<LogTrigger> Write() const {
    const std::string other_key = Differ(columns_.keys);
    const std::string same_key = fmt::format("NOT ({})", other_key);
    std::vector<LogTrigger> triggers = {
        Trigger("insert", "AFTER INSERT", "", Log("NEW", ValueKind::kCame, "")),
        Trigger("update", "AFTER UPDATE", fmt::format("WHEN {} ", Differ(columns_.all)),
                fmt::format("{} {} {}", Log("NEW", ValueKind::kChanged, "WHERE " + same_key),
                            Log("OLD", ValueKind::kGone, "WHERE " + other_key),
                            Log("NEW", ValueKind::kCame, "WHERE " + other_key))),
        Trigger("delete", "AFTER DELETE", "", Log("OLD", ValueKind::kGone, "")),
        Trigger("insert_over", "BEFORE INSERT", "", InTheWay("")),
        Trigger("update_over", fmt::format("BEFORE UPDATE OF {}", plan_.unique_columns), "",
                InTheWay(" AND " + plan_.but_itself)),
    };
    std::erase_if(triggers, [](const LogTrigger& trigger) { return trigger.sql.empty(); });
    return triggers;
  }

  std::string TableSql() const {
    std::string sql = fmt::format("CREATE TABLE {}({} INTEGER PRIMARY KEY, {} INTEGER, {} INTEGER, {} INTEGER",
                                  NameOf(number_), kValueNumber, kValueToken, kValueTime, kValueKind);
    // Without a type: a value stays what the program wrote.
    for (const std::string& column : columns_.all) sql += ", " + QuoteName(column);
    return sql + ")";
  }

 private:
  LogTrigger Trigger(std::string_view what, std::string_view when, std::string_view only,
                     const std::string& body) const {
    if (body.empty()) return {};
    std::string name = fmt::format("{}{}_{}", kValuePrefix, number_, what);
    std::string sql =
        fmt::format("CREATE TRIGGER {} {} ON {} {}BEGIN {} END", name, when, QuoteName(table_.name), only, body);
    return {std::move(name), std::move(sql)};
  }

  // Byte for byte: where an index takes two texts for one, they are still two values.
  static std::string Differ(const std::vector<std::string>& columns) {
    std::vector<std::string> parts;
    for (const std::string& column : columns)
      parts.push_back(fmt::format("NEW.{0} COLLATE BINARY IS NOT OLD.{0}", QuoteName(column)));
    return fmt::format("{}", fmt::join(parts, " OR "));
  }

  std::string Log(std::string_view row, ValueKind kind, std::string_view rest) const {
    const bool all = kind == ValueKind::kCame || kind == ValueKind::kChanged;
    const std::vector<std::string>& columns = all ? columns_.all : columns_.keys;
    std::string names;
    std::string values;
    for (const std::string& column : columns) {
      names += ", " + QuoteName(column);
      values += fmt::format(", {}.{}", row, QuoteName(column));
    }
    return fmt::format("INSERT INTO {}({}, {}, {}{}) SELECT random(), {}, {}{}{}{};", NameOf(number_), kValueToken,
                       kValueTime, kValueKind, names, kNow, static_cast<int64_t>(kind), values, rest.empty() ? "" : " ",
                       rest);
  }

  std::string InTheWay(const std::string& but) const {
    std::string body;
    for (const std::string& condition : plan_.in_the_way) {
      const std::string from = fmt::format("FROM {} AS x WHERE {}{}", QuoteName(table_.name), condition, but);
      body += (body.empty() ? "" : " ") + Log("x", ValueKind::kInTheWay, from);
    }
    return body;
  }

  const SourceTable& table_;
  const ValueColumns& columns_;
  const TriggerPlan& plan_;
  int64_t number_;
};

Result<std::map<std::string, std::string>> TriggersOf(Connection& connection, int64_t number) {
  std::map<std::string, std::string> found;
  SAITEN_ASSIGN_OR_RETURN(
      Statement read,
      connection.Prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, ?2) = ?1"));
  const std::string prefix = number == 0 ? std::string(kValuePrefix) : fmt::format("{}{}_", kValuePrefix, number);
  read.Bind(1, std::string_view(prefix));
  read.Bind(2, static_cast<int64_t>(prefix.size()));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return found;
    found[std::string(read.Text(0))] = read.Text(1);
  }
}

Result<std::vector<std::string>> LogsThere(Connection& connection) {
  std::vector<std::string> names;
  SAITEN_ASSIGN_OR_RETURN(
      Statement read,
      connection.Prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, ?2) = ?1"));
  read.Bind(1, kTable);
  read.Bind(2, static_cast<int64_t>(kTable.size()));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return names;
    const std::string name(read.Text(0));
    const bool number =
        name.size() > kTable.size() && name.find_first_not_of("0123456789", kTable.size()) == std::string::npos;
    if (number) names.push_back(name);
  }
}

}  // namespace

std::string ValueLog::Name() const { return NameOf(number); }

ValueColumns ValueColumnsOf(const Catalog& catalog, const SourceTable& table) {
  ValueColumns columns;
  for (const SourceColumn& column : table.columns) {
    bool is_read = false;
    bool is_key = false;
    for (const ObjectInfo& object : catalog.objects) {
      if (!SameName(object.table, table.name)) continue;
      for (const PropertyInfo& property : object.properties) {
        const bool of_source = !property.is_many && property.previous_band_of.empty();
        if (!of_source || !SameName(property.column, column.name)) continue;
        is_read = true;
        is_key = is_key || property.is_key;
      }
    }
    const bool ours = column.name.starts_with("saiten_");
    if (is_read && !ours) columns.all.push_back(column.name);
    if (is_key && !ours) columns.keys.push_back(column.name);
  }
  // Without a key nobody could tell whose values they are.
  return columns.keys.empty() ? ValueColumns() : columns;
}

Result<bool> RenewValueLog(Connection& connection, const SourceTable& table, const ValueColumns& columns,
                           const TriggerPlan& plan, int64_t number, bool fresh) {
  const ValueWriter writer(table, columns, plan, number);
  SAITEN_ASSIGN_OR_RETURN(const auto log, InspectTable(connection, NameOf(number)));
  std::vector<std::string> wanted = {kValueNumber, kValueToken, kValueTime, kValueKind};
  wanted.insert(wanted.end(), columns.all.begin(), columns.all.end());
  std::vector<std::string> there;
  for (size_t i = 0; log && i < log->columns.size(); ++i) there.push_back(log->columns[i].name);
  SAITEN_ASSIGN_OR_RETURN(auto found, TriggersOf(connection, number));
  const std::vector<LogTrigger> triggers = writer.Write();
  const bool as_made = found.size() == triggers.size() && std::ranges::all_of(triggers, [&](const LogTrigger& trigger) {
                         const auto one = found.find(trigger.name);
                         return one != found.end() && one->second == trigger.sql;
                       });
  if (as_made && !fresh && there == wanted) return false;
  for (const auto& [name, sql] : found) SAITEN_RETURN_IF_ERROR(connection.Run("DROP TRIGGER " + QuoteName(name)));
  if (fresh || there != wanted) {
    SAITEN_RETURN_IF_ERROR(connection.Run("DROP TABLE IF EXISTS " + NameOf(number)));
    SAITEN_RETURN_IF_ERROR(connection.Run(writer.TableSql()));
  }
  for (const LogTrigger& trigger : triggers) SAITEN_RETURN_IF_ERROR(connection.Run(trigger.sql));
  return true;
}

Result<bool> DropValueLogs(Connection& connection, int64_t number) {
  SAITEN_ASSIGN_OR_RETURN(const auto triggers, TriggersOf(connection, number));
  for (const auto& [name, sql] : triggers) SAITEN_RETURN_IF_ERROR(connection.Run("DROP TRIGGER " + QuoteName(name)));
  SAITEN_ASSIGN_OR_RETURN(std::vector<std::string> logs, LogsThere(connection));
  if (number != 0) std::erase_if(logs, [&](const std::string& name) { return name != NameOf(number); });
  for (const std::string& name : logs) SAITEN_RETURN_IF_ERROR(connection.Run("DROP TABLE " + name));
  return !triggers.empty() || !logs.empty();
}

Result<std::vector<ValueLog>> FindValueLogs(Connection& connection) {
  std::vector<ValueLog> logs;
  SAITEN_ASSIGN_OR_RETURN(const std::vector<std::string> names, LogsThere(connection));
  if (names.empty()) return logs;
  SAITEN_ASSIGN_OR_RETURN(const FoundTriggers found, FindTriggers(connection));
  for (const auto& [number, of] : found.by_number) {
    const std::string name = NameOf(number);
    if (std::ranges::find(names, name) == names.end()) continue;
    SAITEN_ASSIGN_OR_RETURN(const auto table, InspectTable(connection, name));
    ValueLog log{.source = of.name, .number = number, .last = 0, .columns = {}};
    constexpr size_t kOwn = 4;
    for (size_t i = kOwn; table && i < table->columns.size(); ++i) log.columns.push_back(table->columns[i].name);
    if (!table || table->Find(kValueKind) == nullptr) continue;
    SAITEN_ASSIGN_OR_RETURN(Statement last,
                            connection.Prepare(fmt::format("SELECT max({}) FROM {}", kValueNumber, name)));
    SAITEN_ASSIGN_OR_RETURN(const bool any, last.Step());
    if (any) log.last = last.Int(0);
    logs.push_back(std::move(log));
  }
  return logs;
}

}  // namespace saiten::store
