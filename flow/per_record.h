#pragma once

#include <cstddef>
#include <vector>

#include "flow/record.h"

namespace saiten::flow {

// Something of each record, found by number: millions of them are asked for at each commit. Of a record nobody has
// written to there is nothing yet.
template <typename T>
class PerRecord {
 public:
  // Null where there is none.
  const T* Find(RecordId record) const {
    if (record.object >= objects_.size() || record.row >= objects_[record.object].size()) return nullptr;
    return &objects_[record.object][record.row];
  }
  T& operator[](RecordId record) {
    if (record.object >= objects_.size()) objects_.resize(record.object + 1);
    std::vector<T>& rows = objects_[record.object];
    if (record.row >= rows.size()) rows.resize(record.row + 1);
    return rows[record.row];
  }
  // `visit(record, value)` of all, in the order of their numbers.
  template <typename Visit>
  void ForEach(const Visit& visit) const {
    for (uint32_t object = 0; object < objects_.size(); ++object) {
      for (uint32_t row = 0; row < objects_[object].size(); ++row) visit(RecordId{object, row}, objects_[object][row]);
    }
  }

 private:
  std::vector<std::vector<T>> objects_;
};

}  // namespace saiten::flow
