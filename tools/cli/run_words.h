#pragma once

#include <string>

#include "base/json.h"
#include "driver/runs.h"
#include "driver/words.h"

// One run in words and as JSON: of `run`, `runs list`, `runs show` and `runs compare`.
namespace saiten::cli {

// Points as people write them, of milli-points.
double Points(double milli);
std::string InstantText(int64_t instant);
// "1.5 GB", "812 MB".
std::string SizeText(uint64_t bytes);

// The number of a run as an argument names it. kUsage if it is none.
Result<int64_t> ParseRunNumber(const std::string& text);

// The row of saiten_run.
Json JsonOf(const store::RunRecord& run);
// With scores, segments, errors and their examples.
Json JsonOf(const store::RunRecord& run, const store::RunSummary& summary, const store::DataErrors& errors);

// Scores with their bands, and segments, one a line.
std::string SummaryTable(const store::RunSummary& summary, driver::Language language);
// What the run was, and then the summary.
std::string DetailsText(const driver::RunDetails& run, driver::Language language);

// What differs between two runs of one database, `a` before `b`.
Json CompareJson(const driver::RunDetails& a, const driver::RunDetails& b);
std::string CompareText(const driver::RunDetails& a, const driver::RunDetails& b, driver::Language language);

}  // namespace saiten::cli
