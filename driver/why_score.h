#pragma once

#include <vector>

#include "compiler/ast/ast.h"
#include "driver/why.h"
#include "driver/why_reader.h"

namespace saiten::driver {

// Appends what each rule of a score brought to one record. `every_occurrence`: as in WhyOptions.
void ExplainScore(const WhyReader& read, const ast::ScoreDecl& score, bool every_occurrence,
                  std::vector<WhyLine>& lines);

}  // namespace saiten::driver
