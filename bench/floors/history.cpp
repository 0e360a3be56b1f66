#include "bench/floors/history.h"

#include <algorithm>

namespace saiten::bench {
namespace {

void Finish(const AttributeScores& fit, HistoryScores& out, size_t row, uint32_t opens, uint32_t views) {
  const auto behaviour = static_cast<int32_t>(std::min<uint32_t>(opens, 10) + 3 * views);
  const int32_t total = behaviour + fit.fit[row];
  out.behaviour[row] = behaviour;
  out.total[row] = total;
  out.temperature[row] = static_cast<int8_t>((total >= 30) + (total >= 50));
}

// The events of the window as places [first, last).
struct Places {
  uint32_t first, last;
};

Places SearchWindow(const History& history, size_t row, int32_t after, int32_t until) {
  const uint32_t begin = history.offsets[row];
  const uint32_t end = history.offsets[row + 1];
  const int32_t* times = history.seconds.data();
  // A few are faster to walk than to halve.
  if (end - begin <= 16) {
    Places places{begin, begin};
    for (uint32_t i = begin; i < end; ++i) {
      places.first += times[i] <= after;
      places.last += times[i] <= until;
    }
    return places;
  }
  const int32_t* first = std::upper_bound(times + begin, times + end, after);
  const int32_t* last = std::upper_bound(first, times + end, until);
  return {static_cast<uint32_t>(first - times), static_cast<uint32_t>(last - times)};
}

}  // namespace

void HistoryByScan(const Histories& in, const AttributeScores& fit, HistoryScores& out, size_t begin, size_t end) {
  const int64_t after = int64_t{in.after} * 1'000'000;
  const int64_t until = int64_t{in.until} * 1'000'000;
  for (size_t row = begin; row < end; ++row) {
    uint32_t opens = 0;
    uint32_t views = 0;
    for (uint32_t i = in.opens.offsets[row]; i < in.opens.offsets[row + 1]; ++i) {
      opens += in.opens.micros[i] > after && in.opens.micros[i] <= until;
    }
    for (uint32_t i = in.views.offsets[row]; i < in.views.offsets[row + 1]; ++i) {
      const int16_t path = in.views.path[i];
      const bool passes = !in.filtered || (path >= 0 && in.pricing[static_cast<size_t>(path)] != 0);
      views += passes && in.views.micros[i] > after && in.views.micros[i] <= until;
    }
    Finish(fit, out, row, opens, views);
  }
}

void HistoryBySearch(const Histories& in, const AttributeScores& fit, HistoryScores& out, size_t begin, size_t end) {
  for (size_t row = begin; row < end; ++row) {
    const Places opens = SearchWindow(in.opens, row, in.after, in.until);
    const Places window = SearchWindow(in.views, row, in.after, in.until);
    uint32_t views = window.last - window.first;
    if (in.filtered) {
      views = 0;
      for (uint32_t i = window.first; i < window.last; ++i) {
        const int16_t path = in.views.path[i];
        views += path >= 0 && in.pricing[static_cast<size_t>(path)] != 0;
      }
    }
    Finish(fit, out, row, opens.last - opens.first, views);
  }
}

void HistoryFromLatest(const Histories& in, const AttributeScores& fit, HistoryScores& out, size_t begin, size_t end) {
  for (size_t row = begin; row < end; ++row) {
    uint32_t opens = 0;
    uint32_t views = 0;
    for (uint32_t i = in.opens.offsets[row + 1]; i > in.opens.offsets[row]; --i) {
      const int32_t time = in.opens.seconds[i - 1];
      if (time <= in.after || opens == 10) break;
      opens += time <= in.until;
    }
    for (uint32_t i = in.views.offsets[row + 1]; i > in.views.offsets[row]; --i) {
      const int32_t time = in.views.seconds[i - 1];
      if (time <= in.after) break;
      const int16_t path = in.views.path[i - 1];
      const bool passes = !in.filtered || (path >= 0 && in.pricing[static_cast<size_t>(path)] != 0);
      views += passes && time <= in.until;
    }
    Finish(fit, out, row, opens, views);
  }
}

void HistoryByMarks(const Histories& in, const AttributeScores& fit, HistoryScores& out, size_t begin, size_t end) {
  const int32_t after = in.after;
  const int32_t until = in.until;
  const auto mark = [&](const History& history, bool filtered, std::vector<uint8_t>& marks) {
    const uint32_t first = history.offsets[begin];
    const uint32_t count = history.offsets[end] - first;
    if (marks.size() < count) marks.resize(count);
    const int32_t* times = history.seconds.data() + first;
    uint8_t* to = marks.data();
    for (uint32_t i = 0; i < count; ++i) to[i] = static_cast<uint8_t>((times[i] > after) & (times[i] <= until));
    if (!filtered) return;
    const int16_t* path = history.path.data() + first;
    const uint8_t* pricing = in.pricing.data();
    for (uint32_t i = 0; i < count; ++i) {
      if (to[i] != 0) to[i] = path[i] >= 0 ? pricing[path[i]] : 0;
    }
  };
  thread_local std::vector<uint8_t> opens;
  thread_local std::vector<uint8_t> views;
  mark(in.opens, false, opens);
  mark(in.views, in.filtered, views);
  const auto sum = [&](const History& history, const std::vector<uint8_t>& marks, size_t row) {
    const uint32_t first = history.offsets[begin];
    uint32_t total = 0;
    for (uint32_t i = history.offsets[row] - first; i < history.offsets[row + 1] - first; ++i) total += marks[i];
    return total;
  };
  for (size_t row = begin; row < end; ++row) {
    Finish(fit, out, row, sum(in.opens, opens, row), sum(in.views, views, row));
  }
}

}  // namespace saiten::bench
