#pragma once

#include <string>

#include "driver/run.h"

namespace saiten::cli {

// The run in the text format of Prometheus, for node_exporter's textfile collector: gauges, base units in the names.
std::string Metrics(const driver::RunReport& report);

}  // namespace saiten::cli
