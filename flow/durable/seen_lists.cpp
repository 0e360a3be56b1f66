#include "flow/durable/seen_lists.h"

#include "store/sqlite/source_table.h"

namespace saiten::flow {

using store::Statement;

Result<std::vector<std::optional<std::vector<uint32_t>>>> SeenLists::Read() {
  const auto& lists = values_.catalog().lists;
  std::vector<std::optional<std::vector<uint32_t>>> known(lists.size());
  // A database of an older Saiten: nothing is known.
  SAITEN_ASSIGN_OR_RETURN(const auto table, store::InspectTable(connection_, "saiten_seen_list"));
  if (!table) return known;
  SAITEN_ASSIGN_OR_RETURN(Statement is_known,
                          connection_.Prepare("SELECT 1 FROM saiten_seen_list WHERE list = ? AND object = ?"));
  SAITEN_ASSIGN_OR_RETURN(Statement read,
                          connection_.Prepare("SELECT id FROM saiten_seen_member WHERE list = ? AND object = ?"));
  for (uint32_t i = 0; i < lists.size(); ++i) {
    const ListId list(i);
    is_known.Bind(1, std::string_view(lists[i].name));
    is_known.Bind(2, ObjectOf(list));
    SAITEN_ASSIGN_OR_RETURN(const bool any, is_known.Step());
    is_known.Reset();
    if (!any) continue;
    std::vector<uint32_t>& members = known[i].emplace();
    read.Bind(1, std::string_view(lists[i].name));
    read.Bind(2, ObjectOf(list));
    while (true) {
      SAITEN_ASSIGN_OR_RETURN(const bool more, read.Step());
      if (!more) break;
      const uint32_t row = values_.RowOf(lists[i].object, KeptAt(read, 0));
      if (row != KeptValues::kNone) members.push_back(row);
    }
    read.Reset();
  }
  return known;
}

saiten::Status SeenLists::Run(Statement& statement, ListId list, const Kept* id) {
  statement.Bind(1, std::string_view(InfoOf(list).name));
  statement.Bind(2, ObjectOf(list));
  if (id != nullptr) flow::Bind(statement, 3, *id);
  return statement.Run();
}

saiten::Status SeenLists::Drop(ListId list) {
  SAITEN_ASSIGN_OR_RETURN(Statement members, connection_.Prepare("DELETE FROM saiten_seen_member WHERE list = ?"));
  members.Bind(1, std::string_view(InfoOf(list).name));
  SAITEN_RETURN_IF_ERROR(members.Run());
  SAITEN_ASSIGN_OR_RETURN(Statement known, connection_.Prepare("DELETE FROM saiten_seen_list WHERE list = ?"));
  known.Bind(1, std::string_view(InfoOf(list).name));
  return known.Run();
}

saiten::Status SeenLists::BeginAnew(ListId list, std::span<const uint32_t> rows) {
  SAITEN_RETURN_IF_ERROR(Drop(list));
  SAITEN_ASSIGN_OR_RETURN(Statement known, connection_.Prepare("INSERT INTO saiten_seen_list VALUES(?, ?)"));
  SAITEN_RETURN_IF_ERROR(Run(known, list, nullptr));
  SAITEN_ASSIGN_OR_RETURN(Statement write, connection_.Prepare("INSERT INTO saiten_seen_member VALUES(?, ?, ?)"));
  for (const uint32_t row : rows) {
    const Kept id = values_.KeyOf(InfoOf(list).object, row);
    SAITEN_RETURN_IF_ERROR(Run(write, list, &id));
  }
  return {};
}

saiten::Status SeenLists::Write(ListId list, uint32_t row, bool member) {
  const char* sql = member ? "INSERT OR IGNORE INTO saiten_seen_member VALUES(?, ?, ?)"
                           : "DELETE FROM saiten_seen_member WHERE list = ? AND object = ? AND id = ?";
  SAITEN_ASSIGN_OR_RETURN(Statement write, connection_.Prepare(sql));
  const Kept id = values_.KeyOf(InfoOf(list).object, row);
  return Run(write, list, &id);
}

saiten::Status SeenLists::Forget(ObjectId object, const Kept& id) {
  const auto& lists = values_.catalog().lists;
  for (uint32_t i = 0; i < lists.size(); ++i) {
    if (lists[i].object != object) continue;
    SAITEN_ASSIGN_OR_RETURN(
        Statement forget,
        connection_.Prepare("DELETE FROM saiten_seen_member WHERE list = ? AND object = ? AND id = ?"));
    SAITEN_RETURN_IF_ERROR(Run(forget, ListId(i), &id));
  }
  return {};
}

}  // namespace saiten::flow
