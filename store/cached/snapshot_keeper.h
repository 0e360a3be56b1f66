#pragma once

#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "base/words.h"
#include "store/data_errors.h"
#include "store/load/load.h"
#include "store/snapshot/snapshot.h"

// Private to store/cached.
namespace saiten::store {

// Writes a snapshot in the background. Everything it is given must outlive it, but for the errors, which it copies.
class SnapshotKeeper {
 public:
  SnapshotKeeper(std::string path, SnapshotStamp stamp, const Catalog& catalog, Needs needs, const LoadedData& data,
                 const DataErrors& errors);
  SnapshotKeeper(const SnapshotKeeper&) = delete;
  SnapshotKeeper& operator=(const SnapshotKeeper&) = delete;
  ~SnapshotKeeper();

  // Waits for the end.
  Status Finish();

 private:
  Status status_;
  std::function<void()> write_;
  std::thread thread_;
};

}  // namespace saiten::store
