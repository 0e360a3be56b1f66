#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/dataset.h"

namespace saiten::store {

// Finds rows by key. Keys are added in row order; rows are numbered from 0. An open-addressing table over the keys,
// which it owns until they are taken.
class KeyMap {
 public:
  explicit KeyMap(bool is_text) : is_text_(is_text) {}

  // All keys of a table, in its order, none twice; frozen.
  static KeyMap Of(const rt::Keys& keys);

  static constexpr uint32_t kNone = 0xffffffffu;

  // The row with this key, or kNone. The map must be of that kind.
  uint32_t Find(int64_t key) const {
    if (consecutive_) {
      const uint64_t at = static_cast<uint64_t>(key) - static_cast<uint64_t>(smallest_);
      return at < ints_.size() ? static_cast<uint32_t>(at) : kNone;
    }
    if (!dense_.empty()) {
      const uint64_t at = static_cast<uint64_t>(key) - static_cast<uint64_t>(smallest_);
      return at < dense_.size() ? dense_[at] : kNone;
    }
    return Lookup(HashOf(key), [&](uint32_t row) { return ints_[row] == key; });
  }
  uint32_t Find(std::string_view key) const {
    return Lookup(HashOf(key), [&](uint32_t row) { return TextAt(row) == key; });
  }
  // Adds a key as the next row; the row that has it already if there is one, else kNone.
  uint32_t Add(int64_t key);
  uint32_t Add(std::string_view key);

  // Adds a key as the next row without looking for it: of a part of a table, which AddAll puts together.
  void Push(int64_t key) { ints_.push_back(key); }
  void Push(std::string_view key);
  // Adds all keys of a part as the next rows. False if a key is repeated: then the map is good for nothing.
  bool AddAll(const KeyMap& part);

  // Nothing is added any more: keys that are numbers close together, as most are, then need no hashing, which is most
  // of the time that finding the owners of events takes.
  void Freeze();

  size_t size() const { return is_text_ ? ends_.size() : ints_.size(); }
  bool is_text() const { return is_text_; }
  std::string Spell(uint32_t row) const { return is_text_ ? std::string(TextAt(row)) : std::to_string(ints_[row]); }
  // The keys in the order of rows. Nothing can be found after that.
  rt::Keys Take();
  // Those of the rows `order` alone.
  rt::Keys Take(const std::vector<uint32_t>& order);

 private:
  struct Slot {
    uint32_t hash = 0;
    uint32_t row = kNone;
  };
  static uint32_t HashOf(int64_t key);
  static uint32_t HashOf(std::string_view key);
  template <typename IsRow>
  uint32_t Lookup(uint32_t hash, IsRow is_row) const {
    if (slots_.empty()) return kNone;
    const size_t mask = slots_.size() - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
      const Slot& slot = slots_[at];
      if (slot.row == kNone || (slot.hash == hash && is_row(slot.row))) return slot.row;
    }
  }
  void Insert(uint32_t hash, uint32_t row);
  // Enters rows that were added without.
  void InsertAll();

  std::string_view TextAt(uint32_t row) const {
    const uint64_t begin = row == 0 ? 0 : ends_[row - 1];
    return {bytes_.data() + begin, static_cast<size_t>(ends_[row] - begin)};
  }

  bool is_text_;
  std::vector<int64_t> ints_;
  std::vector<char> bytes_;  // texts one behind the other
  std::vector<uint64_t> ends_;
  std::vector<uint32_t> dense_;  // once frozen: by key - smallest_; empty where keys lie far apart
  int64_t smallest_ = 0;
  bool consecutive_ = false;  // once frozen: the key of each row is one more than that of the row before
  std::vector<Slot> slots_;   // a power of two, at most half full; empty while AddAll found only rising numbers
};

}  // namespace saiten::store
