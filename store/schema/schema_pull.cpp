#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "runtime/normalize.h"
#include "runtime/trim.h"
#include "store/messages.h"
#include "store/schema/column_words.h"
#include "store/schema/schema.h"
#include "store/schema/schema_names.h"
#include "store/schema/table_profile.h"

namespace saiten::store {
namespace {

struct Relation {
  std::string column;
  size_t target;  // table
};

// A table while its declaration is being made.
struct Pulled {
  SourceTable table;
  std::vector<ColumnProfile> columns;
  std::string name;           // of the object or event
  std::optional<size_t> key;  // column
  std::vector<Relation> relations;
  bool referenced = false;  // by a relation of another table
  bool is_event = false;
  bool is_list = false;         // only keys of another object
  std::optional<size_t> time;   // column of an event
  std::set<std::string> taken;  // names of properties
};

using Shape = ColumnProfile::Shape;

// Of an event up to one row in so many may lack its time.
constexpr uint64_t kUnknownTolerance = 20;

bool IsTime(Shape shape) {
  return shape == Shape::kInstant || shape == Shape::kUnixSeconds || shape == Shape::kUnixMillis ||
         shape == Shape::kDate;
}

class Puller {
 public:
  Puller(Connection& connection, const PullOptions& options) : connection_(connection), options_(options) {}

  Result<std::string> Pull() {
    SAITEN_ASSIGN_OR_RETURN(const std::vector<std::string> names, UserTables(connection_));
    if (names.empty()) {
      return Fail(Failure::kNothingToPull, {connection_.path()});
    }
    uint64_t rows = 0;
    for (const std::string& name : names) {
      SAITEN_ASSIGN_OR_RETURN(auto table, InspectTable(connection_, name));
      if (!table || table->columns.empty()) continue;
      Pulled pulled{.table = std::move(*table)};
      SAITEN_ASSIGN_OR_RETURN(pulled.columns, ProfileTable(connection_, pulled.table, &rows, options_.progress));
      pulled.key = KeyOf(pulled);
      tables_.push_back(std::move(pulled));
    }
    for (Pulled& pulled : tables_) pulled.name = Unique(ObjectName(pulled.table.name), object_names_);
    for (Pulled& pulled : tables_) SAITEN_RETURN_IF_ERROR(FindRelations(pulled));
    for (Pulled& pulled : tables_) Decide(pulled);
    for (Pulled& pulled : tables_) NameRelations(pulled);
    return Write();
  }

 private:
  // A property is not called as its object: `contact.x` means the object.
  static std::string Apart(const std::string& name, const Pulled& pulled) {
    return IsObject(pulled) && name == pulled.name ? name + "_" : name;
  }

  static bool IsObject(const Pulled& pulled) { return !pulled.is_event && !pulled.is_list && pulled.key; }

  static std::optional<size_t> KeyOf(const Pulled& pulled) {
    std::optional<size_t> only;
    size_t parts = 0;
    for (size_t i = 0; i < pulled.columns.size(); ++i) {
      if (pulled.columns[i].column().in_primary_key == 0) continue;
      ++parts;
      only = i;
    }
    if (parts == 1) return only;
    for (size_t i = 0; i < pulled.columns.size(); ++i) {
      if (rt::Fold(pulled.columns[i].column().name) == "id" && !pulled.columns[i].optional()) return i;
    }
    return std::nullopt;
  }

