#pragma once

#include "compiler/analyse/facts.h"
#include "compiler/diag/diagnostic.h"

// The single analyses. Private to compiler/analyse.
namespace saiten::analyse {

// Rows of `match`, grids and tables: overlaps, dead rows, gaps, values that never come, unknown taken silently (sem
// SC2, SC3a, N4a).
void AnalyseRows(Facts& facts, diag::Sink& sink);
// Bands that no record reaches (sem SC7).
void AnalyseBands(Facts& facts, diag::Sink& sink);
// Conditions that are always or never true.
void AnalyseConditions(Facts& facts, diag::Sink& sink);
// Negative tests of what may be unknown (sem N5, W-NEG).
void AnalyseNegativeTests(Facts& facts, diag::Sink& sink);
// One signal that gives points in two scores that are summed.
void AnalyseDoubleCounting(Facts& facts, diag::Sink& sink);
// Constants beyond every number (sem N7).
void AnalyseOverflow(Facts& facts, diag::Sink& sink);
// Workflows that write one value (sem W3), and workflows that start each other without end (sem W2).
void AnalyseFlowWrites(Facts& facts, diag::Sink& sink);
// Workflows that nobody starts or enters, goals that are met at once, conditions that are asked too early (sem R2).
void AnalyseFlowEntry(Facts& facts, diag::Sink& sink);
// Branches and waits that nobody gets through, messages to people who refuse them.
void AnalyseFlowSteps(Facts& facts, diag::Sink& sink);
// Declarations that nothing uses.
void AnalyseUnused(Facts& facts, diag::Sink& sink);

// Reports a range whose low end is above its high one, with the ends turned round as the fix; false if it is none.
// `range` may be null; `at` is all of it.
bool ReportEmptyRange(Facts& facts, diag::Sink& sink, const ast::RangeExpr* range, Location at);

}  // namespace saiten::analyse
