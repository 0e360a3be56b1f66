#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "base/check.h"
#include "runtime/column.h"

namespace saiten::rt {

// Calls visit(values) with the stored numbers of a column in their own type, unknown among them
// (kUnknownValue<T>): loops over all rows that do not look at the width for each.
template <typename Visit>
auto WithValues(const Column& column, Visit visit) {
  const auto as = [&]<typename T>(T) { return visit(std::span(static_cast<const T*>(column.data()), column.size())); };
  switch (column.width()) {
    case Width::k1:
      return as(int8_t{});
    case Width::k2:
      return as(int16_t{});
    case Width::k4:
      return as(int32_t{});
    case Width::k8:
      return as(int64_t{});
  }
  SAITEN_UNREACHABLE("Width");
}

template <typename T>
inline constexpr T kUnknownValue = std::numeric_limits<T>::min();

}  // namespace saiten::rt