  // Declared foreign keys, and columns called `<object>_id`.
  Status FindRelations(Pulled& pulled) {
    auto add = [&](std::string_view column, std::string_view table) {
      const bool known = std::ranges::any_of(pulled.relations, [&](const Relation& r) { return r.column == column; });
      for (size_t i = 0; i < tables_.size() && !known; ++i) {
        if (!tables_[i].key || sqlite3_stricmp(tables_[i].table.name.c_str(), std::string(table).c_str()) != 0)
          continue;
        pulled.relations.push_back({std::string(column), i});
        if (&tables_[i] != &pulled) tables_[i].referenced = true;
        return;
      }
    };
    SAITEN_ASSIGN_OR_RETURN(Statement keys,
                            connection_.Prepare("SELECT \"from\", \"table\" FROM pragma_foreign_key_list(?1)"));
    keys.Bind(1, std::string_view(pulled.table.name));
    while (true) {
      SAITEN_ASSIGN_OR_RETURN(const bool more, keys.Step());
      if (!more) break;
      add(keys.Text(0), keys.Text(1));
    }
    for (const ColumnProfile& column : pulled.columns) {
      const std::string name = PropertyName(column.column().name);
      if (!name.ends_with("_id")) continue;
      for (const Pulled& target : tables_) {
        if (&target != &pulled && target.name == name.substr(0, name.size() - 3))
          add(column.column().name, target.table.name);
      }
    }
    return {};
  }

  // A time that is (nearly) always there, somebody it belongs to, and nothing that refers to it: something that
  // happened. Nothing but keys of somebody: a list of them.
  void Decide(Pulled& pulled) {
    if (pulled.relations.empty() || pulled.referenced) return;
    pulled.is_list = pulled.columns.size() == 1 && &tables_[pulled.relations[0].target] != &pulled;
    int best = 0;
    for (size_t i = 0; i < pulled.columns.size(); ++i) {
      const ColumnProfile& column = pulled.columns[i];
      if (!IsTime(column.shape()) || column.rows() == 0 || column.unknown() * kUnknownTolerance > column.rows())
        continue;
      const std::string name = rt::Fold(column.column().name);
      if (name.starts_with("updated") || name.starts_with("modified")) {
        pulled.time.reset();  // rows that are edited are records
        return;
      }
      const int rank =
          name == "time" ? 4 : (name.starts_with("created") ? 1 : (name.ends_with("_at") || name == "at" ? 3 : 2));
      if (rank > best) {
        best = rank;
        pulled.time = i;
      }
    }
    pulled.is_event = pulled.time.has_value();
  }

  // Relations are named before anything is written: both ends use the name.
  void NameRelations(Pulled& pulled) {
    for (const Relation& relation : pulled.relations) {
      const bool is_key = pulled.key && pulled.columns[*pulled.key].column().name == relation.column;
      if (is_key || !IsObject(tables_[relation.target])) continue;
      std::string name = PropertyName(relation.column);
      if (name.ends_with("_id")) name.resize(name.size() - 3);
      relation_names_[{&pulled, relation.column}] = Unique(Apart(name, pulled), pulled.taken);
    }
  }

  std::string Write() {
    for (Pulled& pulled : tables_) {
      if (IsObject(pulled)) WriteObject(pulled);
    }
    for (Pulled& pulled : tables_) {
      if (pulled.is_event) WriteEvents(pulled);
    }
    for (const Pulled& pulled : tables_) {
      if (!pulled.is_list) continue;
      body_ += fmt::format("\nlist {} of {} from {}\n", Unique(pulled.name, event_names_),
                           tables_[pulled.relations[0].target].name, QuoteText(pulled.table.name));
    }
    for (const Pulled& pulled : tables_) {
      if (pulled.is_event || pulled.is_list || pulled.key) continue;
      body_ += fmt::format("\n// The table {} has no key of one column, so it is no object.\n",
                           QuoteText(pulled.table.name));
    }
    std::string head =
        "// Proposed by `saiten schema pull` from the tables and values of the database: names, enums and what is\n"
        "// optional are for you to correct.\n";
    return head + ZoneLines() + enums_ + body_;
  }

  // Without a zone a run could not read times that name none, so there is one, to be corrected.
  std::string ZoneLines() const {
    const std::string zone = QuoteText(options_.zone.empty() ? "UTC" : options_.zone);
    for (const Pulled& pulled : tables_) {
      auto local = std::ranges::find_if(pulled.columns, &ColumnProfile::has_local_times);
      if (local == pulled.columns.end()) continue;
      return fmt::format(
          "\n// Times such as those of {}.{} name no zone and are read as times of this one{}.\ntimezone {}\n",
          pulled.table.name, local->column().name, options_.zone.empty() ? ": correct it" : "", zone);
    }
    return options_.zone.empty() ? std::string() : fmt::format("\ntimezone {}\n", zone);
  }

