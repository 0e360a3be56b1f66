#include <fmt/format.h>

#include "store/messages.h"
#include "store/own/own_tables.h"
#include "store/refresh/refresher.h"

namespace saiten::store {
namespace {

// The members as they are now. Lists are short beside what they are lists of: they are read as a whole.
Status ReadMembers(Refresher& refresher, const ListInfo& list, const SourceTable& source, rt::Column& members) {
  ObjectPatch& object = refresher.objects[list.object.index()];
  const bool own = list.table.empty();
  if (own) SAITEN_RETURN_IF_ERROR(CheckOwnTable(refresher.connection, kListsTable));
  const auto column = own ? std::optional<std::string>("id") : OwnerColumnOf(refresher.catalog, list, source);
  if (!column) {
    refresher.Refuse(Say(Words::kAnewSchema, {refresher.connection.path()}));
    return {};
  }
  std::string sql = fmt::format("SELECT {} FROM {}", QuoteName(*column), QuoteName(source.name));
  if (own) sql += " WHERE list = ?1 AND object = ?2";
  SAITEN_ASSIGN_OR_RETURN(Statement rows, refresher.connection.Prepare(sql));
  if (own) {
    rows.Bind(1, list.name);
    rows.Bind(2, refresher.catalog[list.object].name);
  }
  ValueReader reader(refresher.catalog, PropertyInfo{.type = Type::Ref(list.object)}, refresher.options.load.zone);
  std::vector<FoundError> errors;
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) break;
    ++refresher.rows_read;
    const Cell cell = ReadCell(rows, 0);
    const Reading key = reader.Read(cell);
    uint32_t row = KeyMap::kNone;
    if (key.kind == Reading::Kind::kValue) row = object.lookup->Find(key.value);
    if (key.kind == Reading::Kind::kText) row = object.lookup->Find(key.text);
    if (row != KeyMap::kNone) {
      members.Set(row, 1);
      continue;
    }
    std::string buffer;
    errors.push_back(
        {DataErrorKind::kMemberUnknown, "", static_cast<int64_t>(errors.size()), {Excerpt(cell.Spell(&buffer)), ""}});
  }
  refresher.ledger.ForgetAll(list.name);
  refresher.ledger.Add(list.name, errors);
  return {};
}

}  // namespace

Status RefreshLists(Refresher& refresher) {
  for (size_t i = 0; i < refresher.plan.lists.size(); ++i) {
    if (!refresher.plan.lists[i]) continue;
    const ListInfo& list = refresher.catalog.lists[i];
    ObjectPatch& object = refresher.objects[list.object.index()];
    const std::string name = list.table.empty() ? kListsTable : list.table;
    const TableChanges* changes = refresher.changes.Find(name);
    const bool moved = object.plan && (!object.plan->in_place() || object.keys_changed());
    if ((changes == nullptr || changes->untouched()) && !moved) continue;
    rt::Table& table = refresher.data.data.tables[list.object.index()];
    rt::Column members = rt::Column::Unknowns(rt::Width::k1, table.size);
    for (size_t row = 0; row < table.size; ++row) members.Set(row, 0);
    SAITEN_ASSIGN_OR_RETURN(const auto source, InspectTable(refresher.connection, name));
    if (source) SAITEN_RETURN_IF_ERROR(ReadMembers(refresher, list, *source, members));
    const rt::Column& before = table.lists[i];
    for (uint32_t old = 0; old < before.size(); ++old) {
      const uint32_t row = object.new_rows.empty() ? old : object.new_rows[old];
      if (row != SplicePlan::kGone && row < table.size && before.Raw(old) != members.Raw(row))
        refresher.Mark(list.object.index(), row);
    }
    table.lists[i] = std::move(members);
  }
  return {};
}

}  // namespace saiten::store
