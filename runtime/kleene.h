#pragma once

// Three-valued logic (sem N4). A truth value is two bits, `is_true` and `known`; true without known never occurs.
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

constexpr Tri FromBool(bool value) { return {value, true}; }
// A value with its known bit; the value of an unknown row may be anything.
constexpr Tri FromBool(bool value, bool known) { return {value && known, known}; }

// min: false if either is known to be false.
constexpr Tri And(Tri a, Tri b) {
  const bool is_true = a.is_true && b.is_true;
  return {is_true, is_true || (a.known && !a.is_true) || (b.known && !b.is_true)};
}

// max: true if either is true.
constexpr Tri Or(Tri a, Tri b) {
  const bool is_true = a.is_true || b.is_true;
  return {is_true, is_true || (a.known && b.known)};
}

// Swaps true and false.
constexpr Tri Not(Tri a) { return {a.known && !a.is_true, a.known}; }

// At a rule boundary unknown counts as not true (sem N4).
constexpr bool Holds(Tri a) { return a.is_true; }

}  // namespace saiten::rt
