#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bench/floors/attributes.h"
#include "bench/floors/memory.h"

// What a programmer would write by hand for bench/rules/w2.rules and w2_plain.rules, behind the loop for w1.rules.
namespace saiten::bench {

// The events of one type, those of contact i at [offsets[i], offsets[i + 1]), by time. Times are kept twice, for
// layouts that would choose one or the other.
struct History {
  Array<uint32_t> offsets;
  Array<int64_t> micros;   // of the epoch
  Array<int32_t> seconds;  // of the epoch
  Array<int16_t> path;     // negative: unknown
};

struct Histories {
  History opens, views;
  int32_t after = 0;             // seconds: the window is after this, up to and with
  int32_t until = 0;             // that
  bool filtered = true;          // page views count only where their path passes
  std::vector<uint8_t> pricing;  // by path: begins with "/pricing"
};

// Points are whole, bands from the lowest.
struct HistoryScores {
  explicit HistoryScores(size_t rows) : behaviour(rows), total(rows), temperature(rows) {}
  Array<int32_t> behaviour, total;
  Array<int8_t> temperature;
};

// Each computes rows [begin, end), for which `fit` is known.
using HistoryLoop = void (*)(const Histories& in, const AttributeScores& fit, HistoryScores& out, size_t begin,
                             size_t end);
// Every event of a contact is looked at.
void HistoryByScan(const Histories&, const AttributeScores&, HistoryScores&, size_t, size_t);
// The window is found by binary search in 4-byte times.
void HistoryBySearch(const Histories&, const AttributeScores&, HistoryScores&, size_t, size_t);
// From the latest event back, until one is older than the window.
void HistoryFromLatest(const Histories&, const AttributeScores&, HistoryScores&, size_t, size_t);
// All events of a block of contacts at once: whether each counts, as bytes, in vector code; then their sums by contact.
void HistoryByMarks(const Histories&, const AttributeScores&, HistoryScores&, size_t, size_t);
// The same as bits, made 16 at a time; a contact's count is a difference of ranks, so nothing depends on a branch.
void HistoryByBits(const Histories&, const AttributeScores&, HistoryScores&, size_t, size_t);

}  // namespace saiten::bench
