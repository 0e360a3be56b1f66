#include "flow/durable/actions.h"

#include <array>

namespace saiten::flow {

using store::Connection;
using store::Statement;

std::string_view NameOf(ActionState state) {
  switch (state) {
    case ActionState::kNew:
      return "new";
    case ActionState::kSending:
      return "sending";
    case ActionState::kSent:
      return "sent";
    case ActionState::kFailed:
      return "failed";
    case ActionState::kInDoubt:
      return "in doubt";
    case ActionState::kDropped:
      return "dropped";
    case ActionState::kSimulated:
      return "simulated";
  }
  return "";
}

std::optional<ActionState> ActionStateOf(std::string_view name) {
  using State = ActionState;
  for (const State state : std::array{State::kNew, State::kSending, State::kSent, State::kFailed, State::kInDoubt,
                                      State::kDropped, State::kSimulated}) {
    if (NameOf(state) == name) return state;
  }
  return std::nullopt;
}

std::string KeyBytes(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) bytes += static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
  return bytes;
}

Status SetActionState(Connection& connection, int64_t seq, ActionState state) {
  SAITEN_ASSIGN_OR_RETURN(Statement update, connection.Prepare("UPDATE saiten_action SET state = ? WHERE seq = ?"));
  update.Bind(1, NameOf(state));
  update.Bind(2, seq);
  return update.Run();
}

}  // namespace saiten::flow
