#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "compiler/check/program.h"

// Events that nobody declares: the histories that the engine keeps, points that flows grant, and when events arrived.
// They are made where the check finds that something reads them. Private to compiler/check.
namespace saiten::check {

// The fields of the event that a change of this value is: 0 `to`, 1 `from`.
std::vector<PropertyInfo> ChangeFields(PropertyInfo value);

// The event that a change of a property, band or grid is (sem E1a): of the table that is declared with the property,
// else kept by the engine. Nothing of what has no history: keys, relations to many, what is derived without being
// stored. `name` and `type` are those of the value.
std::optional<EventId> HistoryOf(Catalog& catalog, ObjectId object, const Symbol& symbol, Type type,
                                 std::string_view name);

// The event that points granted to a score of `object` are (sem SC6).
EventId GrantsOf(Catalog& catalog, ObjectId object, std::string_view score);

// Gives events with a `received` column the field that says from when on they are seen (sem T4a).
void AddReceivedFields(Catalog& catalog);

}  // namespace saiten::check
