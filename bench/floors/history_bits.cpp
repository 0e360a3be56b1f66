#include <bit>

#include "bench/floors/history.h"

#if defined(__AVX512BW__) && defined(__AVX512VL__)
// GCC 12 takes the undefined operand of its own intrinsics for a mistake.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#endif

namespace saiten::bench {
namespace {

// Which events of a block count, a bit each, and how many do in the words before.
struct Bits {
  std::vector<uint64_t> words;
  std::vector<uint32_t> before;

  void Resize(uint32_t events) {
    if (words.size() < events / 64 + 2) {
      words.resize(events / 64 + 2);
      before.resize(events / 64 + 2);
    }
  }
  void Count(uint32_t events) {
    uint32_t sum = 0;
    for (uint32_t word = 0; word <= events / 64; ++word) {
      before[word] = sum;
      sum += static_cast<uint32_t>(std::popcount(words[word]));
    }
  }
  // How many of the first `events` count.
  uint32_t Rank(uint32_t events) const {
    const uint64_t below = (uint64_t{1} << (events % 64)) - 1;
    return before[events / 64] + static_cast<uint32_t>(std::popcount(words[events / 64] & below));
  }
};

#if defined(__AVX512BW__) && defined(__AVX512VL__)

// The paths that pass, 1,024 of them in two registers.
struct PathTable {
  __m512i low, high;
  explicit PathTable(const std::vector<uint8_t>& pricing) {
    alignas(64) uint32_t words[32] = {};
    for (size_t i = 0; i < pricing.size(); ++i) words[i / 32] |= static_cast<uint32_t>(pricing[i]) << (i % 32);
    low = _mm512_load_si512(words);
    high = _mm512_load_si512(words + 16);
  }
  // Of 16 paths; an unknown one is negative.
  __mmask16 Pass(const int16_t* paths) const {
    const __m512i path = _mm512_cvtepi16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(paths)));
    const __m512i word = _mm512_permutex2var_epi32(low, _mm512_srli_epi32(path, 5), high);
    const __m512i bit = _mm512_sllv_epi32(_mm512_set1_epi32(1), _mm512_and_si512(path, _mm512_set1_epi32(31)));
    return _mm512_mask_test_epi32_mask(_mm512_cmpge_epi32_mask(path, _mm512_setzero_si512()), word, bit);
  }
};

void Mark(const History& history, const Histories& in, bool filtered, uint32_t first, uint32_t count, Bits& bits) {
  const int32_t* times = history.seconds.data() + first;
  const int16_t* paths = history.path.data() + first;
  const __m512i after = _mm512_set1_epi32(in.after);
  const __m512i until = _mm512_set1_epi32(in.until);
  const PathTable table(in.pricing);
  for (uint32_t word = 0; word <= count / 64; ++word) {
    uint64_t marks = 0;
    for (uint32_t part = 0; part < 4; ++part) {
      const uint32_t i = word * 64 + part * 16;
      const __m512i time = _mm512_loadu_si512(times + i);
      __mmask16 hit = _mm512_mask_cmple_epi32_mask(_mm512_cmpgt_epi32_mask(time, after), time, until);
      if (filtered) hit &= table.Pass(paths + i);
      marks |= static_cast<uint64_t>(hit) << (16 * part);
    }
    bits.words[word] = marks;
  }
}

#else

void Mark(const History& history, const Histories& in, bool filtered, uint32_t first, uint32_t count, Bits& bits) {
  const int32_t* times = history.seconds.data() + first;
  const int16_t* paths = history.path.data() + first;
  for (uint32_t word = 0; word <= count / 64; ++word) {
    uint64_t marks = 0;
    for (uint32_t i = 0; i < 64; ++i) {
      const int32_t time = times[word * 64 + i];
      const int16_t path = paths[word * 64 + i];
      const bool passes = !filtered || (path >= 0 && in.pricing[static_cast<size_t>(path)] != 0);
      marks |= static_cast<uint64_t>((time > in.after) & (time <= in.until) & passes) << i;
    }
    bits.words[word] = marks;
  }
}

#endif

}  // namespace

void HistoryByBits(const Histories& in, const AttributeScores& fit, HistoryScores& out, size_t begin, size_t end) {
  thread_local Bits opens;
  thread_local Bits views;
  const auto prepare = [&](const History& history, bool filtered, Bits& bits) {
    const uint32_t first = history.offsets[begin];
    const uint32_t count = history.offsets[end] - first;
    bits.Resize(count);
    Mark(history, in, filtered, first, count, bits);
    bits.Count(count);
    return first;
  };
  const uint32_t first_open = prepare(in.opens, false, opens);
  const uint32_t first_view = prepare(in.views, in.filtered, views);
  uint32_t opens_before = 0;
  uint32_t views_before = 0;
  for (size_t row = begin; row < end; ++row) {
    const uint32_t opens_now = opens.Rank(in.opens.offsets[row + 1] - first_open);
    const uint32_t views_now = views.Rank(in.views.offsets[row + 1] - first_view);
    const uint32_t opened = opens_now - opens_before;
    const auto behaviour = static_cast<int32_t>((opened < 10 ? opened : 10) + 3 * (views_now - views_before));
    opens_before = opens_now;
    views_before = views_now;
    const int32_t total = behaviour + fit.fit[row];
    out.behaviour[row] = behaviour;
    out.total[row] = total;
    out.temperature[row] = static_cast<int8_t>((total >= 30) + (total >= 50));
  }
}

}  // namespace saiten::bench
