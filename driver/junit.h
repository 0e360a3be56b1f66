#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "driver/compile.h"
#include "driver/report.h"
#include "driver/testing.h"

// JUnit XML, in which servers of continuous integration read results of tests.
namespace saiten::driver {

// A case a test; the failures of one with their reason trees as its text.
std::string JUnitOfTests(const Compiled& compiled, std::span<const TestResult> results);

// A suite a file: what was found in it, an error or a warning a failure; a case `check` where that is nothing.
std::string JUnitOfCheck(const Compiled& compiled, const Visible& visible, Language language);

}  // namespace saiten::driver
