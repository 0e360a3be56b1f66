#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "compiler/ir/flow.h"
#include "flow/control.h"
#include "flow/durable/kept.h"
#include "store/sqlite/sqlite.h"

// What people ask of workflows between two runs: rows that wait for the next one, which does it at its instant, in the
// order of everything else (sem O3, R3). All of this is inside the caller's transaction, with the tables made.
namespace saiten::flow {

Status AskFor(store::Connection& connection, std::string_view flow, Control::Kind kind, int64_t instant);
// `enrol` false: out of it.
Status AskToEnrol(store::Connection& connection, std::string_view flow, std::string_view object, const Kept& id,
                  bool enrol, int64_t instant);

// Something that was asked for and that nothing is there for any more: it is not done, now or later, for a workflow or
// a record that comes under this name another time is another one.
struct LostAsked {
  std::string flow;
  std::string asked;     // `pause`, `enrol`
  std::string object;    // empty: not known
  Kept id;               // of enrolments
  std::string_view why;  // kNoSuchFlow, kNoSuchRecord
};
inline constexpr std::string_view kNoSuchFlow = "no such workflow";

// What waits, by instant and then in the order in which it was asked for. That of flows which the rules do not have any
// more is added to `lost`.
Result<std::vector<Control>> ReadControls(store::Connection& connection, const ir::Automation& automation,
                                          std::vector<LostAsked>& lost);
// Everything up to `until` was done.
Status ForgetControls(store::Connection& connection, int64_t until);
// How the flow will stand when everything that waits is done.
Result<FlowState> StateAsked(store::Connection& connection, std::string_view flow);

}  // namespace saiten::flow
