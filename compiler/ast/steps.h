#pragma once

#include <functional>

#include "compiler/ast/flow_step.h"

// Goes through the steps of a workflow in the order of the text. Null pointers (missing parts) are left out.
namespace saiten::ast {

// Every step, those inside others behind them.
void ForEachStep(Steps steps, const std::function<void(const Step&)>& visit);
// The lists of steps inside one step: branches, rows, arms, outcomes.
void ForEachBlock(const Step& step, const std::function<void(Steps)>& visit);
// Whether every record that gets to these steps ends there, so that nothing behind them is ever reached.
bool AlwaysEnds(Steps steps);

}  // namespace saiten::ast
