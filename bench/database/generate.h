#pragma once

#include <string>

#include "bench/population/population.h"

namespace saiten::bench {

// Writes the population as a new SQLite database to `path`: tables companies, contacts and events, as
// bench/rules/schema.rules reads them. Events lie in the order in which they arrived. Ends the process with a message
// where that fails.
void Generate(const Sizes& sizes, const std::string& path);

}  // namespace saiten::bench
