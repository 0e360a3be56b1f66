#include "store/cached/snapshot_keeper.h"

#include "base/parallel.h"

namespace saiten::store {

SnapshotKeeper::SnapshotKeeper(std::string path, SnapshotStamp stamp, const Catalog& catalog, Needs needs,
                               const LoadedData& data, const DataErrors& errors)
    : write_([this, path = std::move(path), stamp = std::move(stamp), &catalog, needs = std::move(needs), &data,
              errors] { status_ = WriteSnapshot(path, stamp, catalog, needs, data, errors); }),
      thread_(TryThread([this] { write_(); })) {
  if (!thread_.joinable()) write_();
}

SnapshotKeeper::~SnapshotKeeper() {
  if (thread_.joinable()) thread_.join();
}

Status SnapshotKeeper::Finish() {
  if (thread_.joinable()) thread_.join();
  return std::exchange(status_, Status());
}

}  // namespace saiten::store
