#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/changes/state.h"

namespace saiten::store {

// One line of an evaluation: everybody with at least `from` points, or everybody in a band.
struct EvaluationPart {
  std::string band;
  std::optional<int64_t> from;  // milli-points; nothing for the lowest band
  uint64_t n = 0;
  uint64_t positives = 0;
};

// How well one score found its outcome (sem SC11), as counts; the rates are worked out where they are read. Instants
// are UTC microseconds.
struct EvaluationRecord {
  std::string name;
  std::string object;
  std::string score;
  int64_t as_of = 0;    // the rules' clock
  int64_t written = 0;  // the machine's clock
  std::string rules;    // RunRecord::rules
  std::string version;  // of Saiten
  uint64_t n = 0;
  uint64_t positives = 0;
  uint64_t ordered_pairs_doubled = 0;  // driver::Quality
  std::optional<double> lift_of_best_tenth;
  bool monotone = true;
  uint64_t excluded = 0;
  uint64_t without_date = 0;
  uint64_t recomputed = 0;
  std::vector<EvaluationPart> bounds;  // from the highest down
  std::vector<EvaluationPart> bands;   // from the highest down
};

// Adds the evaluations to the database, all in one transaction; one of the same name, time and rules is replaced, so
// that doing it again changes nothing. `base` as in WriteOptions. Read through the view `saiten_evaluations`. Errors:
// as WriteResults.
Status WriteEvaluations(const std::string& path, std::span<const EvaluationRecord> evaluations,
                        const ReadBase* base = nullptr, int busy_ms = 5000);

}  // namespace saiten::store
