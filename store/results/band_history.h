#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/cell.h"
#include "store/sqlite/sqlite.h"

namespace saiten::store {

// Adds to the history of band changes (view saiten_band_changes), inside the caller's transaction. Names are stored
// once, as numbers that stay: rules come and go, the history does not. Private to store/.
class BandHistory {
 public:
  static constexpr int64_t kNone = 0;  // no band

  static Result<BandHistory> Open(Connection& connection, int64_t run);

  // The number of a name of an object, score or band; from 1.
  Result<int64_t> NumberOf(std::string_view name);
  Status Add(int64_t object, const Cell& id, int64_t score, int64_t from, int64_t to);
  // Takes back what was added of one object.
  Status Forget(int64_t object);
  uint64_t added() const { return added_; }

 private:
  Statement find_, insert_name_, insert_, forget_;
  std::map<std::string, int64_t, std::less<>> numbers_;
  Connection* connection_ = nullptr;
  uint64_t added_ = 0;
};

}  // namespace saiten::store
