#include "compiler/check/kept.h"

#include <algorithm>
#include <string>
#include <utility>

namespace saiten::check {
namespace {

constexpr std::string_view kHistoryTable = "saiten_history";  // object, id, name, time, value
constexpr std::string_view kGrantTable = "saiten_grants";     // object, id, name, time, points

// The rows of a table of the engine about `name` of an object.
EventInfo Kept(const Catalog& catalog, ObjectId object, std::string_view table, std::string_view name) {
  EventInfo event;
  event.object = object;
  event.table = std::string(table);
  event.engine_kept = true;
  // The column `id` says whose it is; rows that tell each other apart would have a column of this name.
  event.owner_column = "id";
  event.id_column = "event_id";
  event.time_column = "time";
  event.seq_column = "seq";
  event.where.push_back({.column = "object", .values = {catalog[object].name}, .at = {}});
  event.where.push_back({.column = "name", .values = {std::string(name)}, .at = {}});
  return event;
}

EventId Add(Catalog& catalog, EventInfo event) {
  catalog.events.push_back(std::move(event));
  return EventId(catalog.events.size() - 1);
}

}  // namespace

std::vector<PropertyInfo> ChangeFields(PropertyInfo value) {
  value.name = "to";
  value.column = "value";
  value.type.optional = true;
  value.is_key = false;
  value.history_table.clear();
  PropertyInfo from = value;
  from.name = "from";
  std::vector<PropertyInfo> fields;
  fields.push_back(std::move(value));
  fields.push_back(std::move(from));
  return fields;
}

std::optional<EventId> HistoryOf(Catalog& catalog, ObjectId object, const Symbol& symbol, Type type,
                                 std::string_view name) {
  using Kind = Symbol::Kind;
  const bool property = symbol.kind == Kind::kProperty;
  const bool result = symbol.kind == Kind::kBand || symbol.kind == Kind::kGrid;
  if (!object.valid() || (!property && !result)) return std::nullopt;
  for (size_t i = 0; i < catalog.events.size(); ++i) {
    const EventInfo& event = catalog.events[i];
    if (event.object != object) continue;
    if (property ? event.change_of == symbol.index : event.change_of_result == name) return EventId(i);
  }
  PropertyInfo value{.name = std::string(name), .type = type};
  if (property) value = catalog[object].properties[symbol.index];
  if (value.is_key || value.is_many) return std::nullopt;
  EventInfo event = Kept(catalog, object, kHistoryTable, name);
  event.name = "change of " + std::string(name);
  if (property) {
    event.change_of = symbol.index;
  } else {
    event.change_of_result = std::string(name);
  }
  event.at = value.at;
  event.fields = ChangeFields(std::move(value));
  return Add(catalog, std::move(event));
}

EventId GrantsOf(Catalog& catalog, ObjectId object, std::string_view score) {
  for (size_t i = 0; i < catalog.events.size(); ++i) {
    if (catalog.events[i].grants_to == score) return EventId(i);
  }
  EventInfo event = Kept(catalog, object, kGrantTable, score);
  event.name = "points granted to " + std::string(score);
  event.grants_to = std::string(score);
  event.fields.push_back({.name = "points", .type = Type::Points(), .column = "points"});
  return Add(catalog, std::move(event));
}

void AddReceivedFields(Catalog& catalog) {
  const auto add = [](EventInfo& event) {
    event.received = static_cast<uint32_t>(event.fields.size());
    // No name that rules could use has a hyphen.
    event.fields.push_back(
        {.name = "received-at", .type = Type::Instant().Optional(), .column = event.received_column, .at = event.at});
  };
  for (EventInfo& event : catalog.events) {
    if (event.any_of.empty() && !event.received_column.empty()) add(event);
  }
  for (EventInfo& event : catalog.events) {
    const bool received =
        std::ranges::any_of(event.any_of, [&](EventId member) { return catalog[member].received.has_value(); });
    if (received) add(event);
  }
}

}  // namespace saiten::check
