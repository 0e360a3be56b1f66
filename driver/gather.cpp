#include "driver/gather.h"

#include <algorithm>

#include "runtime/column_values.h"
#include "runtime/decimal.h"

namespace saiten::driver {
namespace {

constexpr int64_t kPoint = 1000;  // milli-points
constexpr int64_t kMostBars = 40;

// Bars of 1, 2 or 5 times a power of ten, of whole points where all points are whole.
int64_t BarFor(int64_t range, bool whole) {
  int64_t bar = whole ? kPoint : 1;
  for (int64_t step = 0; range / bar >= kMostBars; ++step) bar = step % 3 == 1 ? bar / 2 * 5 : bar * 2;
  return bar;
}

int64_t FloorTo(int64_t value, int64_t bar) {
  const int64_t down = value / bar * bar;
  return down > value ? down - bar : down;
}

// The numbers of a column, each with how many rows have it: as they were counted, or row by row where they are too
// many.
template <typename Visit>
void ForEachValue(const rt::Column& column, const ValueCounts& counts, Visit visit) {
  if (counts.complete()) {
    for (const ValueCounts::Value& value : counts.values()) visit(value.raw, value.n);
    return;
  }
  rt::ForEachValue(column, [&](int64_t value) { visit(value, uint64_t{1}); });
}

store::ScoreSummary SummaryOfPoints(const rt::Column& points, const ValueCounts& counts) {
  store::ScoreSummary summary{.n = points.size()};
  if (points.size() == 0) return summary;
  summary.min = summary.max = points.Raw(0);
  rt::Int128 sum = 0;
  bool whole = true;
  ForEachValue(points, counts, [&](int64_t value, uint64_t n) {
    summary.min = std::min(summary.min, value);
    summary.max = std::max(summary.max, value);
    whole = whole && value % kPoint == 0;
    sum += rt::Int128{value} * static_cast<int64_t>(n);
  });
  summary.mean = static_cast<double>(sum) / static_cast<double>(points.size());
  int64_t range = 0;
  // Points at both ends of what can be counted: no histogram.
  if (__builtin_sub_overflow(summary.max, summary.min, &range)) return summary;
  summary.bar = BarFor(range, whole);
  const int64_t first = FloorTo(summary.min, summary.bar);
  std::vector<uint64_t> bars(static_cast<size_t>((summary.max - first) / summary.bar) + 1);
  ForEachValue(points, counts, [&](int64_t value, uint64_t n) {
    bars[static_cast<size_t>(value - first) / static_cast<size_t>(summary.bar)] += n;
  });
  for (size_t i = 0; i < bars.size(); ++i) {
    if (bars[i] > 0) summary.bars.push_back({first + static_cast<int64_t>(i) * summary.bar, bars[i]});
  }
  return summary;
}

std::vector<store::BandCount> CountLabels(const rt::Column& column, const ValueCounts& counts, const EnumInfo& labels) {
  std::vector<store::BandCount> bands;
  for (const EnumMember& member : labels.members) bands.push_back({member.name, 0});
  ForEachValue(column, counts, [&](int64_t label, uint64_t n) {
    if (label != column.unknown()) bands[static_cast<size_t>(label)].n += n;
  });
  return bands;
}

class Gatherer {
 public:
  Gatherer(const Compiled& compiled, const Loaded& loaded, const Executed& executed)
      : compiled_(compiled), lowered_(*compiled.lowered), loaded_(loaded), executed_(executed) {}

