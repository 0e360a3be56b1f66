#include "driver/evaluation.h"

#include <algorithm>

#include "runtime/decimal.h"

namespace saiten::driver {
namespace {

std::optional<double> Quotient(uint64_t a, uint64_t b) {
  if (b == 0) return std::nullopt;
  return static_cast<double>(a) / static_cast<double>(b);
}

// A run of records with equal points, from the best down.
struct Group {
  uint64_t n = 0;
  uint64_t positives = 0;
};

std::vector<Group> GroupsOf(const std::vector<Scored>& best_first) {
  std::vector<Group> groups;
  for (size_t i = 0; i < best_first.size(); ++i) {
    if (i == 0 || best_first[i].points != best_first[i - 1].points) groups.emplace_back();
    ++groups.back().n;
    groups.back().positives += best_first[i].positive;
  }
  return groups;
}

uint64_t OrderedPairsDoubled(const std::vector<Group>& groups) {
  uint64_t pairs = 0, positives_above = 0;
  for (const Group& group : groups) {
    const uint64_t others = group.n - group.positives;
    pairs += 2 * positives_above * others + group.positives * others;
    positives_above += group.positives;
  }
  return pairs;
}

std::optional<double> LiftOfBestTenth(const std::vector<Group>& groups, uint64_t n, uint64_t positives) {
  if (positives == 0) return std::nullopt;
  const double places = static_cast<double>(n) / 10;
  double taken = 0, found = 0;
  for (const Group& group : groups) {
    const double share = std::min(1.0, (places - taken) / static_cast<double>(group.n));
    if (share <= 0) break;
    taken += share * static_cast<double>(group.n);
    found += share * static_cast<double>(group.positives);
  }
  return found / places / *Quotient(positives, n);
}

}  // namespace

std::optional<double> BandQuality::rate() const { return Quotient(positives, n); }

std::optional<double> Quality::base_rate() const { return Quotient(positives, n); }

std::optional<double> Quality::auc() const {
  if (positives == 0 || positives == n) return std::nullopt;
  return static_cast<double>(ordered_pairs_doubled) / 2 / static_cast<double>(positives) /
         static_cast<double>(n - positives);
}

std::optional<double> Quality::precision(const BoundQuality& bound) const { return Quotient(bound.positives, bound.n); }

std::optional<double> Quality::recall(const BoundQuality& bound) const { return Quotient(bound.positives, positives); }

std::optional<double> Quality::lift(const BoundQuality& bound) const {
  if (positives == 0 || bound.n == 0) return std::nullopt;
  return *precision(bound) / *base_rate();
}

Quality Measure(std::vector<Scored> records, const std::vector<BandBound>& bands) {
  std::ranges::sort(records, [](const Scored& a, const Scored& b) { return a.points > b.points; });
  Quality quality;
  quality.n = records.size();
  for (const Scored& record : records) quality.positives += record.positive;
  for (size_t i = bands.size(); i-- > 0;) {
    BandQuality band{.band = bands[i]};
    BoundQuality bound{.band = bands[i]};
    for (const Scored& record : records) {
      const bool above = bands[i].from && record.points >= *bands[i].from;
      const bool in_next = i + 1 < bands.size() && record.points >= bands[i + 1].from.value_or(INT64_MIN);
      if ((above || !bands[i].from) && !in_next) {
        ++band.n;
        band.positives += record.positive;
      }
      if (above) {
        ++bound.n;
        bound.positives += record.positive;
      }
    }
    quality.bands.push_back(std::move(band));
    if (bands[i].from) quality.bounds.push_back(std::move(bound));
  }
  const BandQuality* higher = nullptr;
  for (const BandQuality& band : quality.bands) {
    if (band.n == 0) continue;
    // Compared as fractions, so that equal rates are equal.
    if (higher && rt::UInt128{band.positives} * higher->n > rt::UInt128{higher->positives} * band.n) {
      quality.monotone = false;
    }
    higher = &band;
  }
  const std::vector<Group> groups = GroupsOf(records);
  quality.ordered_pairs_doubled = OrderedPairsDoubled(groups);
  quality.lift_of_best_tenth = LiftOfBestTenth(groups, quality.n, quality.positives);
  return quality;
}

}  // namespace saiten::driver
