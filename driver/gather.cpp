#include "driver/gather.h"

#include <algorithm>

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

store::ScoreSummary SummaryOfPoints(const rt::Column& points) {
  store::ScoreSummary summary{.n = points.size()};
  if (points.size() == 0) return summary;
  summary.min = summary.max = points.Raw(0);
  double sum = 0;
  bool whole = true;
  for (size_t row = 0; row < points.size(); ++row) {
    const int64_t value = points.Raw(row);
    summary.min = std::min(summary.min, value);
    summary.max = std::max(summary.max, value);
    whole = whole && value % kPoint == 0;
    sum += static_cast<double>(value);
  }
  summary.mean = sum / static_cast<double>(points.size());
  int64_t range = 0;
  // Points at both ends of what can be counted: no histogram.
  if (__builtin_sub_overflow(summary.max, summary.min, &range)) return summary;
  summary.bar = BarFor(range, whole);
  const int64_t first = FloorTo(summary.min, summary.bar);
  std::vector<uint64_t> bars(static_cast<size_t>((summary.max - first) / summary.bar) + 1);
  for (size_t row = 0; row < points.size(); ++row) {
    ++bars[static_cast<size_t>(points.Raw(row) - first) / static_cast<size_t>(summary.bar)];
  }
  for (size_t i = 0; i < bars.size(); ++i) {
    if (bars[i] > 0) summary.bars.push_back({first + static_cast<int64_t>(i) * summary.bar, bars[i]});
  }
  return summary;
}

std::vector<store::BandCount> CountLabels(const rt::Column& column, const EnumInfo& labels) {
  std::vector<store::BandCount> counts;
  for (const EnumMember& member : labels.members) counts.push_back({member.name, 0});
  for (size_t row = 0; row < column.size(); ++row) {
    if (column.Known(row)) ++counts[static_cast<size_t>(column.Raw(row))].n;
  }
  return counts;
}

class Gatherer {
 public:
  Gatherer(const Compiled& compiled, const Loaded& loaded, const rt::Results& results)
      : compiled_(compiled), lowered_(*compiled.lowered), loaded_(loaded), results_(results) {}

  std::vector<store::ObjectResults> Gather() {
    const check::CheckedProgram& checked = compiled_.checked;
    std::vector<store::ObjectResults> all;
    for (size_t o = 0; o < checked.catalog.objects.size(); ++o) {
      const ObjectId object(o);
      store::ObjectResults out{.object = checked.catalog[object].name,
                               .keys = &loaded_.data.data.tables[o].keys,
                               .ids_are_text = loaded_.data.objects[o].ids_are_text};
      for (size_t i = 0; i < checked.scores.size(); ++i) {
        if (checked.scores[i].object == object) out.scores.push_back(Score(i));
      }
      for (size_t i = 0; i < checked.grids.size(); ++i) {
        if (checked.grids[i].object == object) out.scores.push_back(Grid(i));
      }
      for (size_t i = 0; i < checked.segments.size(); ++i) {
        if (checked.segments[i].object != object) continue;
        out.segments.push_back(
            {.name = std::string(checked.segments[i].decl->name.text), .members = &ColumnOf(lowered_.segments[i])});
      }
      if (!out.scores.empty() || !out.segments.empty()) all.push_back(std::move(out));
    }
    return all;
  }

 private:
  const rt::Column& ColumnOf(lower::ResultRef ref) const { return results_.columns[ref.object.index()][ref.column]; }

  store::ScoreResult Score(size_t index) const {
    const check::ScoreInfo& info = compiled_.checked.scores[index];
    store::ScoreResult result{.name = std::string(info.decl->name.text), .points = &ColumnOf(lowered_.scores[index])};
    if (info.bands.valid()) {
      result.band = &ColumnOf(lowered_.bands[index]);
      result.labels = &compiled_.checked.catalog[info.bands];
    }
    return result;
  }

  store::ScoreResult Grid(size_t index) const {
    const check::GridInfo& info = compiled_.checked.grids[index];
    return {.name = std::string(info.decl->name.text),
            .band = &ColumnOf(lowered_.grids[index]),
            .labels = &compiled_.checked.catalog[info.labels]};
  }

  const Compiled& compiled_;
  const lower::LowerResult& lowered_;
  const Loaded& loaded_;
  const rt::Results& results_;
};

}  // namespace

std::vector<store::ObjectResults> GatherResults(const Compiled& compiled, const Loaded& loaded,
                                                const rt::Results& results, store::RunSummary& summary) {
  auto gathered = Gatherer(compiled, loaded, results).Gather();
  SummariseResults(gathered, summary);
  return gathered;
}

void SummariseResults(std::span<const store::ObjectResults> results, store::RunSummary& summary) {
  summary.scores.clear();
  summary.segments.clear();
  for (const store::ObjectResults& object : results) {
    for (const store::ScoreResult& score : object.scores) {
      const bool is_grid = score.points == nullptr;
      store::ScoreSummary sums =
          is_grid ? store::ScoreSummary{.n = score.band->size()} : SummaryOfPoints(*score.points);
      sums.object = object.object;
      sums.name = score.name;
      sums.is_grid = is_grid;
      if (score.band != nullptr) sums.bands = CountLabels(*score.band, *score.labels);
      if (!is_grid) std::ranges::reverse(sums.bands);
      summary.scores.push_back(std::move(sums));
    }
    for (const store::SegmentResult& segment : object.segments) {
      store::SegmentSummary sums{.object = object.object, .name = segment.name};
      for (size_t row = 0; row < segment.members->size(); ++row) sums.members += segment.members->Raw(row) == 1 ? 1 : 0;
      summary.segments.push_back(std::move(sums));
    }
  }
}

}  // namespace saiten::driver