  std::vector<store::ObjectResults> Gather() {
    const check::CheckedProgram& checked = compiled_.checked;
    std::vector<store::ObjectResults> all;
    for (size_t o = 0; o < checked.catalog.objects.size(); ++o) {
      const ObjectId object(o);
      store::ObjectResults out{.object = checked.catalog[object].name,
                               .keys = &loaded_.data.data.tables[o].keys,
                               .ids_are_text = loaded_.data.objects[o].ids_are_text};
      for (size_t i = 0; i < checked.scores.size(); ++i) {
        if (checked.scores[i].object == object && Written(lowered_.scores[i])) out.scores.push_back(Score(i));
      }
      for (size_t i = 0; i < checked.grids.size(); ++i) {
        if (checked.grids[i].object == object && Written(lowered_.grids[i])) out.scores.push_back(Grid(i));
      }
      for (size_t i = 0; i < checked.segments.size(); ++i) {
        if (checked.segments[i].object != object || !Written(lowered_.segments[i])) continue;
        out.segments.push_back({.name = std::string(checked.segments[i].decl->name.text),
                                .members = &ColumnOf(lowered_.segments[i]),
                                .changes = ChangesOf(lowered_.segments[i])});
      }
      if (!out.scores.empty() || !out.segments.empty()) all.push_back(std::move(out));
    }
    return all;
  }

 private:
  // Not those of older versions of workflows.
  bool Written(lower::ResultRef ref) const { return lowered_.program.results[ref.object.index()][ref.column].written; }
  const rt::Column& ColumnOf(lower::ResultRef ref) const {
    return executed_.results.columns[ref.object.index()][ref.column];
  }
  const rt::ChangedCells* ChangesOf(lower::ResultRef ref) const {
    return executed_.differences.empty() ? nullptr : &executed_.differences[ref.object.index()][ref.column];
  }

  store::ScoreResult Score(size_t index) const {
    const check::ScoreInfo& info = compiled_.checked.scores[index];
    store::ScoreResult result{.name = std::string(info.decl->name.text),
                              .points = &ColumnOf(lowered_.scores[index]),
                              .points_changes = ChangesOf(lowered_.scores[index])};
    if (info.bands.valid()) {
      result.band_changes = ChangesOf(lowered_.bands[index]);
      result.band = &ColumnOf(lowered_.bands[index]);
      result.labels = &compiled_.checked.catalog[info.bands];
    }
    return result;
  }

  store::ScoreResult Grid(size_t index) const {
    const check::GridInfo& info = compiled_.checked.grids[index];
    return {.name = std::string(info.decl->name.text),
            .band = &ColumnOf(lowered_.grids[index]),
            .labels = &compiled_.checked.catalog[info.labels],
            .band_changes = ChangesOf(lowered_.grids[index])};
  }

  const Compiled& compiled_;
  const lower::LowerResult& lowered_;
  const Loaded& loaded_;
  const Executed& executed_;
};

}  // namespace

std::vector<store::ObjectResults> GatherResults(const Compiled& compiled, const Loaded& loaded,
                                                const Executed& executed) {
  return Gatherer(compiled, loaded, executed).Gather();
}

void SummariseResults(std::span<const store::ObjectResults> results, const CountsOf& counts,
                      store::RunSummary& summary) {
  summary.scores.clear();
  summary.segments.clear();
  ValueCounts counted;
  const auto counts_of = [&](const rt::Column& column) -> const ValueCounts& {
    const ValueCounts* known = counts ? counts(column) : nullptr;
    if (known != nullptr && known->complete()) return *known;
    counted = ValueCounts::Of(column);
    return counted;
  };
  for (const store::ObjectResults& object : results) {
    for (const store::ScoreResult& score : object.scores) {
      const bool is_grid = score.points == nullptr;
      store::ScoreSummary sums = is_grid ? store::ScoreSummary{.n = score.band->size()}
                                         : SummaryOfPoints(*score.points, counts_of(*score.points));
      sums.object = object.object;
      sums.name = score.name;
      sums.is_grid = is_grid;
      if (score.band != nullptr) sums.bands = CountLabels(*score.band, counts_of(*score.band), *score.labels);
      if (!is_grid) std::ranges::reverse(sums.bands);
      summary.scores.push_back(std::move(sums));
    }
    for (const store::SegmentResult& segment : object.segments) {
      store::SegmentSummary sums{.object = object.object, .name = segment.name};
      ForEachValue(*segment.members, counts_of(*segment.members),
                   [&](int64_t value, uint64_t n) { sums.members += value == 1 ? n : 0; });
      summary.segments.push_back(std::move(sums));
    }
  }
}

}  // namespace saiten::driver
