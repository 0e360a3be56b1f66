#pragma once

#include <vector>

#include "driver/testing.h"
#include "runtime/zone.h"

namespace saiten::driver {

// `cases "..." from "file.csv"`: each row is a test of one record. Columns are properties of the object, `now`, and
// `expect NAME` for a score, band, grid or segment. The file is found from the folder of the rules that name it. A row
// that fails says its line; a file that cannot be used as a whole, or holds no case, is one failed test.
void RunCases(const Compiled& compiled, const lower::LowerResult& lowered, const check::CasesInfo& info,
              const rt::Zone* zone, const TestOptions& options, std::vector<TestResult>& results);

}  // namespace saiten::driver
