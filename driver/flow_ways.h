#pragma once

#include <string>
#include <vector>

#include "compiler/ast/flow.h"
#include "driver/compile.h"

namespace saiten::driver {

// One way on from a step that branches.
struct FlowWay {
  std::string key;    // as decisions call it: `then`, `else`, `1`, an arm, the number of an outcome
  std::string label;  // for people, as written where something is written
  ast::Steps steps;   // may be empty
  bool holdout = false;
};

// The ways of a step in the order of the text; none where it goes straight on. Those who take none of them (a guard, an
// outcome that nobody named, no failure) go on behind it.
std::vector<FlowWay> WaysOf(const Compiled& compiled, FileId file, const ast::Step& step);

// What a step says, on one line and without the blocks inside it: `wait for email_open where ... up to 2 days`.
std::string HeadOf(const Compiled& compiled, FileId file, const ast::Step& step);
// The word for its kind that it begins with: `send`, `wait`, `if`.
std::string_view KindWordOf(const ast::Step& step);

// A flow of the rules by its name; kUsage where there is none.
Result<const check::FlowInfo*> FindFlow(const Compiled& compiled, const std::string& name);

}  // namespace saiten::driver
