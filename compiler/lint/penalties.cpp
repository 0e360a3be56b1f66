#include <vector>

#include "compiler/lint/lints.h"

// Scores that only take points away and that nothing adds to anything.
namespace saiten::lint {

void LintPenalties(Pass& pass) {
  const check::CheckedProgram& program = pass.program;
  std::vector<bool> read(program.scores.size());
  for (const auto& [expr, info] : program.exprs) {
    const bool of_score =
        info.symbol.kind == check::Symbol::Kind::kScore || info.symbol.kind == check::Symbol::Kind::kBand;
    if (of_score && info.symbol.index < read.size()) read[info.symbol.index] = true;
  }
  for (const check::EvaluateInfo& info : program.evaluates) read[info.score] = true;
  for (uint32_t i = 0; i < program.scores.size(); ++i) {
    const check::ScoreInfo& score = program.scores[i];
    if (read[i] || score.bands.valid() || pass.facts.IsLibrary(score.file)) continue;
    const analyse::Reach& reach = pass.facts.ReachOfScore(i).reach;
    if (reach.high() > 0 || reach.low() >= 0) continue;
    pass.sink
        .Report(diag::Code::kPenaltyUnused, {score.file, score.decl->name.span}, {std::string(score.decl->name.text)})
        .Note("add it to the score that it is to lower, as in `score total for contact = fit + penalty`",
              "下げたいスコアに足してください。例: `score total for contact = fit + penalty`");
  }
}

}  // namespace saiten::lint
