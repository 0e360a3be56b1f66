#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"
#include "compiler/types/type.h"
#include "runtime/calendar.h"
#include "runtime/zone.h"

namespace saiten {

// One member of an enum. `spellings` are those found in data; the name is a spelling too (sem N3a).
struct EnumMember {
  std::string name;
  std::vector<std::string> spellings;
  Location at;
  // What people see: the first spelling, else the name.
  const std::string& display() const { return spellings.empty() ? name : spellings[0]; }
};

// A closed set: declared by `enum`, or made of a score's bands, a grid's labels, a table's label column or the names of
// the project's templates.
struct EnumInfo {
  enum class Origin : uint8_t { kDeclared, kBands, kGrid, kTable, kTemplates };
  std::string name;
  std::string label;
  Origin origin = Origin::kDeclared;
  bool ordered = false;
  bool forward_only = false;
  std::vector<EnumMember> members;
  Location at;

  // The member with this name; -1 if there is none.
  int Find(std::string_view member) const;
  // The member that stands for values outside the enum (a member named `other`); -1: they are data errors (sem N3).
  int other() const { return Find("other"); }
};

// What a property tells the engine it is for (language.md, Types).
enum class Role : uint8_t {
  kNone,
  kAddress,
  kPhone,
  kCountry,
  kZone,
  kOwner,
  kCreated,
  kMarketing,
  kOptOut,
  kBounced,
  kConsent,
};
std::optional<Role> RoleFromName(std::string_view name);
std::string_view NameOf(Role role);

// A property of an object, a field of an event, or one end of a relation.
struct PropertyInfo {
  std::string name;
  std::string label;
  std::string docs;
  Type type;           // kRef for a relation to one
  std::string column;  // as in the database; for `company: company?` by default company_id
  bool is_key = false;
  bool is_many = false;  // `deals: many deal by contact`: type is Ref(deal); `by` the property of deal
  uint32_t by = 0;
  std::vector<std::string> unknown_spellings;
  std::vector<std::string> true_spellings;
  std::vector<std::string> false_spellings;
  std::string history_table;
  Role role = Role::kNone;
  // Not empty: no column of the table and no name that rules could use, but the band that the run before stored for
  // this score (sem SC7). Stands behind the declared properties.
  std::string previous_band_of;
  Location at;  // of the name
  Location type_at;
};

// A CRM object: a table, its properties and relations.
struct ObjectInfo {
  std::string name;
  std::string label;
  std::string docs;
  std::string table;
  std::string updated_column;  // when the row was last changed, for refreshes; empty: not declared
  std::vector<PropertyInfo> properties;
  std::optional<uint32_t> key;  // index of the key property; absent only after an error
  bool built_in = false;        // `user` where the project does not declare it
  Location at;

  std::optional<uint32_t> Find(std::string_view property) const;
  std::optional<uint32_t> FindRole(Role role) const;
};

// One condition of an event declaration: a column of the table compared with literals.
struct ColumnCondition {
  std::string column;
  bool negated = false;             // != or not in
  std::vector<std::string> values;  // as text; numbers compare by value, text by NFKC
  Location at;
};

// Something that happens to an object. Column names are as in the database; empty where there is none.
struct EventInfo {
  std::string name;
  std::string label;
  std::string docs;
  ObjectId object;
  std::vector<EventId> any_of;  // `event activity of contact = a, b`: no table of its own
  std::string table;
  std::string owner_column;         // by
  std::string time_column;          // at
  std::string id_column;            // empty: no event is a duplicate (sem T4)
  bool id_column_declared = false;  // else used only if the table has it
  std::string seq_column;           // empty: row order
  bool seq_column_declared = false;
  std::string received_column;
  std::string updated_column;          // when the row was last changed, for refreshes; empty: not declared
  std::vector<ColumnCondition> where;  // all must hold
  std::vector<PropertyInfo> fields;
  // Set for the event that a property with a history makes: "change of P", with fields 0 `to` and 1 `from`. Its table
  // is the history table; it is not declared by anybody and has no name that rules could use.
  std::optional<uint32_t> change_of;
  // The same of a band or a grid: its name.
  std::string change_of_result;
  // The score whose granted points these events are (sem SC6): field 0 `points`. Not declared by anybody, either.
  std::string grants_to;
  // Made by `use std.messages`, in a table of the engine.
  bool message_event = false;
  // The engine writes its table. Where the table is missing there are no such events yet.
  bool engine_kept = false;
  // The field, nameless for rules, with the instant from which on the event is seen, where it is known (sem T4a). Only
  // in projects with automation.
  std::optional<uint32_t> received;
  Location at;

  bool is_change() const { return change_of.has_value() || !change_of_result.empty(); }
  // Made by the check: not declared, without a name that rules could use.
  bool hidden() const { return is_change() || !grants_to.empty(); }

  std::optional<uint32_t> Find(std::string_view field) const;
};

// `list vip of contact [from "vip_rows"]`
struct ListInfo {
  std::string name;
  std::string label;
  ObjectId object;
  std::string table;  // empty: membership kept by the engine
  Location at;
};

// A business calendar: working days, hours and holidays (sem D3, D3a). Its days are in runtime/calendar.h.
struct CalendarInfo {
  std::string name;
  rt::Calendar calendar{rt::Calendar::Spec{}};
  Location at;
};

// The CRM schema of a project: everything that names tables and columns, and every enum.
struct Catalog {
  std::string timezone;  // empty: the project names none
  std::vector<EnumInfo> enums;
  std::vector<ObjectInfo> objects;
  std::vector<EventInfo> events;
  std::vector<ListInfo> lists;
  std::vector<CalendarInfo> calendars;

  const EnumInfo& operator[](EnumId id) const { return enums[id.index()]; }
  const ObjectInfo& operator[](ObjectId id) const { return objects[id.index()]; }
  const EventInfo& operator[](EventId id) const { return events[id.index()]; }
  const ListInfo& operator[](ListId id) const { return lists[id.index()]; }
  std::optional<ObjectId> FindObject(std::string_view name) const;
  std::optional<EnumId> FindEnum(std::string_view name) const;
  std::optional<EventId> FindEvent(std::string_view name) const;
  // Two objects may have an event of one name: that of `object`, else the first.
  std::optional<EventId> FindEvent(std::string_view name, ObjectId object) const;
  std::optional<ListId> FindList(std::string_view name) const;

  // `decimal(2)?`, `Industry`, `money(JPY)`, `set<Topic>`, `contact`: as the user writes it.
  std::string Spell(Type type) const;
  // A value of this type as the user would write it: `IT`, `2026-04-01`, `JPY 5000000`, `12.5`, `true`. Instants in the
  // given zone (null: UTC). Not for text, which needs its dictionary.
  std::string SpellValue(Type type, int64_t value, const rt::Zone* zone) const;
};

}  // namespace saiten
