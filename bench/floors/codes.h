#pragma once

#include <cstddef>
#include <cstdint>

#include "bench/population/population.h"

// Which numbers the texts of the rules have: what a programmer would write down as an enum.
namespace saiten::bench::code {

inline constexpr int8_t kUnknown8 = -128;
inline constexpr int16_t kUnknown16 = -32768;

// Order of the lists in population.cpp; CheckCodes aborts where they differ.
enum Industry : int8_t { kIt, kFinance, kHealthcare, kManufacturing };
enum Title : int8_t { kStaff, kManager, kDirector, kExecutive };
enum Origin : int8_t { kLeadAddForm = 2 };
enum Source : int8_t { kGoogle = 0, kOlarkChat = 2, kReference = 4, kWelingak = 5 };
enum Occupation : int8_t { kWorkingProfessional = 1 };

// Whether a specialization contains "Management".
inline constexpr uint32_t kManagementBits = 0xb0de;

void CheckCodes();

}  // namespace saiten::bench::code
