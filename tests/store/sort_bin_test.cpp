// Events kept in bins of narrow records, and put in order bin by bin, are those that went in.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <tuple>

#include "base/memory_limit.h"
#include "store/load/sort_bin.h"
#include "store/load/text_memo.h"

namespace saiten::store {
namespace {

struct Event {
  uint32_t owner;
  int64_t time;
  int64_t arrival;
  int64_t value;
  size_t number;  // in the order in which it was added
};

class SortBinTest : public testing::Test {
 protected:
  // Adds the events in three parts, sorts them and compares with sorting them plainly.
  void Check(size_t owners, std::vector<Event> events, bool by_arrival) {
    const BinShape shape(owners);
    std::vector<std::unique_ptr<EventBins>> parts;
    for (int i = 0; i < 3; ++i) parts.push_back(std::make_unique<EventBins>(shape, 2));
    std::vector<std::byte*> dropped;
    for (size_t i = 0; i < events.size(); ++i) {
      events[i].number = i;
      const int64_t values[] = {events[i].arrival, events[i].value};
      EventBins& part = *parts[i * 3 / events.size()];
      std::byte* const record = part.Add(events[i].owner, events[i].time, values);
      if (i % 17 == 5) {
        part.Drop(record);
        part.Drop(record);
      }
    }
    std::erase_if(events, [](const Event& event) { return event.number % 17 == 5; });

    SortedSeries sorted{.owners = owners};
    sorted.offsets = NewMemory((owners + 1) * sizeof(uint32_t));
    sorted.seconds = std::ranges::all_of(parts, [](const auto& part) { return part->widest().seconds; });
    sorted.times = NewMemory(events.size() * (sorted.seconds ? sizeof(uint32_t) : sizeof(int64_t)));
    for (size_t column = 0; column < 2; ++column) {
      rt::Width width = rt::Width::k1;
      for (const auto& part : parts) width = std::max(width, part->widest().widths[column]);
      sorted.columns.push_back({width, NewMemory(events.size() * 8), {}});
    }
    if (by_arrival) sorted.arrival = 0;
    std::vector<const EventBins*> all;
    for (const auto& part : parts) all.push_back(part.get());
    uint32_t start = 0;
    for (size_t bin = 0; bin < shape.bins(); ++bin) {
      SortBin(shape, bin, all, start, sorted);
      for (const auto& part : parts) {
        start += static_cast<uint32_t>(part->kept(bin));
        part->Free(bin);
      }
    }
    ASSERT_EQ(start, events.size());

    std::ranges::sort(events, [&](const Event& a, const Event& b) {
      return std::tuple(a.owner, a.time, by_arrival ? a.arrival : 0, a.number) <
             std::tuple(b.owner, b.time, by_arrival ? b.arrival : 0, b.number);
    });
    const auto* offsets = static_cast<const uint32_t*>(sorted.offsets.get());
    const auto times_of = [&]<typename T>(T) {
      return rt::Times(rt::Array<T>(static_cast<const T*>(sorted.times.get()), events.size(), sorted.times));
    };
    const rt::Times times = sorted.seconds ? times_of(uint32_t{}) : times_of(int64_t{});
    const rt::Column arrivals(sorted.columns[0].width, events.size(), sorted.columns[0].values);
    const rt::Column values(sorted.columns[1].width, events.size(), sorted.columns[1].values);
    size_t at = 0;
    for (uint32_t owner = 0; owner < owners; ++owner) {
      ASSERT_EQ(offsets[owner], at) << owner;
      for (; at < events.size() && events[at].owner == owner; ++at) {
        ASSERT_EQ(times[at], events[at].time) << at;
        ASSERT_EQ(arrivals.Raw(at), events[at].arrival) << at;
        ASSERT_EQ(values.Known(at), events[at].value != EventBins::kUnknown) << at;
        if (values.Known(at)) {
          ASSERT_EQ(values.Raw(at), events[at].value) << at;
        }
      }
    }
    EXPECT_EQ(at, events.size());
  }

  std::mt19937 random_{20260630};
};

TEST_F(SortBinTest, ManyOwnersAndWideningValues) {
  std::vector<Event> events;
  for (int64_t i = 0; i < 60'000; ++i) {
    const int64_t second = 1'700'000'000 + i / 3 + static_cast<int64_t>(random_() % 100);
    const int64_t value =
        random_() % 9 == 0 ? EventBins::kUnknown : i * i * i % (i < 20'000 ? 100 : 10'000'000'000) - 50;
    events.push_back({static_cast<uint32_t>(random_() % 5'000), second * 1'000'000 + (i > 40'000 ? i % 7 : 0),
                      static_cast<int64_t>(random_() % 1'000), value, 0});
  }
  Check(5'000, events, false);
  Check(5'000, events, true);
}

TEST_F(SortBinTest, OneOwnerAndTimesOutsideOfThirtyTwoBits) {
  std::vector<Event> events;
  for (int64_t i = 0; i < 3'000; ++i) {
    const int64_t seconds[] = {-5, 0, int64_t{UINT32_MAX}, int64_t{UINT32_MAX} + 1};
    events.push_back({0, seconds[i < 1'000 ? 1 + i % 2 : i % 4] * 1'000'000, 7, i, 0});
  }
  Check(1, events, true);
}

TEST_F(SortBinTest, EveryOwnerIsInOneBin) {
  for (const size_t owners : {0, 1, 255, 256, 257, 1'000'003}) {
    const BinShape shape(owners);
    EXPECT_LE(shape.bins(), 256u);
    uint32_t next = 0;
    for (size_t bin = 0; bin < shape.bins(); ++bin) {
      EXPECT_EQ(shape.First(bin), next);
      next = shape.End(bin);
      if (next > shape.First(bin)) {
        EXPECT_EQ(shape.BinOf(shape.First(bin)), bin);
        EXPECT_EQ(shape.BinOf(next - 1), bin);
      }
    }
    EXPECT_EQ(next, owners);
  }
}

TEST(TextMemoTest, FindsExactlyWhatWasPutIn) {
  TextMemo<int> memo;
  std::vector<std::string> texts = {"",
                                    "a",
                                    "aa",
                                    "aaa",
                                    "ab",
                                    "ba",
                                    "abc",
                                    "acb",
                                    std::string(1, '\0'),
                                    "12345678",
                                    "123456789",
                                    "1234567812345678",
                                    "1234567812345678x",
                                    "12345678yz345678",
                                    "12345678yy12345678",
                                    "12345678zz12345678",
                                    std::string(300, 'x')};
  for (int length = 1; length < 40; ++length) texts.push_back(std::string(static_cast<size_t>(length), 'q'));
  for (size_t i = 0; i < texts.size(); ++i) {
    memo.Put(texts[i], static_cast<int>(i));
    for (size_t other = 0; other < texts.size(); ++other) {
      const int* const found = memo.Find(texts[other]);
      if (found != nullptr) {
        EXPECT_EQ(texts[static_cast<size_t>(*found)], texts[other]);
      }
    }
    if (texts[i].size() < 200) {
      ASSERT_NE(memo.Find(texts[i]), nullptr) << texts[i];
    }
  }
}

}  // namespace
}  // namespace saiten::store
