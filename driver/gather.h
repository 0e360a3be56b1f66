#pragma once

#include <functional>
#include <span>
#include <vector>

#include "driver/loaded.h"
#include "driver/value_counts.h"
#include "store/results/write.h"

namespace saiten::driver {

// What a run worked out, as the store wants it: views of `loaded` and `executed`.
std::vector<store::ObjectResults> GatherResults(const Compiled& compiled, const Loaded& loaded,
                                                const Executed& executed);

// How often each number stands in a column; null where nobody has counted.
using CountsOf = std::function<const ValueCounts*(const rt::Column&)>;
// The numbers of `results`: scores and segments of `summary`. What is not counted yet is counted.
void SummariseResults(std::span<const store::ObjectResults> results, const CountsOf& counts,
                      store::RunSummary& summary);

}  // namespace saiten::driver
