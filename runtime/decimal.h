#pragma once

#include <cstdint>
#include <limits>

// Fixed-point numbers of rules (sem N7, N7a): a 64-bit integer and a scale known at compile time of the rule. The value
// of (v, scale) is v * 10^-scale. INT64_MIN is kept free as the stored form of "unknown", so every number lies in
// [kNumberMin, kNumberMax]; what would leave that range is held at its end and `*saturated` becomes true (R9001; it is
// never reset here, so that one flag may watch a whole row). All rounding is half away from zero.
namespace saiten::rt {

inline constexpr int64_t kNumberMax = std::numeric_limits<int64_t>::max();
inline constexpr int64_t kNumberMin = -kNumberMax;
inline constexpr int kMaxScale = 9;       // decimal(n): n <= 9 (sem N7a)
inline constexpr int kQuotientScale = 6;  // `/` and `avg` give decimal(6) (sem N7a)
inline constexpr int kPointScale = 3;     // points are milli-points (sem N7)

__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;

// 10^n as an integer, 0 <= n <= 18.
constexpr int64_t Pow10(int n) {
  constexpr int64_t kPowers[] = {1,
                                 10,
                                 100,
                                 1'000,
                                 10'000,
                                 100'000,
                                 1'000'000,
                                 10'000'000,
                                 100'000'000,
                                 1'000'000'000,
                                 10'000'000'000,
                                 100'000'000'000,
                                 1'000'000'000'000,
                                 10'000'000'000'000,
                                 100'000'000'000'000,
                                 1'000'000'000'000'000,
                                 10'000'000'000'000'000,
                                 100'000'000'000'000'000,
                                 1'000'000'000'000'000'000};
  return kPowers[n];
}

// `value` held inside the range of numbers.
constexpr int64_t Saturate(Int128 value, bool* saturated) {
  if (value > kNumberMax) {
    *saturated = true;
    return kNumberMax;
  }
  if (value < kNumberMin) {
    *saturated = true;
    return kNumberMin;
  }
  return static_cast<int64_t>(value);
}

// a + b of one scale.
constexpr int64_t Add(int64_t a, int64_t b, bool* saturated) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum) && sum != std::numeric_limits<int64_t>::min()) return sum;
  *saturated = true;
  return a > 0 ? kNumberMax : kNumberMin;
}

// a - b of one scale.
constexpr int64_t Sub(int64_t a, int64_t b, bool* saturated) { return Add(a, -b, saturated); }

// -a: never saturates, for the range is symmetric.
constexpr int64_t Negate(int64_t a) { return -a; }

// The distance of a from 0.
constexpr int64_t Abs(int64_t a) { return a < 0 ? -a : a; }

// a * b of integers, or of a decimal and an integer; the scale stays.
constexpr int64_t Mul(int64_t a, int64_t b, bool* saturated) {
  int64_t product = 0;
  if (!__builtin_mul_overflow(a, b, &product) && product != std::numeric_limits<int64_t>::min()) return product;
  *saturated = true;
  return (a < 0) == (b < 0) ? kNumberMax : kNumberMin;
}

// numerator / denominator, rounded; denominator != 0, |denominator| < 2^126.
constexpr Int128 DivRound(Int128 numerator, Int128 denominator) {
  if (numerator == static_cast<int64_t>(numerator) && denominator == static_cast<int64_t>(denominator) &&
      numerator > kNumberMin && denominator > kNumberMin) {
    // 64-bit division is several times faster, and nearly every value of a rule is small enough for it.
    const int64_t n = static_cast<int64_t>(numerator);
    const int64_t d = static_cast<int64_t>(denominator);
    const int64_t quotient = n / d;
    const int64_t rest = Abs(n % d);
    const bool up = rest >= Abs(d) - rest;
    return up ? ((n < 0) == (d < 0) ? Int128{quotient} + 1 : Int128{quotient} - 1) : Int128{quotient};
  }
  const Int128 quotient = numerator / denominator;
  const Int128 rest = numerator % denominator;
  const Int128 rest_size = rest < 0 ? -rest : rest;
  const Int128 size = denominator < 0 ? -denominator : denominator;
  if (rest_size < size - rest_size) return quotient;
  return (numerator < 0) == (denominator < 0) ? quotient + 1 : quotient - 1;
}

// a * b / c with one rounding at the end; 0 for c = 0 (a lane that is unknown by sem N6 needs no branch).
constexpr int64_t MulDivRound(int64_t a, int64_t b, int64_t c, bool* saturated) {
  if (c == 0) return 0;
  return Saturate(DivRound(Int128{a} * b, c), saturated);
}

