#pragma once

#include <cstdint>
#include <string_view>

#include "runtime/decimal.h"

// The hashes that assign variants, samples and spreads (sem A2, A2a). Pure: the same on every machine, for ever.
namespace saiten::rt {

inline constexpr uint64_t kFnvStart = 0xCBF29CE484222325u;

// FNV-1a over the bytes of `text`, going on from `state`.
constexpr uint64_t Fnv1a64(std::string_view text, uint64_t state = kFnvStart) {
  for (char c : text) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return state;
}

// The finaliser of splitmix64.
constexpr uint64_t Mix64(uint64_t x) {
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
  x = (x ^ x >> 27) * 0x94D049BB133111EBu;
  return x ^ x >> 31;
}

inline constexpr int64_t kBuckets = 10'000;

// The bucket 0..9999 of a unit in the split, sample or spread called `name`. The unit is the record's key as text: an
// integer key in decimal digits.
constexpr int64_t BucketOf(std::string_view name, std::string_view unit) {
  const uint64_t hash = Mix64(Fnv1a64(unit, Fnv1a64("\x1F", Fnv1a64(name))));
  return static_cast<int64_t>(UInt128{hash} * static_cast<uint64_t>(kBuckets) >> 64);
}
int64_t BucketOf(std::string_view name, int64_t unit);

}  // namespace saiten::rt
