#include "store/changes/triggers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "store/load/loader.h"
#include "store/messages.h"
#include "store/own/own_tables.h"

namespace saiten::store {
namespace {

constexpr std::string_view kLogPrefix = "saiten_log_";

// A column of a unique index, with the collation by which the index compares.
struct UniqueColumn {
  std::string name;
  std::string collation;
};
using UniqueIndex = std::vector<UniqueColumn>;

struct UniqueIndexes {
  std::vector<UniqueIndex> indexes;
  bool followed = true;  // false: one is over an expression or some of the rows only
};

Result<UniqueIndexes> UniqueIndexesOf(Connection& connection, const SourceTable& table) {
  UniqueIndexes out;
  SAITEN_ASSIGN_OR_RETURN(
      Statement list,
      connection.Prepare("SELECT name, partial FROM pragma_index_list(?1) WHERE \"unique\" ORDER BY name"));
  list.Bind(1, table.name);
  SAITEN_ASSIGN_OR_RETURN(
      Statement columns,
      connection.Prepare("SELECT cid, name, coll FROM pragma_index_xinfo(?1) WHERE key ORDER BY seqno"));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, list.Step());
    if (!more) return out;
    if (list.Int(1) != 0) out.followed = false;
    const std::string name(list.Text(0));
    UniqueIndex index;
    columns.Bind(1, name);
    while (true) {
      SAITEN_ASSIGN_OR_RETURN(const bool another, columns.Step());
      if (!another) break;
      const SourceColumn* column = columns.Int(0) < 0 ? nullptr : table.Find(columns.Text(1));
      if (column == nullptr || column->generated) {
        out.followed = false;
        continue;
      }
      index.push_back({column->name, std::string(columns.Text(2))});
    }
    out.indexes.push_back(std::move(index));
  }
}

// The SQL of the triggers of one table.
class LogWriter {
 public:
  LogWriter(const SourceTable& table, int64_t number, const UniqueIndexes& unique)
      : table_(table), number_(number), unique_(unique) {
    for (const SourceColumn& column : table.columns) {
      if (column.in_primary_key > 0) key_.push_back(&column);
    }
    std::ranges::sort(key_, {}, &SourceColumn::in_primary_key);
  }

  TriggerPlan Write() const {
    TriggerPlan plan;
    plan.in_the_way = Conditions();
    plan.but_itself = fmt::format("NOT ({})", SameRow("x", "OLD"));
    plan.unique_columns = fmt::format("{}", fmt::join(UniqueNames(), ", "));
    plan.triggers = {
        Trigger("insert", "AFTER INSERT", Log("NEW", LogKind::kCame)),
        Trigger("update", "AFTER UPDATE", Update()),
        Trigger("delete", "AFTER DELETE", Log("OLD", LogKind::kGone)),
        Trigger("insert_over", "BEFORE INSERT", InTheWay(plan.in_the_way, "")),
        Trigger("update_over", fmt::format("BEFORE UPDATE OF {}", plan.unique_columns),
                InTheWay(plan.in_the_way, " AND " + plan.but_itself)),
    };
    return plan;
  }

 private:
  LogTrigger Trigger(std::string_view what, std::string_view when, const std::string& body) const {
    std::string name = fmt::format("{}{}_{}", kLogPrefix, number_, what);
    std::string sql = fmt::format("CREATE TRIGGER {} {} ON {} BEGIN {} END", name, when, QuoteName(table_.name), body);
    return {std::move(name), std::move(sql)};
  }

  // The place of a row in the columns row and key of the log.
  std::string Place(std::string_view row) const {
    if (!table_.rowid.empty()) return fmt::format("{}.{}, NULL", row, table_.rowid);
    std::vector<std::string> parts;
    for (const SourceColumn* column : key_) parts.push_back(fmt::format("quote({}.{})", row, QuoteName(column->name)));
    return fmt::format("NULL, {}", fmt::join(parts, "||','||"));
  }
  std::string SameRow(std::string_view a, std::string_view b) const {
    if (!table_.rowid.empty()) return fmt::format("{}.{} = {}.{}", a, table_.rowid, b, table_.rowid);
    std::vector<std::string> parts;
    for (const SourceColumn* column : key_)
      parts.push_back(fmt::format("{}.{} IS {}.{}", a, QuoteName(column->name), b, QuoteName(column->name)));
    return fmt::format("{}", fmt::join(parts, " AND "));
  }
  std::string Values(std::string_view row, LogKind kind) const {
    return fmt::format("{}, {}, {}, random()", number_, static_cast<int64_t>(kind), Place(row));
  }
  std::string Log(std::string_view row, LogKind kind) const {
    return fmt::format("INSERT INTO {}(source, kind, row, key, token) VALUES({});", kChangeTable, Values(row, kind));
  }
  // A row that moves to another number or key is gone here and new there.
  std::string Update() const {
    const std::string same = SameRow("OLD", "NEW");
    return fmt::format(
        "INSERT INTO {0}(source, kind, row, key, token) VALUES({1}, CASE WHEN {2} THEN {3} ELSE {4} END, {5}, "
        "random()); "
        "INSERT INTO {0}(source, kind, row, key, token) SELECT {6} WHERE NOT ({2});",
        kChangeTable, number_, same, static_cast<int64_t>(LogKind::kChanged), static_cast<int64_t>(LogKind::kGone),
        Place("OLD"), Values("NEW", LogKind::kCame));
  }

