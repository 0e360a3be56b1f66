#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

// Private to store/.
namespace saiten::store {

// Remembers what was found for texts of a column, so that one that comes again, as most do, costs a look at one place
// and no work on its bytes. It forgets whatever another text takes the place of.
template <typename Value>
class TextMemo {
 public:
  // What was last put in for exactly this text, or null.
  const Value* Find(std::string_view text) const {
    if (slots_.empty()) return nullptr;
    const Ends ends = EndsOf(text);
    const Slot& slot = slots_[PlaceOf(ends, text.size())];
    if (slot.size != text.size() + 1 || slot.ends.first != ends.first || slot.ends.last != ends.last) return nullptr;
    // Up to sixteen bytes are all in the ends.
    if (text.size() > 2 * sizeof(uint64_t) && std::memcmp(slot.text.data(), text.data(), text.size()) != 0)
      return nullptr;
    return &slot.value;
  }
  void Put(std::string_view text, Value value) {
    if (text.size() > kLongest) return;
    if (slots_.empty()) slots_.resize(kSlots);
    const Ends ends = EndsOf(text);
    Slot& slot = slots_[PlaceOf(ends, text.size())];
    slot.size = text.size() + 1;
    slot.ends = ends;
    if (text.size() > 2 * sizeof(uint64_t)) slot.text.assign(text);
    slot.value = value;
  }

 private:
  static constexpr size_t kSlots = 2048;
  static constexpr size_t kLongest = 200;

  // The first and the last eight bytes; shorter texts are all in them, whatever their length.
  struct Ends {
    uint64_t first = 0;
    uint64_t last = 0;
  };
  struct Slot {
    size_t size = 0;  // one more than the text's; 0: free
    Ends ends;
    Value value{};
    std::string text;  // of longer ones
  };

  template <typename T>
  static uint64_t Load(const char* at) {
    T value{};
    std::memcpy(&value, at, sizeof value);
    return value;
  }
  static Ends EndsOf(std::string_view text) {
    const char* const at = text.data();
    const size_t size = text.size();
    if (size >= 8) return {Load<uint64_t>(at), Load<uint64_t>(at + size - 8)};
    if (size >= 4) return {Load<uint32_t>(at), Load<uint32_t>(at + size - 4)};
    if (size == 0) return {};
    return {Load<uint8_t>(at) | Load<uint8_t>(at + size / 2) << 8 | Load<uint8_t>(at + size - 1) << 16, 0};
  }
  static size_t PlaceOf(Ends ends, size_t size) {
    const uint64_t hash = (ends.first * 0x9e3779b97f4a7c15u ^ ends.last) * 0xbf58476d1ce4e5b9u + size;
    return (hash * 0x94d049bb133111ebu) >> 53;
  }
  static_assert(kSlots == size_t{1} << (64 - 53));

  std::vector<Slot> slots_;  // kSlots once anything was put in
};

}  // namespace saiten::store
