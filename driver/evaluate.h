#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "driver/evaluation.h"
#include "driver/loaded.h"

// `evaluate` declarations over real data (SC11, E1a).
namespace saiten::driver {

struct EvaluateOptions {
  DataOptions data;
  std::string name;      // only this one; empty: all
  bool dry_run = false;  // measure, write nothing
  // What the rules of now say of everybody, also where a run kept the score of the hand-over.
  bool recompute = false;
};

struct EvaluateReport {
  std::string name;
  std::string label;
  std::string score;
  std::string object;
  int64_t as_of = 0;  // of the data
  Quality quality;
  uint64_t excluded = 0;      // `exclude when`
  uint64_t without_date = 0;  // `as of` unknown: never handed over, so left out
  uint64_t not_yet = 0;       // `as of` lies after the clock
  uint64_t kept = 0;          // scores that a run kept at the record's own date
  uint64_t recomputed = 0;    // those worked out anew as of the record's own date
};

struct Evaluated {
  std::unique_ptr<Loaded> loaded;
  std::vector<EvaluateReport> reports;
  bool written = false;
  std::optional<Error> without_code;  // Executed::without_code
};

// Measures, and writes what came out into the database (store::WriteEvaluations) unless it is a dry run. kUsage if
// there is no such declaration, or none at all.
Result<Evaluated> Evaluate(const Compiled& compiled, const EvaluateOptions& options);

}  // namespace saiten::driver
