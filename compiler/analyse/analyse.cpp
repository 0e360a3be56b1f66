#include "compiler/analyse/analyse.h"

#include "compiler/analyse/analyses.h"

namespace saiten::analyse {

void Analyse(const check::CheckedProgram& program, const SourceSet& sources, diag::Sink& sink) {
  Facts facts(program, sources, sink);
  AnalyseRows(facts, sink);
  AnalyseBands(facts, sink);
  AnalyseConditions(facts, sink);
  AnalyseNegativeTests(facts, sink);
  AnalyseDoubleCounting(facts, sink);
  AnalyseOverflow(facts, sink);
  AnalyseFlowWrites(facts, sink);
  AnalyseFlowEntry(facts, sink);
  AnalyseFlowSteps(facts, sink);
  AnalyseUnused(facts, sink);
}

}  // namespace saiten::analyse
