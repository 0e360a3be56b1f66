#pragma once

#include <memory>
#include <string>
#include <vector>

#include "driver/loaded.h"
#include "store/run_record.h"

// The main job: score everything, write the results in one transaction.
namespace saiten::driver {

struct RunOptions {
  DataOptions data;
  Engine engine = Engine::kAuto;
  size_t threads = 0;
  bool dry_run = false;  // do everything but write
};

struct BandCount {
  std::string name;
  uint64_t n = 0;
};

struct ScoreSummary {
  std::string object;
  std::string name;
  bool is_grid = false;
  uint64_t n = 0;
  int64_t min = 0;  // milli-points; of scores with n > 0
  int64_t max = 0;
  double mean = 0;               // milli-points, for printing
  std::vector<BandCount> bands;  // from the highest down; of a grid in its order
};

struct SegmentSummary {
  std::string object;
  std::string name;
  uint64_t members = 0;
};

// A number that was held at its limit (R9001), by place in the rules.
struct TrapSummary {
  Location at;
  std::string first_key;  // of the first record it happened to; empty: the same for all
  std::string object;
  uint64_t kept = 0;  // among the traps that were kept
};

struct RunReport {
  std::unique_ptr<Loaded> loaded;
  store::RunRecord record;
  std::vector<ScoreSummary> scores;
  std::vector<SegmentSummary> segments;
  std::vector<TrapSummary> traps;
  double load_seconds = 0;
  double compute_seconds = 0;
  double write_seconds = 0;
  bool written = false;
};

// `compiled` must be free of errors; its program is optimised in place.
Result<RunReport> Run(Compiled& compiled, const RunOptions& options);

}  // namespace saiten::driver
