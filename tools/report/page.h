#pragma once

#include <optional>
#include <string>
#include <vector>

#include "driver/flow_figures.h"
#include "driver/runs.h"
#include "driver/words.h"

namespace saiten::report {

// A workflow of the page: its figures, and its picture with them as SVG.
struct Workflow {
  driver::FlowFigures figures;
  std::string picture;
};

// One run as an HTML page that needs nothing but itself: no network, no other file. Every chart has a table with the
// same numbers. `before` is the run that it is compared with. `workflows`: as they stand now, whatever the run.
std::string Page(const driver::RunDetails& run, const std::optional<driver::RunDetails>& before,
                 const std::vector<Workflow>& workflows, driver::Language language);

}  // namespace saiten::report
