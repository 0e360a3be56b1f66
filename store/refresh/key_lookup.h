#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>

#include "store/load/key_map.h"

// Private to store/refresh.
namespace saiten::store {

// Finds rows by key without reading all keys where they rise with the rows, as most do.
class KeyLookup {
 public:
  // `rise`: the keys are known to be integers that rise; else it is looked at.
  explicit KeyLookup(const rt::Keys& keys, bool rise = false)
      : keys_(keys), rising_(rise || (!keys.is_text && std::is_sorted(keys.ints.begin(), keys.ints.end()))) {}

  bool rising() const { return rising_; }
  static constexpr uint32_t kNone = KeyMap::kNone;
  uint32_t Find(int64_t key) {
    if (!rising_) return Map().Find(key);
    const auto at = std::lower_bound(keys_.ints.begin(), keys_.ints.end(), key);
    return at == keys_.ints.end() || *at != key ? kNone : static_cast<uint32_t>(at - keys_.ints.begin());
  }
  uint32_t Find(std::string_view key) { return Map().Find(key); }

 private:
  KeyMap& Map() {
    if (map_ == nullptr) map_ = std::make_unique<KeyMap>(KeyMap::Of(keys_));
    return *map_;
  }

  rt::Keys keys_;  // shares the memory
  bool rising_;
  std::unique_ptr<KeyMap> map_;
};

}  // namespace saiten::store
