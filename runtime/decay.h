#pragma once

#include <array>
#include <cstdint>

// What is left of the points of one occurrence at its age (sem SC4). Points are milli-points, ages and spans are
// microseconds >= 0 (events of the future are invisible, sem T3). A rate is in billionths: 25% is 250'000'000; a rate
// outside 0..100% is held at its end. Integer arithmetic only, so that both engines agree to the bit. Nothing here can
// saturate: a decay never grows a number.
namespace saiten::rt {

inline constexpr int64_t kRateOne = 1'000'000'000;

// The square roots by which HalfLife builds 2^-f: kHalfLifeRoot[i - 1] = round(2^32 * 2^(-2^-i)), i = 1..32.
inline constexpr std::array<uint32_t, 32> kHalfLifeRoot = {
    3037000500, 3611622603, 3938502376, 4112874773, 4202935003, 4248701965, 4271771996, 4283353945,
    4289156690, 4292061010, 4293513907, 4294240540, 4294603903, 4294785595, 4294876445, 4294921870,
    4294944583, 4294955939, 4294961618, 4294964457, 4294965876, 4294966586, 4294966941, 4294967119,
    4294967207, 4294967252, 4294967274, 4294967285, 4294967290, 4294967293, 4294967295, 4294967295};

// points * max(0, 1 - rate * steps), rounded once. Steps: StepsBetween in local_time.h.
int64_t DecayLinear(int64_t points, int64_t rate, int64_t steps);

// points * (1 - rate)^steps, rounded after each step; each step takes off at least one milli-point until 0 is reached.
int64_t DecayCompound(int64_t points, int64_t rate, int64_t steps);

// points * 2^(-age / half_life) by the integer definition of SC4; half_life > 0.
int64_t DecayHalfLife(int64_t points, int64_t age, int64_t half_life);

}  // namespace saiten::rt
