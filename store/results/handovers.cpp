#include "store/results/handovers.h"

#include "store/own/own_tables.h"
#include "store/results/result_ids.h"

namespace saiten::store {
namespace {

// Parameters 1 to 4: whose score at which instant.
void BindWhose(Statement& statement, const Handovers& of, const ResultIds& ids, size_t place, std::string* buffer) {
  statement.Bind(1, std::string_view(of.object));
  statement.Bind(2, std::string_view(of.score));
  const Cell id = ids.At(of.rows[place], buffer);
  id.kind == Cell::Kind::kInt ? statement.Bind(3, id.integer) : statement.Bind(3, id.text);
  statement.Bind(4, of.instants[place]);
}

}  // namespace

Status WriteHandovers(Connection& connection, const std::vector<Handovers>& handovers) {
  SAITEN_ASSIGN_OR_RETURN(Statement insert,
                          connection.Prepare("INSERT OR IGNORE INTO saiten_handover VALUES(?1, ?2, ?3, ?4, ?5)"));
  std::string buffer;
  for (const Handovers& of : handovers) {
    const ResultIds ids(*of.keys, of.ids_are_text);
    for (size_t place = 0; place < of.rows.size(); ++place) {
      BindWhose(insert, of, ids, place, &buffer);
      insert.Bind(5, of.points[place]);
      SAITEN_RETURN_IF_ERROR(insert.Run());
    }
  }
  return {};
}

Result<std::vector<std::optional<int64_t>>> ReadHandovers(const std::string& path, const Handovers& wanted) {
  std::vector<std::optional<int64_t>> points(wanted.rows.size());
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, OpenMode::kRead));
  SAITEN_ASSIGN_OR_RETURN(const bool any, HasOwnTable(connection, "saiten_handover"));
  if (!any) return points;
  SAITEN_ASSIGN_OR_RETURN(Statement find,
                          connection.Prepare("SELECT milli_points FROM saiten_handover WHERE object = ?1 AND "
                                             "score = ?2 AND id = ?3 AND instant = ?4"));
  const ResultIds ids(*wanted.keys, wanted.ids_are_text);
  std::string buffer;
  for (size_t place = 0; place < wanted.rows.size(); ++place) {
    BindWhose(find, wanted, ids, place, &buffer);
    SAITEN_ASSIGN_OR_RETURN(const bool found, find.Step());
    if (found) points[place] = find.Int(0);
    find.Reset();
  }
  return points;
}

}  // namespace saiten::store
