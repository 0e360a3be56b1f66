#include "compiler/check/updated.h"

#include <algorithm>

namespace saiten::check {

using diag::Code;

namespace {

// SQLite finds a table or column by its name whatever the case of its ASCII letters.
bool SameName(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

void CheckUpdated(const Catalog& catalog, std::string_view table, std::string_view column,
                  const std::vector<PropertyInfo>& properties, Location at, diag::Sink& sink) {
  if (column.empty()) return;
  for (const PropertyInfo& property : properties) {
    const bool is_time =
        property.type.is(TypeKind::kInstant) || property.type.is(TypeKind::kDate) || property.type.is_error();
    if (property.is_many || !SameName(property.column, column) || is_time) continue;
    sink.Report(Code::kUpdatedNoTime, at, {std::string(column), property.name, catalog.Spell(property.type)})
        .Other(property.type_at, "read as this type here", "ここではこの型として読まれています");
  }
  const auto differs = [&](std::string_view other_table, const std::string& other, Location other_at) {
    if (!SameName(other_table, table) || other.empty() || SameName(other, column)) return false;
    sink.Report(Code::kTwoUpdated, at, {std::string(table), other, std::string(column)})
        .Other(other_at, "the other declaration that reads from this table", "この表を読むもう一方の宣言");
    return true;
  };
  for (const ObjectInfo& object : catalog.objects) {
    if (differs(object.table, object.updated_column, object.at)) return;
  }
  for (const EventInfo& event : catalog.events) {
    if (differs(event.table, event.updated_column, event.at)) return;
  }
}

}  // namespace saiten::check