  // The rows that the new one would replace: SQLite fires no trigger for their going.
  std::string InTheWay(const std::vector<std::string>& conditions, const std::string& but) const {
    std::string body;
    for (const std::string& condition : conditions) {
      body += fmt::format("{}INSERT INTO {}(source, kind, row, key, token) SELECT {} FROM {} AS x WHERE {}{};",
                          body.empty() ? "" : " ", kChangeTable, Values("x", LogKind::kInTheWay),
                          QuoteName(table_.name), condition, but);
    }
    return body;
  }
  std::vector<std::string> Conditions() const {
    std::vector<std::string> conditions;
    if (!table_.rowid.empty()) conditions.push_back(SameRow("x", "NEW"));
    for (const UniqueIndex& index : unique_.indexes) {
      std::vector<std::string> parts;
      for (const UniqueColumn& column : index) {
        parts.push_back(
            fmt::format("x.{0} = NEW.{0} COLLATE {1}", QuoteName(column.name), QuoteName(column.collation)));
      }
      conditions.push_back(fmt::format("{}", fmt::join(parts, " AND ")));
    }
    return conditions;
  }
  // The columns whose new value may be in the way of another row; the row number by all its names.
  std::vector<std::string> UniqueNames() const {
    std::vector<std::string> names;
    auto add = [&](std::string name) {
      if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    };
    for (const SourceColumn* column : key_) add(QuoteName(column->name));
    for (const UniqueIndex& index : unique_.indexes) {
      for (const UniqueColumn& column : index) add(QuoteName(column.name));
    }
    if (!table_.rowid.empty()) {
      for (const char* name : {"rowid", "oid", "_rowid_"}) add(name);
    }
    return names;
  }

  const SourceTable& table_;
  int64_t number_;
  const UniqueIndexes& unique_;
  std::vector<const SourceColumn*> key_;
};

}  // namespace

Result<TriggerPlan> PlanTriggers(Connection& connection, const SourceTable& table, int64_t number) {
  TriggerPlan plan;
  if (table.kind == SourceTable::Kind::kView) {
    plan.cannot = Say(Words::kNotLoggedView, {table.name});
    return plan;
  }
  if (table.kind == SourceTable::Kind::kVirtual) {
    plan.cannot = Say(Words::kNotLoggedVirtual, {table.name});
    return plan;
  }
  const bool has_key = std::ranges::any_of(table.columns, [](const auto& c) { return c.in_primary_key > 0; });
  SAITEN_ASSIGN_OR_RETURN(const UniqueIndexes unique, UniqueIndexesOf(connection, table));
  if (table.rowid.empty() && !has_key) {
    plan.cannot = Say(Words::kNotLoggedRowid, {table.name});
  } else if (!unique.followed) {
    plan.cannot = Say(Words::kNotLoggedIndex, {table.name});
  } else {
    plan = LogWriter(table, number, unique).Write();
  }
  return plan;
}

int64_t FoundTriggers::NumberOf(std::string_view table) const {
  for (const auto& [number, found] : by_number) {
    if (SameName(found.name, table)) return number;
  }
  return 0;
}

Result<FoundTriggers> FindTriggers(Connection& connection) {
  FoundTriggers found;
  SAITEN_ASSIGN_OR_RETURN(Statement read,
                          connection.Prepare("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = "
                                             "'trigger' AND name LIKE 'saiten\\_log\\_%' ESCAPE '\\'"));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return found;
    const std::string name(read.Text(0));
    int64_t number = 0;
    const char* begin = name.data() + kLogPrefix.size();
    const char* end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(begin, end, number);
    if (error != std::errc() || stop == end || *stop != '_' || number <= 0) continue;
    FoundTriggers::Table& table = found.by_number[number];
    table.name = read.Text(1);
    table.triggers[name] = read.Text(2);
  }
}

std::vector<std::string> SourceNames(const Catalog& catalog) {
  std::vector<std::string> names;
  auto add = [&](const std::string& name) {
    if (std::ranges::none_of(names, [&](const auto& n) { return SameName(n, name); })) names.push_back(name);
  };
  for (const ObjectInfo& object : catalog.objects) add(object.table);
  for (size_t i = 0; i < catalog.events.size(); ++i) {
    if (catalog.events[i].any_of.empty()) add(ColumnsOf(catalog, EventId(i)).table);
  }
  for (const ListInfo& list : catalog.lists) add(list.table.empty() ? kListsTable : list.table);
  return names;
}

}  // namespace saiten::store
