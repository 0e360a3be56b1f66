#include "runtime/occurrences.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace saiten::rt {
namespace {

// Up to this size comparing all pairs beats hashing.
constexpr size_t kSmall = 16;

}  // namespace

RowRange WindowOf(const Times& times, uint32_t begin, uint32_t end, int64_t after, int64_t until) {
  const auto first = std::upper_bound(times.begin() + begin, times.begin() + end, after);
  const auto last = std::upper_bound(first, times.begin() + end, until);
  return {static_cast<uint32_t>(first - times.begin()), static_cast<uint32_t>(last - times.begin())};
}

uint32_t OwnerOf(const EventSeries& series, uint32_t place) {
  if (place >= series.offsets.back()) {
    const auto behind =
        std::ranges::upper_bound(series.moved, place, {}, [&](uint32_t record) { return series.begins[record]; });
    return *(behind - 1);
  }
  const auto behind = std::ranges::upper_bound(series.offsets, place);
  return static_cast<uint32_t>(behind - series.offsets.begin() - 1);
}

size_t KeepUnique(int64_t* items, size_t size) {
  size_t kept = 0;
  if (size <= kSmall) {
    for (size_t i = 0; i < size; ++i) {
      if (std::find(items, items + kept, items[i]) == items + kept) items[kept++] = items[i];
    }
    return kept;
  }
  std::unordered_set<int64_t> seen;
  seen.reserve(size);
  for (size_t i = 0; i < size; ++i) {
    if (seen.insert(items[i]).second) items[kept++] = items[i];
  }
  return kept;
}

size_t KeepDistinct(int64_t* items, size_t size, const int64_t* keys, const uint8_t* known, bool latest) {
  // Which element stands for a key; then one pass that keeps those.
  std::vector<uint8_t> stays(size);
  std::unordered_set<int64_t> seen;
  for (size_t step = 0; step < size; ++step) {
    const size_t i = latest ? size - 1 - step : step;
    stays[i] = known[i] == 0 || seen.insert(keys[i]).second;
  }
  size_t kept = 0;
  for (size_t i = 0; i < size; ++i) {
    if (stays[i] != 0) items[kept++] = items[i];
  }
  return kept;
}

void NumberTexts(int64_t* keys, const uint8_t* known, size_t size, const TextStore& texts) {
  std::unordered_map<std::string_view, int64_t> numbers;
  for (size_t i = 0; i < size; ++i) {
    if (known[i] == 0) continue;
    keys[i] = numbers.try_emplace(texts.Nfkc(keys[i]), static_cast<int64_t>(numbers.size())).first->second;
  }
}

size_t CapPeriod(int64_t* items, size_t size, const Times* times, int64_t most, TimeUnit unit, const Zone& zone) {
  size_t kept = 0;
  int64_t in_period = 0;
  int64_t period = 0;
  for (size_t i = 0; i < size; ++i) {
    const int64_t its_period = PeriodOf(OccurrenceTime(items[i], times), unit, zone);
    if (i == 0 || its_period != period) {
      period = its_period;
      in_period = 0;
    }
    if (in_period >= most) continue;
    ++in_period;
    items[kept++] = items[i];
  }
  return kept;
}

size_t CapRolling(int64_t* items, size_t size, const Times* times, int64_t most, int64_t n, TimeUnit unit,
                  const Zone& zone) {
  if (most <= 0) return 0;
  size_t kept = 0;
  const auto limit = static_cast<size_t>(most);
  for (size_t i = 0; i < size; ++i) {
    const int64_t time = OccurrenceTime(items[i], times);
    // Kept ones stand in order of time, so the one `limit` places back decides.
    if (kept >= limit && OccurrenceTime(items[kept - limit], times) > AgeBack(time, n, unit, zone)) continue;
    items[kept++] = items[i];
  }
  return kept;
}

size_t KeepLatest(int64_t* items, size_t size, int64_t most) {
  const size_t limit = most < 0 ? 0 : static_cast<size_t>(most);
  if (size <= limit) return size;
  std::copy(items + (size - limit), items + size, items);
  return limit;
}

