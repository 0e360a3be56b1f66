#include "store/load/key_map.h"

#include <algorithm>
#include <functional>

namespace saiten::store {
namespace {

uint32_t Fold(uint64_t hash) { return static_cast<uint32_t>(hash ^ hash >> 32); }

}  // namespace

uint32_t KeyMap::HashOf(int64_t key) {
  // The finaliser of splitmix64: rising keys spread over the whole table.
  auto hash = static_cast<uint64_t>(key);
  hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9u;
  hash = (hash ^ hash >> 27) * 0x94d049bb133111ebu;
  return Fold(hash ^ hash >> 31);
}

uint32_t KeyMap::HashOf(std::string_view key) { return Fold(std::hash<std::string_view>()(key)); }

uint32_t KeyMap::Add(int64_t key) {
  if (const uint32_t row = Find(key); row != kNone) return row;
  ints_.push_back(key);
  Insert(HashOf(key), static_cast<uint32_t>(ints_.size() - 1));
  return kNone;
}

uint32_t KeyMap::Add(std::string_view key) {
  if (const uint32_t row = Find(key); row != kNone) return row;
  Push(key);
  Insert(HashOf(key), static_cast<uint32_t>(ends_.size() - 1));
  return kNone;
}

void KeyMap::Push(std::string_view key) {
  bytes_.insert(bytes_.end(), key.begin(), key.end());
  ends_.push_back(bytes_.size());
}

void KeyMap::InsertAll() {
  for (size_t row = 0; row < size(); ++row) {
    const auto number = static_cast<uint32_t>(row);
    Insert(is_text_ ? HashOf(TextAt(number)) : HashOf(ints_[row]), number);
  }
}

bool KeyMap::AddAll(const KeyMap& part) {
  // Keys are mostly numbers that the database counts up: nothing has to be looked for then.
  const bool rising = !is_text_ && slots_.empty() &&
                      (ints_.empty() || part.ints_.empty() || ints_.back() < part.ints_.front()) &&
                      std::ranges::is_sorted(part.ints_, std::less_equal());
  if (rising) {
    ints_.insert(ints_.end(), part.ints_.begin(), part.ints_.end());
    return true;
  }
  if (slots_.empty()) InsertAll();
  for (uint32_t row = 0; row < part.size(); ++row) {
    if ((is_text_ ? Add(part.TextAt(row)) : Add(part.ints_[row])) != kNone) return false;
  }
  return true;
}

void KeyMap::Freeze() {
  if (ints_.empty()) return;
  const auto [smallest, largest] = std::ranges::minmax(ints_);
  const uint64_t range = static_cast<uint64_t>(largest) - static_cast<uint64_t>(smallest);
  if (range / 4 >= ints_.size()) {
    if (slots_.empty()) InsertAll();
    return;
  }
  smallest_ = smallest;
  slots_ = {};
  // Keys are not repeated.
  consecutive_ = range == ints_.size() - 1 && std::ranges::is_sorted(ints_);
  if (consecutive_) return;
  dense_.assign(range + 1, kNone);
  for (uint32_t row = 0; row < ints_.size(); ++row) {
    dense_[static_cast<uint64_t>(ints_[row]) - static_cast<uint64_t>(smallest_)] = row;
  }
}

KeyMap KeyMap::Of(const rt::Keys& keys) {
  KeyMap map(keys.is_text);
  for (size_t row = 0; row < keys.size(); ++row) keys.is_text ? map.Add(keys.texts[row]) : map.Add(keys.ints[row]);
  map.Freeze();
  return map;
}

rt::Keys KeyMap::Take() {
  rt::Keys keys{.is_text = is_text_};
  slots_ = {};
  dense_ = {};
  if (is_text_) {
    ends_.insert(ends_.begin(), 0);
    keys.texts = {std::move(ends_), std::move(bytes_)};
  } else {
    keys.ints = std::move(ints_);
  }
  return keys;
}

rt::Keys KeyMap::Take(const std::vector<uint32_t>& order) {
  KeyMap picked(is_text_);
  for (uint32_t row : order) {
    if (!is_text_) {
      picked.ints_.push_back(ints_[row]);
      continue;
    }
    const std::string_view text = TextAt(row);
    picked.bytes_.insert(picked.bytes_.end(), text.begin(), text.end());
    picked.ends_.push_back(picked.bytes_.size());
  }
  *this = KeyMap(is_text_);
  return picked.Take();
}

void KeyMap::Insert(uint32_t hash, uint32_t row) {
  auto place = [this](const Slot& slot) {
    const size_t mask = slots_.size() - 1;
    size_t at = slot.hash & mask;
    while (slots_[at].row != kNone) at = (at + 1) & mask;
    slots_[at] = slot;
  };
  if ((size() + 1) * 2 > slots_.size()) {
    std::vector<Slot> old(slots_.empty() ? 16 : slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.row != kNone) place(slot);
    }
  }
  place({hash, row});
}

}  // namespace saiten::store
