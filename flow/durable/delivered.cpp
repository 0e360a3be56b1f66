#include "flow/durable/delivered.h"

#include <algorithm>
#include <string>

#include "flow/durable/actions.h"

namespace saiten::flow {

using store::Statement;

namespace {

bool WaitsForDelivery(const Instance& instance) {
  return instance.status == InstanceStatus::kActive && instance.waiting == Waiting::kDelivery;
}

// Nothing: it is under way, or will be tried again.
std::optional<bool> EndOf(ActionState state) {
  switch (state) {
    case ActionState::kNew:
    case ActionState::kSending:
    case ActionState::kInDoubt:
      return std::nullopt;
    case ActionState::kSent:
    case ActionState::kSimulated:
      return true;
    case ActionState::kFailed:
    case ActionState::kDropped:
      return false;
  }
  return std::nullopt;
}

}  // namespace

Result<std::vector<DeliveryEnd>> ReadDeliveryEnds(store::Connection& connection, const State& state) {
  std::vector<DeliveryEnd> ends;
  if (std::ranges::none_of(state.instances, WaitsForDelivery)) return ends;
  SAITEN_ASSIGN_OR_RETURN(Statement table,
                          connection.Prepare("SELECT 1 FROM sqlite_master WHERE name = 'saiten_delivery'"));
  SAITEN_ASSIGN_OR_RETURN(const bool delivered, table.Step());
  SAITEN_ASSIGN_OR_RETURN(
      Statement read,
      connection.Prepare(
          std::string(delivered ? "SELECT state, (SELECT max(time) FROM saiten_delivery d WHERE d.action = a.seq) "
                                : "SELECT state, NULL ") +
          "FROM saiten_action a WHERE seq = coalesce((SELECT seq FROM saiten_action_key_new WHERE key = ?1), "
          "(SELECT seq FROM saiten_action_key WHERE key = ?1))"));
  for (size_t i = 0; i < state.instances.size(); ++i) {
    if (!WaitsForDelivery(state.instances[i])) continue;
    const std::string key = KeyBytes(state.instances[i].action);
    sqlite3_bind_blob(read.handle(), 1, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
    SAITEN_ASSIGN_OR_RETURN(const bool there, read.Step());
    const auto how = there ? ActionStateOf(read.Text(0)) : std::nullopt;
    const auto sent = how ? EndOf(*how) : std::nullopt;
    if (sent) {
      DeliveryEnd& end = ends.emplace_back(DeliveryEnd{.instance = i, .sent = *sent, .time = {}});
      if (sqlite3_column_type(read.handle(), 1) != SQLITE_NULL) end.time = read.Int(1);
    }
    read.Reset();
  }
  return ends;
}

}  // namespace saiten::flow
