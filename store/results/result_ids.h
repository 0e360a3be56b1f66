#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/dataset.h"
#include "store/cell.h"

namespace saiten::store {

// The ids of one object's records as they are written: in the form that the source has (sem SC1b), whatever type the
// rules read them as. A view of `keys`. Private to store/.
class ResultIds {
 public:
  ResultIds(const rt::Keys& keys, bool ids_are_text) : keys_(&keys), as_text_(ids_are_text) {}

  size_t size() const { return keys_->size(); }
  // An integer or a text; what needs spelling is spelled into `*buffer`. Different rows have different ids.
  Cell At(size_t row, std::string* buffer) const;
  // Whether every id is an integer.
  bool AllIntegers() const;
  // Whether those of some rows are.
  bool AreIntegers(std::span<const uint32_t> rows) const;
  // Rows in the order in which SQLite sorts their ids: all, or those given, which must be rising.
  std::vector<uint32_t> Order() const;
  void Sort(std::vector<uint32_t>& rows) const;

 private:
  const rt::Keys* keys_;
  bool as_text_;
};

// As SQLite orders integers and texts: integers first, texts by their bytes. Below 0, 0 or above.
int CompareIds(const Cell& a, const Cell& b);

}  // namespace saiten::store
