#pragma once

#include "compiler/analyse/facts.h"
#include "compiler/diag/diagnostic.h"

// The single analyses. Private to compiler/analyse.
namespace saiten::analyse {

void AnalyseRows(Facts& facts, diag::Sink& sink);
void AnalyseBands(Facts& facts, diag::Sink& sink);
void AnalyseConditions(Facts& facts, diag::Sink& sink);
void AnalyseNegativeTests(Facts& facts, diag::Sink& sink);
void AnalyseDoubleCounting(Facts& facts, diag::Sink& sink);
void AnalyseConstants(Facts& facts, diag::Sink& sink);
void AnalyseUnused(Facts& facts, diag::Sink& sink);

}  // namespace saiten::analyse