// The same value at another scale, rounded where decimals are lost; the scales differ by at most 18.
constexpr int64_t Rescale(int64_t value, int from_scale, int to_scale, bool* saturated) {
  if (to_scale == from_scale) return value;
  if (to_scale > from_scale) return Mul(value, Pow10(to_scale - from_scale), saturated);
  return static_cast<int64_t>(DivRound(value, Pow10(from_scale - to_scale)));
}

// The scale of a + b and a - b: the larger one.
constexpr int AddScale(int scale_a, int scale_b) { return scale_a > scale_b ? scale_a : scale_b; }

// The scale of a * b: the sum, at most 9.
constexpr int MulScale(int scale_a, int scale_b) {
  return scale_a + scale_b < kMaxScale ? scale_a + scale_b : kMaxScale;
}

// a + b of any two scales, at AddScale of them.
constexpr int64_t AddDecimal(int64_t a, int scale_a, int64_t b, int scale_b, bool* saturated) {
  const int scale = AddScale(scale_a, scale_b);
  return Saturate(Int128{a} * Pow10(scale - scale_a) + Int128{b} * Pow10(scale - scale_b), saturated);
}

// a - b of any two scales, at AddScale of them.
constexpr int64_t SubDecimal(int64_t a, int scale_a, int64_t b, int scale_b, bool* saturated) {
  return AddDecimal(a, scale_a, -b, scale_b, saturated);
}

// a * b / 10^digits with one rounding at the end; digits 0..18.
constexpr int64_t MulScaled(int64_t a, int64_t b, int digits, bool* saturated) {
  const Int128 product = Int128{a} * b;
  return Saturate(digits == 0 ? product : DivRound(product, Pow10(digits)), saturated);
}

// a * b of any two scales, at MulScale of them, rounded once.
constexpr int64_t MulDecimal(int64_t a, int scale_a, int64_t b, int scale_b, bool* saturated) {
  return MulScaled(a, b, scale_a + scale_b - MulScale(scale_a, scale_b), saturated);
}

// a / b of any two scales at `scale` (6 by sem N7a), rounded once; 0 for b = 0, which the caller makes unknown (sem
// N6). scale + scale_b - scale_a lies in -18..18.
constexpr int64_t DivDecimal(int64_t a, int scale_a, int64_t b, int scale_b, bool* saturated,
                             int scale = kQuotientScale) {
  if (b == 0) return 0;
  const int shift = scale + scale_b - scale_a;
  if (shift >= 0) return Saturate(DivRound(Int128{a} * Pow10(shift), b), saturated);
  return Saturate(DivRound(a, Int128{b} * Pow10(-shift)), saturated);
}

// div(a, b): the quotient rounded down (sem N7a); 0 for b = 0.
constexpr int64_t FloorDiv(int64_t a, int64_t b) {
  if (b == 0) return 0;
  const int64_t quotient = a / b;
  return quotient - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

// mod(a, b) = a - b * div(a, b): has the sign of b; 0 for b = 0.
constexpr int64_t FloorMod(int64_t a, int64_t b) {
  if (b == 0) return 0;
  const int64_t rest = a % b;
  return (rest != 0 && (rest < 0) != (b < 0)) ? rest + b : rest;
}

// sum / count at 10^digits times its scale (`avg` gives decimal(6)), rounded once; count > 0, the sum at most 96 bits.
constexpr int64_t Average(Int128 sum, int64_t count, int digits, bool* saturated) {
  // A factor of 10^9 would not fit beside such a sum, so the whole part is scaled on its own.
  const Int128 divisor = Int128{count} * (digits < 0 ? Pow10(-digits) : 1);
  const Int128 factor = digits > 0 ? Pow10(digits) : 1;
  const Int128 scaled = DivRound(sum % divisor * factor, divisor);
  return Saturate(sum / divisor * factor + scaled, saturated);
}

// -1, 0 or 1 as a is less than, equal to or greater than b; exact for any two scales.
constexpr int CompareDecimal(int64_t a, int scale_a, int64_t b, int scale_b) {
  const Int128 left = Int128{a} * Pow10(scale_a < scale_b ? scale_b - scale_a : 0);
  const Int128 right = Int128{b} * Pow10(scale_b < scale_a ? scale_a - scale_b : 0);
  return left < right ? -1 : (left > right ? 1 : 0);
}

// round(x, digits): the nearest value with at most `digits` decimals, at the same scale. digits 0..9.
constexpr int64_t RoundTo(int64_t value, int scale, int digits, bool* saturated) {
  if (digits >= scale) return value;
  const int64_t unit = Pow10(scale - digits);
  return Saturate(DivRound(value, unit) * unit, saturated);
}

}  // namespace saiten::rt
