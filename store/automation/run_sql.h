#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

// Parts of SQL that ask for runs: `e` is the row of saiten_enrolments.
namespace saiten::store {

// Whether an event came back from a message of the run's workflow. `events`: saiten_message_events is there.
inline std::string CameBackSql(std::string_view event, bool events) {
  if (!events) return "0";
  return fmt::format(
      "EXISTS (SELECT 1 FROM saiten_message_events m WHERE m.workflow = e.workflow AND m.event = '{}' AND m.object = "
      "e.object AND m.record = e.id)",
      event);
}
// Whether the goal was reached after the run was completed. Needs kJoinLaterSql.
inline constexpr std::string_view kLaterSql = "later.number IS NOT NULL";
// `workflow` is in ?1, empty for all.
inline constexpr std::string_view kJoinLaterSql =
    "LEFT JOIN (SELECT DISTINCT workflow, object, id, coalesce(key, '') AS key, number FROM saiten_decisions WHERE "
    "kind = 'goal after' AND (?1 = '' OR workflow = ?1)) later ON later.workflow = e.workflow AND later.object = "
    "e.object AND later.id = e.id AND later.key = coalesce(e.key, '') AND later.number = e.number";
inline std::string MeetingSql(bool events) {
  return "e.status = 'meeting' OR " + CameBackSql("meeting_booked", events);
}
inline std::string RepliedSql(bool events) { return "e.status = 'replied' OR " + CameBackSql("reply", events); }

}  // namespace saiten::store
