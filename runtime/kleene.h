#pragma once

#include <cstdint>

// Three-valued logic (sem N4, N9). A truth value is two bits, `is_true` and `known`; true without known never occurs.
namespace saiten::rt {

// One truth value: true, false or unknown.
struct Tri {
  bool is_true = false;
  bool known = false;

  friend constexpr bool operator==(Tri, Tri) = default;
};

inline constexpr Tri kTrue{true, true};
inline constexpr Tri kFalse{false, true};
inline constexpr Tri kUnknown{false, false};

// The truth values of 64 rows: bit i is row i.
struct TriMask {
  uint64_t is_true = 0;
  uint64_t known = 0;

  friend constexpr bool operator==(TriMask, TriMask) = default;
};

constexpr Tri FromBool(bool value) { return {value, true}; }
// A value with its known bit; the value of an unknown row may be anything.
constexpr Tri FromBool(bool value, bool known) { return {value && known, known}; }
constexpr TriMask FromMask(uint64_t value, uint64_t known) { return {value & known, known}; }

// min: false if either is known to be false.
constexpr Tri And(Tri a, Tri b) {
  const bool is_true = a.is_true && b.is_true;
  return {is_true, is_true || (a.known && !a.is_true) || (b.known && !b.is_true)};
}
constexpr TriMask And(TriMask a, TriMask b) {
  const uint64_t is_true = a.is_true & b.is_true;
  return {is_true, is_true | (a.known & ~a.is_true) | (b.known & ~b.is_true)};
}

// max: true if either is true.
constexpr Tri Or(Tri a, Tri b) {
  const bool is_true = a.is_true || b.is_true;
  return {is_true, is_true || (a.known && b.known)};
}
constexpr TriMask Or(TriMask a, TriMask b) {
  const uint64_t is_true = a.is_true | b.is_true;
  return {is_true, is_true | (a.known & b.known)};
}

// Swaps true and false.
constexpr Tri Not(Tri a) { return {a.known && !a.is_true, a.known}; }
constexpr TriMask Not(TriMask a) { return {a.known & ~a.is_true, a.known}; }

// `a or unknown`: what is not known counts as true (sem N5).
constexpr Tri OrUnknown(Tri a) { return {a.is_true || !a.known, true}; }
constexpr TriMask OrUnknown(TriMask a) { return {a.is_true | ~a.known, ~uint64_t{0}}; }

// At a rule boundary unknown counts as not true (sem N4).
constexpr bool Holds(Tri a) { return a.is_true; }
constexpr uint64_t Holds(TriMask a) { return a.is_true; }

}  // namespace saiten::rt
