#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// How well a score found what it was meant to find: the arithmetic of `evaluate` (acc A12). Counts are exact; rates are
// quotients of them, made only for printing.
namespace saiten::driver {

// One record that counts: its points at the hand-over in milli-points, and whether the outcome was the wanted one.
struct Scored {
  int64_t points = 0;
  bool positive = false;
};

// A band of the score; the first has no `from`.
struct BandBound {
  std::string name;
  std::string label;
  std::optional<int64_t> from;  // milli-points
};

struct BandQuality {
  BandBound band;
  uint64_t n = 0;
  uint64_t positives = 0;
  std::optional<double> rate() const;  // nothing for an empty band
};

// Everybody with at least `bound` points, as if the score said yes to them.
struct BoundQuality {
  BandBound band;
  uint64_t n = 0;
  uint64_t positives = 0;
};

struct Quality {
  uint64_t n = 0;
  uint64_t positives = 0;
  std::vector<BandQuality> bands;    // from the highest band down
  std::vector<BoundQuality> bounds;  // from the highest bound down
  bool monotone = true;              // no band has a higher rate than the next higher one that has records
  // Pairs of a positive and another record, doubled: two for each pair in the right order, one for a tie.
  uint64_t ordered_pairs_doubled = 0;

  std::optional<double> base_rate() const;  // nothing without records
  // Nothing without records of both kinds.
  std::optional<double> auc() const;
  // Of those chosen, how many are positive; of the positives, how many are chosen. Nothing of none (as sem N6).
  std::optional<double> precision(const BoundQuality& bound) const;
  std::optional<double> recall(const BoundQuality& bound) const;
  std::optional<double> lift(const BoundQuality& bound) const;  // precision over base rate
  // Lift of the best tenth by points; records with equal points at its edge share the last places. Nothing if there are
  // no positives.
  std::optional<double> lift_of_best_tenth;
};

Quality Measure(std::vector<Scored> records, const std::vector<BandBound>& bands);

}  // namespace saiten::driver
