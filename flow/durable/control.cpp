#include "flow/durable/control.h"

#include <algorithm>

namespace saiten::flow {

using store::Connection;
using store::Statement;

Status AskFor(Connection& connection, std::string_view flow, Control::Kind kind, int64_t instant) {
  SAITEN_ASSIGN_OR_RETURN(Statement write,
                          connection.Prepare("INSERT INTO saiten_control(time, flow, command) VALUES(?, ?, ?)"));
  write.Bind(1, instant);
  write.Bind(2, flow);
  write.Bind(3, NameOf(kind));
  return write.Run();
}

Status AskToEnrol(Connection& connection, std::string_view flow, std::string_view object, const Kept& id, bool enrol,
                  int64_t instant) {
  SAITEN_ASSIGN_OR_RETURN(Statement write,
                          connection.Prepare("INSERT INTO saiten_request(time, object, id, flow, enrol, by_hand) "
                                             "VALUES(?, ?, ?, ?, ?, 1)"));
  write.Bind(1, instant);
  write.Bind(2, object);
  Bind(write, 3, id);
  write.Bind(4, flow);
  write.Bind(5, int64_t{enrol});
  return write.Run();
}

Result<std::vector<Control>> ReadControls(Connection& connection, const ir::Automation& automation,
                                          std::vector<LostAsked>& lost) {
  std::vector<Control> controls;
  SAITEN_ASSIGN_OR_RETURN(
      Statement read,
      connection.Prepare("SELECT time, flow, command, (SELECT object FROM saiten_flow f WHERE f.name = c.flow) FROM "
                         "saiten_control c ORDER BY time, control"));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return controls;
    const auto flow = std::ranges::find(automation.flows, read.Text(1), &ir::Flow::name);
    const auto kind = ControlKindOf(read.Text(2));
    if (flow == automation.flows.end() || !kind) {
      lost.push_back(
          {std::string(read.Text(1)), std::string(read.Text(2)), std::string(read.Text(3)), {}, kNoSuchFlow});
      continue;
    }
    controls.push_back({read.Int(0), static_cast<uint32_t>(flow - automation.flows.begin()), *kind});
  }
}

Status ForgetControls(Connection& connection, int64_t until) {
  SAITEN_ASSIGN_OR_RETURN(Statement forget, connection.Prepare("DELETE FROM saiten_control WHERE time <= ?"));
  forget.Bind(1, until);
  return forget.Run();
}

Result<FlowState> StateAsked(Connection& connection, std::string_view flow) {
  SAITEN_ASSIGN_OR_RETURN(
      Statement last,
      connection.Prepare("SELECT command FROM saiten_control WHERE flow = ? ORDER BY time DESC, control DESC LIMIT 1"));
  last.Bind(1, flow);
  SAITEN_ASSIGN_OR_RETURN(const bool waits, last.Step());
  if (waits) {
    if (const auto kind = ControlKindOf(last.Text(0))) return StateAfter(*kind);
  }
  SAITEN_ASSIGN_OR_RETURN(Statement read, connection.Prepare("SELECT state FROM saiten_flow WHERE name = ?"));
  read.Bind(1, flow);
  SAITEN_ASSIGN_OR_RETURN(const bool any, read.Step());
  return any ? FlowStateOf(read.Text(0)).value_or(FlowState::kOn) : FlowState::kOn;
}

}  // namespace saiten::flow
