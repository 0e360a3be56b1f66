#include "flow/durable/versions.h"

#include <algorithm>

#include "base/json.h"
#include "store/sqlite/source_table.h"

namespace saiten::flow {

using store::Connection;
using store::Statement;

Result<std::vector<KeptVersion>> ReadVersions(Connection& connection) {
  std::vector<KeptVersion> kept;
  SAITEN_ASSIGN_OR_RETURN(const auto table, store::InspectTable(connection, "saiten_flow_version"));
  if (!table) return kept;
  SAITEN_ASSIGN_OR_RETURN(
      Statement read,
      connection.Prepare("SELECT flow, version, rules FROM saiten_flow_version ORDER BY flow, version"));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return kept;
    kept.push_back({std::string(read.Text(0)), std::string(read.Text(1)), read.Int(2)});
  }
}

Result<RulesText> ReadRules(Connection& connection, int64_t rules) {
  RulesText text;
  SAITEN_ASSIGN_OR_RETURN(Statement read,
                          connection.Prepare("SELECT hash, texts FROM saiten_flow_rules WHERE rules = ?"));
  read.Bind(1, rules);
  SAITEN_ASSIGN_OR_RETURN(const bool there, read.Step());
  if (!there) return text;
  text.hash = read.Text(0);
  const Json files = ParseJson(read.Text(1));
  for (const Json& file : files.is_array() ? files : Json::array()) {
    const bool fits = file.is_array() && file.size() == 2 && file[0].is_string() && file[1].is_string();
    if (fits) text.files.emplace_back(file[0].get<std::string>(), file[1].get<std::string>());
  }
  return text;
}

Status KeepVersions(Connection& connection, const ir::Automation& automation, const RulesText& rules, int64_t instant) {
  SAITEN_ASSIGN_OR_RETURN(const std::vector<KeptVersion> kept, ReadVersions(connection));
  int64_t number = 0;
  for (const ir::Flow& flow : automation.flows) {
    const bool known = std::ranges::any_of(
        kept, [&](const KeptVersion& each) { return each.flow == flow.name && each.version == flow.version; });
    if (known || flow.newest != ir::kNowhere) continue;
    if (number == 0) {
      Json files = Json::array();
      for (const auto& [path, text] : rules.files) files.push_back({path, text});
      SAITEN_ASSIGN_OR_RETURN(Statement write,
                              connection.Prepare("INSERT INTO saiten_flow_rules(hash, texts) VALUES(?, ?) "
                                                 "ON CONFLICT(hash) DO UPDATE SET texts = texts RETURNING rules"));
      const std::string texts = JsonLine(files);
      write.Bind(1, std::string_view(rules.hash));
      write.Bind(2, std::string_view(texts));
      SAITEN_ASSIGN_OR_RETURN(const bool row, write.Step());
      if (row) number = write.Int(0);
      SAITEN_ASSIGN_OR_RETURN(const bool more, write.Step());
      (void)more;
    }
    SAITEN_ASSIGN_OR_RETURN(Statement keep, connection.Prepare("INSERT INTO saiten_flow_version VALUES(?, ?, ?, ?)"));
    keep.Bind(1, std::string_view(flow.name));
    keep.Bind(2, std::string_view(flow.version));
    keep.Bind(3, number);
    keep.Bind(4, instant);
    SAITEN_RETURN_IF_ERROR(keep.Run());
  }
  return {};
}

Status ForgetVersions(Connection& connection, const ir::Automation& automation, int64_t now) {
  SAITEN_ASSIGN_OR_RETURN(const std::vector<KeptVersion> kept, ReadVersions(connection));
  bool any = false;
  for (const KeptVersion& each : kept) {
    const bool newest = std::ranges::any_of(automation.flows, [&](const ir::Flow& flow) {
      return flow.newest == ir::kNowhere && flow.name == each.flow && flow.version == each.version;
    });
    if (newest) continue;
    SAITEN_ASSIGN_OR_RETURN(
        Statement inside,
        // Of who has come to the end a goal may still count (sem G2).
        connection.Prepare("SELECT 1 FROM saiten_enrolment e JOIN saiten_flow_name n ON n.name = e.flow "
                           "WHERE (e.status = 0 OR e.status = 1 AND e.due > ?) "
                           "AND e.version = ? AND n.text = ? LIMIT 1"));
    inside.Bind(1, now);
    inside.Bind(2, std::string_view(each.version));
    inside.Bind(3, std::string_view(each.flow));
    SAITEN_ASSIGN_OR_RETURN(const bool needed, inside.Step());
    if (needed) continue;
    SAITEN_ASSIGN_OR_RETURN(Statement forget,
                            connection.Prepare("DELETE FROM saiten_flow_version WHERE flow = ? AND version = ?"));
    forget.Bind(1, std::string_view(each.flow));
    forget.Bind(2, std::string_view(each.version));
    SAITEN_RETURN_IF_ERROR(forget.Run());
    any = true;
  }
  if (!any) return {};
  return connection.Run("DELETE FROM saiten_flow_rules WHERE rules NOT IN (SELECT rules FROM saiten_flow_version)");
}

}  // namespace saiten::flow