namespace {

// Calls gap(from, next) for each time without an element: from an element or the anchor to the next one or `until`.
template <typename Gap>
void ForEachGap(const int64_t* items, size_t size, const Times* times, const int64_t* anchor, int64_t until, Gap gap) {
  size_t i = 0;
  if (anchor) {
    // Events before the anchor count from themselves up to it.
    while (i < size && OccurrenceTime(items[i], times) <= *anchor) ++i;
  }
  for (size_t e = 0; e < i; ++e) {
    const int64_t next = e + 1 < i ? OccurrenceTime(items[e + 1], times) : *anchor;
    gap(OccurrenceTime(items[e], times), std::min(next, until));
  }
  if (anchor) gap(*anchor, std::min(i < size ? OccurrenceTime(items[i], times) : until, until));
  for (; i < size; ++i) {
    const int64_t next = i + 1 < size ? OccurrenceTime(items[i + 1], times) : until;
    gap(OccurrenceTime(items[i], times), std::min(next, until));
  }
}

// Full stretches of `step` microseconds between two instants, which have room for all of their ends.
int64_t StretchesBetween(int64_t from, int64_t next, Int128 step) {
  if (next <= from || Int128{next} - from < step) return 0;
  return static_cast<int64_t>((Int128{std::min(next, kNumberMax)} - from) / step);
}

// Calls end(instant) for each full stretch of n months, quarters or years. They have no fixed length: the end of the
// k-th is counted from the start, so that the day does not drift.
template <typename End>
void ForEachMonthStretch(int64_t from, int64_t next, int64_t n, TimeUnit unit, const Zone& zone, End end) {
  for (int64_t k = 1;; ++k) {
    bool saturated = false;
    const int64_t at = MoveInstant(from, Saturate(Int128{n} * k, &saturated), unit, zone, &saturated);
    if (saturated || at > next) return;
    end(at);
  }
}

}  // namespace

void FindStretches(const int64_t* items, size_t size, const Times* times, const int64_t* anchor, int64_t until,
                   int64_t n, TimeUnit unit, const Zone& zone, std::vector<int64_t>& ends) {
  const Int128 step = Int128{FixedLength(unit)} * n;
  ForEachGap(items, size, times, anchor, until, [&](int64_t from, int64_t next) {
    if (step <= 0) {
      return ForEachMonthStretch(from, next, n, unit, zone, [&](int64_t end) { ends.push_back(end); });
    }
    const auto count = static_cast<size_t>(StretchesBetween(from, next, step));
    const size_t before = ends.size();
    ends.resize(before + count);
    // None of these ends is behind `next`, so none overflows.
    int64_t end = from;
    for (size_t k = 0; k < count; ++k) ends[before + k] = end += static_cast<int64_t>(step);
  });
}

int64_t CountStretches(const int64_t* items, size_t size, const Times* times, const int64_t* anchor, int64_t until,
                       int64_t n, TimeUnit unit, const Zone& zone) {
  const Int128 step = Int128{FixedLength(unit)} * n;
  int64_t count = 0;
  ForEachGap(items, size, times, anchor, until, [&](int64_t from, int64_t next) {
    if (step > 0) {
      count += StretchesBetween(from, next, step);
    } else {
      ForEachMonthStretch(from, next, n, unit, zone, [&](int64_t) { ++count; });
    }
  });
  return count;
}

void SortByTime(int64_t* items, size_t size, const Times& times, const uint32_t* arrival) {
  std::sort(items, items + size, [&](int64_t a, int64_t b) {
    const int64_t time_of_a = times[static_cast<size_t>(a)];
    const int64_t time_of_b = times[static_cast<size_t>(b)];
    if (time_of_a != time_of_b) return time_of_a < time_of_b;
    if (arrival && arrival[a] != arrival[b]) return arrival[a] < arrival[b];
    return a < b;
  });
}

void MergeByTime(std::span<const TimedList> lists, std::vector<TimedItem>& out) {
  out.clear();
  for (uint32_t list = 0; list < lists.size(); ++list) {
    for (uint32_t place = 0; place < lists[list].size; ++place) {
      out.push_back({OccurrenceTime(lists[list].items[place], lists[list].times), list, place});
    }
  }
  // Stable: elements stand by list and place already.
  std::ranges::stable_sort(out, {}, &TimedItem::time);
}

}  // namespace saiten::rt
