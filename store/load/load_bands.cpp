#include "runtime/time_parse.h"
#include "store/load/loader.h"
#include "store/own/own_tables.h"

namespace saiten::store {
namespace {

// Whether the database holds results of a run that was not later than this one.
Result<bool> HasResultsBefore(Connection& connection, int64_t now) {
  for (const char* table : {"saiten_run", "saiten_scores"}) {
    SAITEN_ASSIGN_OR_RETURN(auto found, InspectTable(connection, table));
    if (!found) return false;
  }
  SAITEN_RETURN_IF_ERROR(CheckFormat(connection));
  SAITEN_ASSIGN_OR_RETURN(Statement last, connection.Prepare("SELECT as_of FROM saiten_run ORDER BY run DESC LIMIT 1"));
  SAITEN_ASSIGN_OR_RETURN(const bool any, last.Step());
  if (!any) return false;
  int64_t as_of = 0;
  return rt::ParseInstant(last.Text(0), rt::Zone::Utc(), &as_of) == rt::ParseStatus::kOk && as_of <= now;
}

Status ReadBands(Loader& loader, ObjectId object, const PropertyInfo& property, rt::Column& bands) {
  SAITEN_ASSIGN_OR_RETURN(
      Statement rows, loader.connection.Prepare(
                          "SELECT id, band FROM saiten_scores WHERE object = ?1 AND score = ?2 AND band IS NOT NULL"));
  rows.Bind(1, loader.catalog[object].name);
  rows.Bind(2, property.previous_band_of);
  LoadTicker ticker(loader);
  OwnerFinder owners(loader, object);
  const ObjectRows& records = loader.objects[object.index()];
  const EnumInfo& labels = loader.catalog[property.type.enum_id()];
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return {};
    ticker.Tick();
    const uint32_t raw = owners.Find(ReadCell(rows, 0));
    // Records that are gone and bands that are no more: as if there had been no run.
    if (raw == KeyMap::kNone || records.left_out[raw]) continue;
    const int band = labels.Find(rows.Text(1));
    if (band >= 0) bands.Set(records.RowOf(raw), band);
  }
}

}  // namespace

Status LoadPreviousBands(Loader& loader) {
  std::optional<bool> has_results;  // asked when first needed
  for (size_t i = 0; i < loader.plan.objects.size(); ++i) {
    if (!loader.plan.objects[i]) continue;
    const ObjectInfo& info = loader.catalog.objects[i];
    for (size_t p = 0; p < info.properties.size(); ++p) {
      const PropertyInfo& property = info.properties[p];
      if (property.previous_band_of.empty() || !loader.plan.properties[i][p]) continue;
      if (!has_results) {
        SAITEN_ASSIGN_OR_RETURN(has_results, HasResultsBefore(loader.connection, loader.options.now));
      }
      rt::Table& table = loader.out.data.tables[i];
      const auto members = static_cast<int64_t>(loader.catalog[property.type.enum_id()].members.size());
      table.columns[p] = rt::Column::Unknowns(rt::WidthFor(0, members), table.size);
      if (*has_results) SAITEN_RETURN_IF_ERROR(ReadBands(loader, ObjectId(i), property, table.columns[p]));
    }
  }
  return {};
}

}  // namespace saiten::store
