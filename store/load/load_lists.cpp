#include <fmt/format.h>

#include "store/load/loader.h"
#include "store/own/own_tables.h"

namespace saiten::store {
namespace {

Status ReadMembers(Loader& loader, const ListInfo& list, Statement rows, rt::Column& members) {
  LoadTicker ticker(loader);
  OwnerFinder owners(loader, list.object);
  const ObjectRows& records = loader.objects[list.object.index()];
  ErrorSink errors(loader.errors, list.name, "");
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return {};
    ticker.Tick();
    const Cell cell = ReadCell(rows, 0);
    const uint32_t raw = owners.Find(cell);
    if (raw == KeyMap::kNone) {
      std::string buffer;
      errors.Count(DataErrorKind::kMemberUnknown,
                   [&] { return DataErrorGroup::Example{Excerpt(cell.Spell(&buffer)), ""}; });
    } else if (!records.left_out[raw]) {
      members.Set(records.RowOf(raw), 1);
    }
  }
}

}  // namespace

Status LoadLists(Loader& loader) {
  for (size_t i = 0; i < loader.plan.lists.size(); ++i) {
    if (!loader.plan.lists[i]) continue;
    const ListInfo& list = loader.catalog.lists[i];
    rt::Table& table = loader.out.data.tables[list.object.index()];
    rt::Column members = rt::Column::Unknowns(rt::Width::k1, table.size);
    for (size_t row = 0; row < table.size; ++row) members.Set(row, 0);
    const std::string name = list.table.empty() ? kListsTable : list.table;
    SAITEN_ASSIGN_OR_RETURN(auto source, InspectTable(loader.connection, name));
    if (source) {
      const bool own = list.table.empty();
      if (own) SAITEN_RETURN_IF_ERROR(CheckOwnTable(loader.connection, kListsTable));
      const std::string column = own ? "id" : *OwnerColumnOf(loader.catalog, list, *source);
      std::string sql = fmt::format("SELECT {} FROM {}", QuoteName(column), QuoteName(name));
      if (own) sql += " WHERE list = ?1 AND object = ?2";
      SAITEN_ASSIGN_OR_RETURN(Statement rows, loader.connection.Prepare(sql));
      if (own) {
        rows.Bind(1, list.name);
        rows.Bind(2, loader.catalog[list.object].name);
      }
      SAITEN_RETURN_IF_ERROR(ReadMembers(loader, list, std::move(rows), members));
    }
    table.lists[i] = std::move(members);
  }
  return {};
}

}  // namespace saiten::store
