#pragma once

#include <cstdint>
#include <string>
#include <vector>

// What came out of a run in numbers, kept with it for good: the results themselves are only those of the last run.
namespace saiten::store {

struct BandCount {
  std::string name;
  uint64_t n = 0;
};

// How many records have points from `from` to below the next bar; milli-points.
struct HistogramBar {
  int64_t from = 0;
  uint64_t n = 0;
};

struct ScoreSummary {
  std::string object;
  std::string name;
  bool is_grid = false;
  uint64_t n = 0;
  int64_t min = 0;  // milli-points; of scores with n > 0
  int64_t max = 0;
  double mean = 0;                 // milli-points, for printing
  std::vector<BandCount> bands;    // from the highest down; of a grid in its order
  int64_t bar = 0;                 // milli-points that a bar of the histogram spans
  std::vector<HistogramBar> bars;  // those with records, from the lowest up; empty for a grid
};

struct SegmentSummary {
  std::string object;
  std::string name;
  uint64_t members = 0;
};

// Numbers that were held at their limit (R9001), by place in the rules.
struct RunTrap {
  std::string place;  // "lead.rules:12:5"
  std::string object;
  std::string first_key;  // of the first record it happened to; empty: the same for all
  int64_t row = -1;       // of that record in the data, only of a part of a run; -1: the same for all
};

struct RunSummary {
  std::vector<ScoreSummary> scores;
  std::vector<SegmentSummary> segments;
  std::vector<RunTrap> traps;
};

}  // namespace saiten::store
