#include "store/load/load.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <malloc.h>

#include <algorithm>
#include <limits>

#include "store/load/loader.h"
#include "store/messages.h"

namespace saiten::store {
namespace {

// One Error for everything that is not there: a user wants to see all of it at once.
Error MissingError(Loader& loader) {
  Text hint = Say(Words::kMissingHint);
  if (auto tables = UserTables(loader.connection); tables.ok()) {
    if (tables->size() > 20) tables->resize(20);
    hint = tables->empty() ? Say(Words::kNoTables, {hint})
                           : Say(Words::kTablesThere, {hint, fmt::format("{}", fmt::join(*tables, ", "))});
  }
  Text all;
  for (const Text& one : loader.missing) {
    all.en += (all.en.empty() ? "" : "\n") + one.en;
    all.ja += (all.ja.empty() ? "" : "\n") + one.ja;
  }
  return Fail(Failure::kMissing, {all, hint});
}

void PreparePools(rt::Dataset& data) {
  for (rt::Table& table : data.tables) {
    for (auto& pool : table.pools) {
      if (pool != nullptr) pool->PrepareNfkc();
    }
  }
  for (rt::EventSeries& series : data.events) {
    for (auto& pool : series.pools) {
      if (pool != nullptr) pool->PrepareNfkc();
    }
  }
}

bool Reads(const Loader& loader, const std::string& table) {
  for (size_t i = 0; i < loader.plan.objects.size(); ++i) {
    if (loader.plan.objects[i] && SameName(loader.catalog.objects[i].table, table)) return true;
  }
  for (size_t e = 0; e < loader.plan.events.size(); ++e) {
    const bool is_read = loader.plan.events[e] && loader.catalog.events[e].any_of.empty();
    if (is_read && SameName(ColumnsOf(loader.catalog, EventId(e)).table, table)) return true;
  }
  return false;
}

Status LoadMarks(Loader& loader) {
  for (const WatchedTable& watched : loader.options.watched) {
    if (!Reads(loader, watched.table)) continue;
    SAITEN_ASSIGN_OR_RETURN(const auto table, InspectTable(loader.connection, watched.table));
    SAITEN_CHECK(table.has_value());  // it was read in this transaction
    SAITEN_ASSIGN_OR_RETURN(ReadMarks read, ReadRowMarks(loader.connection, loader.catalog, *table, watched,
                                                         loader.options.zone, std::nullopt, loader.options.threads));
    loader.out.marks.push_back(std::move(read.marks));
  }
  return {};
}

}  // namespace

Result<std::optional<SourceTable>> FindSource(Loader& loader, const std::string& table, const Text& declaration) {
  SAITEN_ASSIGN_OR_RETURN(std::optional<SourceTable> found, InspectTable(loader.connection, table));
  if (!found) {
    loader.missing.push_back(Say(Words::kMissingTable, {declaration, table, loader.connection.path()}));
  }
  return found;
}

bool HasColumn(Loader& loader, const SourceTable& table, const std::string& column, const Text& what) {
  if (table.Find(column) != nullptr) return true;
  std::vector<std::string> names;
  for (const SourceColumn& c : table.columns) names.push_back(c.name);
  if (names.size() > 40) names.resize(40);
  loader.missing.push_back(
      Say(Words::kMissingColumn, {what, column, table.name, fmt::format("{}", fmt::join(names, ", "))}));
  return false;
}

OwnerFinder::OwnerFinder(const Loader& loader, ObjectId object)
    : keys_(*loader.objects[object.index()].keys),
      reader_(loader.catalog, PropertyInfo{.type = Type::Ref(object)}, loader.options.zone) {}

uint32_t OwnerFinder::Find(const Cell& cell) {
  const Reading reading = reader_.Read(cell);
  switch (reading.kind) {
    case Reading::Kind::kValue:
      return keys_.Find(reading.value);
    case Reading::Kind::kText:
      return keys_.Find(reading.text);
    case Reading::Kind::kUnknown:
    case Reading::Kind::kError:
      return KeyMap::kNone;
  }
  SAITEN_UNREACHABLE("Reading::Kind");
}

Result<LoadedData> Load(const std::string& path, const Catalog& catalog, const Needs& needs, const LoadOptions& options,
                        DataErrors& errors) {
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, OpenMode::kRead, options.busy_ms));
  SAITEN_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(connection, Transaction::Kind::kRead));
  return LoadWithin(connection, catalog, needs, options, errors);
}

Result<LoadedData> LoadWithin(Connection& connection, const Catalog& catalog, const Needs& needs,
                              const LoadOptions& options, DataErrors& errors) {
  // Else the threshold grows with what is freed, and the parts of a large table stay with the process for good.
  constexpr int kMapFrom = 4 << 20;
  mallopt(M_MMAP_THRESHOLD, kMapFrom);
  LoadedData out;
  out.objects.resize(catalog.objects.size());
  out.events.resize(catalog.events.size());
  out.data.tables.resize(catalog.objects.size());
  out.data.events.resize(catalog.events.size());
  const LoadPlan plan = MakePlan(catalog, needs);
  Loader loader{.connection = connection,
                .catalog = catalog,
                .plan = plan,
                .options = options,
                .errors = errors,
                .out = out,
                .objects = {},
                .created = {},
                .missing = {}};
  loader.objects.resize(catalog.objects.size());
  loader.created.resize(catalog.objects.size());
  SAITEN_RETURN_IF_ERROR(CheckSources(loader));
  if (!loader.missing.empty()) return MissingError(loader);
  SAITEN_ASSIGN_OR_RETURN(loader.all_rows, EstimateRows(loader));
  SAITEN_RETURN_IF_ERROR(LoadObjects(loader));
  ResolveRelations(loader);
  SAITEN_RETURN_IF_ERROR(LoadEvents(loader));
  SAITEN_RETURN_IF_ERROR(LoadLists(loader));
  SAITEN_RETURN_IF_ERROR(LoadMarks(loader));
  SAITEN_RETURN_IF_ERROR(LoadPreviousBands(loader));
  PackKeys(loader);
  for (size_t i = 0; i < catalog.events.size(); ++i) {
    const bool asked_for = i < needs.events.size() && needs.events[i];
    if (!asked_for) out.data.events[i] = rt::EventSeries();
  }
  PreparePools(out.data);
  if (options.progress) options.progress(loader.rows, loader.rows);
  return out;
}

Status LoadBandsBefore(Connection& connection, const Catalog& catalog, const Needs& needs, const LoadOptions& options,
                       LoadedData& data) {
  const LoadPlan plan = MakePlan(catalog, needs);
  DataErrors no_errors;  // what is wrong with results of our own is nobody's data error
  Loader loader{.connection = connection,
                .catalog = catalog,
                .plan = plan,
                .options = options,
                .errors = no_errors,
                .out = data,
                .objects = {},
                .created = {},
                .missing = {}};
  loader.objects.resize(catalog.objects.size());
  loader.created.resize(catalog.objects.size());
  for (size_t i = 0; i < catalog.objects.size(); ++i) {
    const bool asked_for = std::ranges::any_of(catalog.objects[i].properties, [&](const PropertyInfo& property) {
      const auto p = static_cast<size_t>(&property - catalog.objects[i].properties.data());
      return plan.objects[i] && plan.properties[i][p] && !property.previous_band_of.empty();
    });
    if (!asked_for) continue;
    const rt::Table& table = data.data.tables[i];
    loader.objects[i].keys = std::make_unique<KeyMap>(KeyMap::Of(table.keys));
    loader.objects[i].left_out.resize(table.size);
  }
  return LoadPreviousBands(loader);
}

}  // namespace saiten::store