  // The enum for the values of a column; made once for each set of members.
  std::string EnumFor(const Pulled& pulled, const ColumnProfile& column) {
    std::string members;
    std::string last_group;
    std::set<std::string> taken;
    std::map<std::string, std::vector<std::string>> groups;  // case, width, outer spaces: one member
    std::vector<std::string> order;
    for (const auto& [value, count] : column.values()) {
      const std::string key = rt::Fold(rt::Trim(value));
      auto& group = groups[key];
      if (group.empty()) order.push_back(key);
      const auto same = [&](const std::string& known) { return rt::Nfkc(known) == rt::Nfkc(value); };
      if (std::ranges::none_of(group, same)) group.push_back(value);
    }
    for (const std::string& key : order) {
      const std::vector<std::string>& spellings = groups[key];
      const std::string member = Unique(TypeName(spellings[0]), taken);
      members += fmt::format("  {}", member);
      if (spellings.size() > 1 || member != spellings[0]) {
        for (size_t i = 0; i < spellings.size(); ++i)
          members += fmt::format("{} {}", i == 0 ? "" : " |", QuoteText(spellings[i]));
      }
      members += '\n';
    }
    if (auto known = enum_of_.find(members); known != enum_of_.end()) return known->second;
    std::string name = TypeName(column.column().name);
    if (object_names_.contains(name) || enum_names_.contains(name)) name = TypeName(pulled.name) + name;
    name = Unique(name, enum_names_);
    enums_ += fmt::format("\nenum {} {{\n{}}}\n", name, members);
    enum_of_.emplace(members, name);
    return name;
  }

  std::string TypeOf(const Pulled& pulled, const ColumnProfile& column) {
    switch (column.shape()) {
      case Shape::kText:
        return "text";
      case Shape::kBool:
        return "bool";
      case Shape::kInt:
        return "int";
      case Shape::kDecimal:
        return fmt::format("decimal({})", column.scale());
      case Shape::kDate:
        return "date";
      case Shape::kInstant:
      case Shape::kUnixSeconds:
      case Shape::kUnixMillis:
        return "time";
      case Shape::kEnum:
        return EnumFor(pulled, column);
      case Shape::kSet:
        return fmt::format("set<{}>", EnumFor(pulled, column));
    }
    SAITEN_UNREACHABLE("Shape");
  }

  std::string PropertyLine(Pulled& pulled, size_t index, bool is_key) {
    const ColumnProfile& column = pulled.columns[index];
    const std::string& source = column.column().name;
    auto relation = std::ranges::find(pulled.relations, source, &Relation::column);
    auto relation_name = relation_names_.find({&pulled, source});
    std::string name;
    std::string type;
    std::string column_by_default;
    if (relation_name != relation_names_.end()) {
      name = relation_name->second;
      type = tables_[relation->target].name;
      column_by_default = name + "_id";
    } else {
      name = Unique(Apart(PropertyName(source), pulled), pulled.taken);
      type = TypeOf(pulled, column);
      column_by_default = name;
    }
    std::string line = fmt::format("  {}: {}{}", name, type, is_key ? " key" : (column.optional() ? "?" : ""));
    if (source != column_by_default) line += fmt::format("  from {}", QuoteText(source));
    for (size_t i = 0; i < column.placeholders().size(); ++i) {
      line += fmt::format("{} {}", i == 0 ? "  unknown" : ",", QuoteText(column.placeholders()[i]));
    }
    return line + CommentOn(column) + "\n";
  }

