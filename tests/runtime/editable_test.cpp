#include "runtime/editable.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <tuple>

namespace saiten::rt {
namespace {

constexpr uint32_t kOwners = 7;

std::vector<std::vector<uint32_t>> ListsOf(const Adjacency& adjacency) {
  std::vector<std::vector<uint32_t>> lists;
  for (size_t owner = 0; owner + 1 < adjacency.offsets.size(); ++owner) {
    lists.emplace_back(adjacency.rows.begin() + adjacency.BeginOf(owner),
                       adjacency.rows.begin() + adjacency.EndOf(owner));
  }
  return lists;
}

TEST(AdjacencyEditor, IsWhatReversingTheRelationGives) {
  std::mt19937 random(1);
  const auto below = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  for (int round = 0; round < 200; ++round) {
    std::vector<int64_t> targets;
    for (uint32_t row = 0; row < 20; ++row) targets.push_back(below(3) == 0 ? -1 : int64_t{below(kOwners)});
    const auto relation = [&] {
      std::vector<std::vector<uint32_t>> lists(kOwners);
      for (uint32_t row = 0; row < targets.size(); ++row) {
        if (targets[row] >= 0) lists[static_cast<size_t>(targets[row])].push_back(row);
      }
      return lists;
    };
    std::vector<uint32_t> offsets = {0};
    std::vector<uint32_t> rows;
    for (const auto& list : relation()) {
      rows.insert(rows.end(), list.begin(), list.end());
      offsets.push_back(static_cast<uint32_t>(rows.size()));
    }
    Adjacency adjacency{std::move(offsets), std::move(rows)};
    AdjacencyEditor editor(adjacency);
    for (int edit = 0; edit < 60; ++edit) {
      const uint32_t row = below(20);
      const int64_t before = targets[row];
      targets[row] = below(4) == 0 ? -1 : int64_t{below(kOwners)};
      if (before >= 0) editor.Remove(static_cast<uint32_t>(before), row);
      if (targets[row] >= 0) editor.Add(static_cast<uint32_t>(targets[row]), row);
      ASSERT_EQ(ListsOf(adjacency), relation());
    }
    const auto edited = ListsOf(adjacency);
    editor.Pack();
    EXPECT_TRUE(adjacency.in_order());
    EXPECT_EQ(ListsOf(adjacency), edited);
  }
}

TEST(AdjacencyEditor, DoesNothingTwice) {
  Adjacency adjacency{{0, 1, 1}, {4}};
  AdjacencyEditor editor(adjacency);
  editor.Add(0, 4);
  editor.Remove(1, 4);
  editor.AddTarget();
  editor.Add(2, 9);
  EXPECT_EQ(ListsOf(adjacency), (std::vector<std::vector<uint32_t>>{{4}, {}, {9}}));
}

using Event = std::tuple<int64_t, uint32_t, int64_t>;  // time, arrival, field

std::vector<std::vector<Event>> EventsOf(const EventSeries& series) {
  std::vector<std::vector<Event>> events;
  for (size_t record = 0; record + 1 < series.offsets.size(); ++record) {
    auto& of = events.emplace_back();
    for (uint32_t place = series.BeginOf(record); place < series.EndOf(record); ++place) {
      of.emplace_back(series.times[place], series.arrival[place], series.fields[0].Raw(place));
    }
  }
  return events;
}

TEST(SeriesEditor, KeepsEventsInTheirOrder) {
  std::mt19937 random(2);
  const auto below = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  for (int round = 0; round < 100; ++round) {
    std::vector<std::vector<Event>> expected(kOwners);
    EventSeries series;
    series.offsets = std::vector<uint32_t>(kOwners + 1, 0);
    series.fields.resize(1);
    series.pools.resize(1);
    SeriesEditor editor(series);
    for (uint32_t arrival = 0; arrival < 80; ++arrival) {
      const uint32_t record = below(kOwners);
      auto& events = expected[record];
      if (below(4) == 0 && !events.empty()) {
        const uint32_t at = below(static_cast<uint32_t>(events.size()));
        events.erase(events.begin() + at);
        editor.Remove(record, series.BeginOf(record) + at);
      } else {
        const Event event{below(30), arrival, below(1000)};
        events.insert(std::ranges::upper_bound(events, event), event);
        const int64_t field = std::get<2>(event);
        const uint32_t place = editor.Insert(record, std::get<0>(event), arrival, std::span(&field, 1));
        ASSERT_EQ(series.times[place], std::get<0>(event));
      }
      ASSERT_EQ(EventsOf(series), expected);
    }
    editor.Pack();
    EXPECT_TRUE(series.in_order());
    EXPECT_EQ(EventsOf(series), expected);
  }
}

// What is added again and again moves rarely: the places stay within a small multiple of the events.
TEST(SeriesEditor, GrowsWithItsEvents) {
  EventSeries series;
  series.offsets = std::vector<uint32_t>(3, 0);
  SeriesEditor editor(series);
  constexpr uint32_t kEvents = 20'000;
  for (uint32_t i = 0; i < kEvents; ++i) editor.Insert(i % 2, i, i, {});
  EXPECT_LT(series.size(), 6 * kEvents);
  EXPECT_EQ(series.EndOf(1) - series.BeginOf(1), kEvents / 2);
}

}  // namespace
}  // namespace saiten::rt
