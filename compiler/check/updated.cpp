#include "compiler/check/updated.h"

namespace saiten::check {

using diag::Code;

void CheckUpdated(const Catalog& catalog, std::string_view table, std::string_view column,
                  const std::vector<PropertyInfo>& properties, Location at, diag::Sink& sink) {
  if (column.empty()) return;
  for (const PropertyInfo& property : properties) {
    const bool is_time =
        property.type.is(TypeKind::kInstant) || property.type.is(TypeKind::kDate) || property.type.is_error();
    if (property.is_many || property.column != column || is_time) continue;
    sink.Report(Code::kUpdatedNoTime, at, {std::string(column), property.name, catalog.Spell(property.type)})
        .Other(property.type_at, "read as this type here", "ここではこの型として読まれています");
  }
  const auto differs = [&](std::string_view other_table, const std::string& other, Location other_at) {
    if (other_table != table || other.empty() || other == column) return false;
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