  void WriteObject(Pulled& pulled) {
    std::string lines;
    for (size_t i = 0; i < pulled.columns.size(); ++i) lines += PropertyLine(pulled, i, pulled.key == i);
    // The other ends, of all tables that are objects too.
    for (Pulled& child : tables_) {
      if (!IsObject(child)) continue;
      for (const Relation& relation : child.relations) {
        auto by = relation_names_.find({&child, relation.column});
        if (&tables_[relation.target] != &pulled || by == relation_names_.end()) continue;
        const std::string name = Unique(PropertyName(child.table.name), pulled.taken);
        lines += fmt::format("  {}: many {} by {}\n", name, child.name, by->second);
      }
    }
    body_ += fmt::format("\nobject {} from {} {{\n{}}}\n", pulled.name, QuoteText(pulled.table.name), lines);
  }

  // The column that tells kinds of events apart, in a log of several.
  static std::optional<size_t> KindColumn(const Pulled& pulled) {
    for (size_t i = 0; i < pulled.columns.size(); ++i) {
      const std::string name = rt::Fold(pulled.columns[i].column().name);
      const bool named =
          name == "type" || name == "kind" || name == "event" || name == "event_type" || name == "action";
      if (named && pulled.columns[i].shape() == Shape::kEnum && pulled.columns[i].values().size() <= 16) return i;
    }
    return std::nullopt;
  }

  void WriteEvents(Pulled& pulled) {
    const Pulled& owner = tables_[pulled.relations[0].target];
    const std::string& owner_column = pulled.relations[0].column;
    const std::string& time_column = pulled.columns[*pulled.time].column().name;
    std::string columns;
    if (owner_column != owner.name + "_id") columns += fmt::format(" by {}", QuoteText(owner_column));
    if (time_column != "time") columns += fmt::format(" at {}", QuoteText(time_column));
    const std::optional<size_t> kind = KindColumn(pulled);
    std::string fields;
    for (size_t i = 0; i < pulled.columns.size(); ++i) {
      const std::string& name = pulled.columns[i].column().name;
      if (i == pulled.time || i == kind || i == pulled.key || name == owner_column || rt::Fold(name) == "seq") continue;
      fields += PropertyLine(pulled, i, false);
    }
    if (pulled.key && pulled.columns[*pulled.key].column().name != "id") {
      columns += fmt::format(" id {}", QuoteText(pulled.columns[*pulled.key].column().name));
    }
    const ColumnProfile& time = pulled.columns[*pulled.time];
    std::string comment;
    if (time.unknown() > 0) {
      comment = fmt::format("// {} of {} rows of {} have no time and do not count", time.unknown(), time.rows(),
                            QuoteText(pulled.table.name));
      if (time.misfits() != nullptr) comment += ": " + ListOf(*time.misfits(), true);
      comment += "\n";
    }
    auto write = [&](const std::string& name, const std::string& where) {
      body_ += "\n" + std::exchange(comment, {});
      body_ += fmt::format("event {} of {} from {}{}{} {{\n{}}}\n", Unique(name, event_names_), owner.name,
                           QuoteText(pulled.table.name), columns, where, fields);
    };
    if (!kind) {
      write(pulled.name, "");
      return;
    }
    const ColumnProfile& kinds = pulled.columns[*kind];
    for (const auto& [value, count] : kinds.values()) {
      write(PropertyName(value), fmt::format(" where {} == {}", kinds.column().name, QuoteText(value)));
    }
  }

  Connection& connection_;
  const PullOptions& options_;
  std::vector<Pulled> tables_;
  std::set<std::string> object_names_;
  std::set<std::string> enum_names_;
  std::set<std::string> event_names_;
  std::map<std::string, std::string> enum_of_;  // by its members
  std::map<std::pair<const Pulled*, std::string>, std::string> relation_names_;
  std::string enums_;
  std::string body_;
};

}  // namespace

Result<std::string> PullSchema(const std::string& path, const PullOptions& options) {
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, OpenMode::kRead, options.busy_ms));
  SAITEN_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(connection, Transaction::Kind::kRead));
  return Puller(connection, options).Pull();
}

}  // namespace saiten::store
