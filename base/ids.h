#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace saiten {

// A 32-bit index into one kind of store. `Tag` keeps ids of different stores apart; a default one is invalid.
template <typename Tag>
struct Id {
  static constexpr uint32_t kInvalid = 0xffffffffu;
  uint32_t value = kInvalid;

  constexpr Id() = default;
  constexpr explicit Id(size_t v) : value(static_cast<uint32_t>(v)) {}
  constexpr bool valid() const { return value != kInvalid; }
  constexpr size_t index() const { return value; }
  friend constexpr auto operator<=>(Id, Id) = default;
};

}  // namespace saiten

template <typename Tag>
struct std::hash<saiten::Id<Tag>> {
  size_t operator()(saiten::Id<Tag> id) const noexcept { return std::hash<uint32_t>()(id.value); }
};
