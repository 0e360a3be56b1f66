#pragma once

#include "compiler/ast/flow.h"
#include "compiler/parse/context.h"

namespace saiten::parse {

// Clauses and steps from lines of workflows (build_clause.cpp, build_step.cpp).
const ast::Clause* BuildClause(Context& context, const Node& clause);
ast::Rate BuildRate(Context& context, const Node& rate);
ast::Source BuildEvent(Context& context, const Node& event, ast::Name& as);  // of `eventTrigger`
// The steps of a block; clauses in it are reported.
ast::Steps BuildSteps(Context& context, const Node& block);
// One step; null where the line was not read to its end (what its braces hold is looked at all the same).
const ast::Step* BuildStep(Context& context, const Node& line);

}  // namespace saiten::parse
