#pragma once

#include <functional>
#include <string>
#include <vector>

#include "driver/compile.h"
#include "driver/words.h"
#include "flow/log.h"
#include "flow/state.h"

// The tests that rules hold: `test` blocks and `cases` from CSV, each in an empty world of its own, in memory, run by
// the interpreter.
namespace saiten::driver {

struct TestOptions {
  std::string filter;      // only tests whose title contains this
  bool fail_fast = false;  // stop behind the first that fails
  Language language = Language::kEnglish;
  // Called behind each test: what automation did in it.
  std::function<void(const std::string& title, const flow::State& state, const std::vector<flow::LogRow>& log)> watch;
};

struct TestFailure {
  Location at;          // of the `expect`; of a case the place of its `cases`
  std::string message;  // `expected fit == 30, it is 45`
  std::string why;      // the tree of `why`; may be empty
};

struct TestResult {
  enum class Outcome { kPassed, kFailed };
  std::string title;
  Location at;
  Outcome outcome = Outcome::kPassed;
  std::vector<TestFailure> failures;
};

// The result fails only where a test cannot be evaluated at all: the project names a zone that is not there.
Result<std::vector<TestResult>> RunTests(const Compiled& compiled, const TestOptions& options);

}  // namespace saiten::driver
