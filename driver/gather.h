#pragma once

#include <span>
#include <vector>

#include "driver/loaded.h"
#include "store/results/write.h"

namespace saiten::driver {

// What a run worked out, as the store wants it (views of `loaded` and `results`), and in numbers.
std::vector<store::ObjectResults> GatherResults(const Compiled& compiled, const Loaded& loaded,
                                                const rt::Results& results, store::RunSummary& summary);

// The numbers of `results` alone: scores and segments of `summary`.
void SummariseResults(std::span<const store::ObjectResults> results, store::RunSummary& summary);

}  // namespace saiten::driver
