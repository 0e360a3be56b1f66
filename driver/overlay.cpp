#include "driver/overlay.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

#include "driver/loaded_world.h"
#include "flow/durable/ledger.h"
#include "flow/durable/seen.h"

namespace saiten::driver {
namespace {

using flow::Value;

}  // namespace

Status LayOver(const Compiled& compiled, const ir::Program& program, Loaded& loaded) {
  const Catalog& catalog = compiled.checked.catalog;
  static const ir::Automation kNone;
  flow::KeptValues kept(catalog, loaded.data.data);
  SAITEN_ASSIGN_OR_RETURN(const auto ledger, flow::Ledger::Open(loaded.db, kNone, kept, false));
  SAITEN_ASSIGN_OR_RETURN(const auto until, ledger->Until());
  if (!until) return {};
  std::map<std::tuple<uint32_t, uint32_t, uint32_t>, Value> values;  // object, row, property
  SAITEN_RETURN_IF_ERROR(ledger->ReadValues([&](ObjectId object, uint32_t row, uint32_t property, Value value) {
    if (loaded.data.data.tables[object.index()].columns[property].size() == 0) return;
    values[{object.value, row, property}] = std::move(value);
  }));
  if (values.empty()) return {};
  // The data are changed from here on.
  loaded.load.FinishKeeping();
  SAITEN_ASSIGN_OR_RETURN(std::shared_ptr<LoadedWorld> world, LoadedWorld::Make(program, loaded.data, loaded.zone));
  for (uint32_t object = 0; object < catalog.objects.size(); ++object) {
    std::vector<uint32_t> properties;
    for (const auto& [place, value] : values) {
      const auto property = std::get<2>(place);
      const bool listed = std::ranges::find(properties, property) != properties.end();
      if (std::get<0>(place) == object && !listed) properties.push_back(property);
    }
    if (properties.empty()) continue;
    flow::SeenTable seen(ledger->connection(), kept, ObjectId(object), properties);
    SAITEN_RETURN_IF_ERROR(
        seen.Read([&](const flow::Kept& id, std::span<const uint32_t> told, std::span<const Value> before) {
          const uint32_t row = kept.RowOf(ObjectId(object), id);
          for (size_t i = 0; i < told.size() && row != flow::KeptValues::kNone; ++i) {
            // The later wins: the next run takes in what the source says now.
            if (world->Get(ObjectId(object), row, told[i]) != before[i]) values.erase({object, row, told[i]});
          }
        }));
  }
  for (const auto& [place, value] : values) {
    const auto& [object, row, property] = place;
    world->Rewind(ObjectId(object), row, property, value);
  }
  world->Pack();
  loaded.over = std::move(world);
  return {};
}

}  // namespace saiten::driver
