#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/flow.h"
#include "flow/state.h"

// Versions of a flow, and runs that go from one to another (sem R6).
namespace saiten::flow {

// A step where time goes by: a wait, or a task that is waited for.
bool IsWait(const ir::Step& step);
// By its name; ir::kNowhere.
uint32_t StepNamed(const ir::Flow& flow, std::string_view name);
// Names of waits of `from` that `to` has no step for: who is there cannot go on in `to`.
std::vector<std::string> WaitsWithoutStep(const ir::Flow& from, const ir::Flow& to);

// Puts a run, which is at `step` of `to`, into that flow: what it was given and has sent is kept by its names.
void PutInto(const ir::Flow& from, const ir::Flow& to, uint32_t flow, uint32_t step, Instance& instance);

}  // namespace saiten::flow
