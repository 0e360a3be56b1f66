#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "compiler/types/catalog.h"
#include "compiler/types/needs.h"
#include "store/data_errors.h"
#include "store/load/load.h"
#include "store/snapshot/container.h"

// What a load gave, kept beside the database so that the next run maps it instead of reading every row: columns, keys,
// texts with their hash tables, event series, relations, lists, the row numbers they came from, counts and examples of
// data errors. Deleting it costs time and nothing else.
namespace saiten::store {

// What a snapshot is good for: any difference makes it worthless.
struct SnapshotKey {
  uint64_t schema = 0;  // SchemaHash
  std::string zone;     // of local times in the data, with the version of the zone data; empty: none
  std::string created;  // which records that workflows made are among the data (CreatedMark); empty: none
  bool operator==(const SnapshotKey&) const = default;
};
SnapshotKey KeyOf(const Catalog& catalog, const rt::Zone* zone);

std::string SnapshotPathOf(const std::string& database);

// What a snapshot is, apart from its contents.
struct SnapshotStamp {
  SnapshotKey key;
  std::string state;  // what the database was when it was read (store/changes), as bytes
  uint64_t id = 0;    // names this one snapshot
  int64_t now = 0;    // the clock of the run that made it; not kept
};
uint64_t NewSnapshotId();

// A snapshot on disk: mapped, with what describes it read and checked, its contents not yet.
class Snapshot {
 public:
  // nullopt: there is none. Errors and `threads` as of Container::Open.
  static Result<std::optional<Snapshot>> Open(const std::string& path, size_t threads = 0);

  const SnapshotStamp& stamp() const { return stamp_; }
  // What it was loaded for; only to be asked when the key is that of `catalog`.
  Needs needs(const Catalog& catalog) const;
  // The error for a stamp that is whole but cannot be.
  Error Damage() const { return container_.Damage(); }

  // What a load for `needs` with this clock would give, in the snapshot's memory; nullopt if it does not hold all of
  // it. Bands of the run before are not in it (LoadBandsBefore). Only with the snapshot's own key.
  // kCorrupt if what is used of it is damaged; `errors` may then hold some.
  Result<std::optional<LoadedData>> Map(const Catalog& catalog, const Needs& needs, int64_t now, DataErrors& errors);

 private:
  explicit Snapshot(Container container) : container_(std::move(container)) {}

  Container container_;
  SnapshotStamp stamp_;
  Needs needs_;
};

// Writes what a load for `needs` gave, in the place of what is there. Errors as ContainerWriter.
Status WriteSnapshot(const std::string& path, const SnapshotStamp& stamp, const Catalog& catalog, const Needs& needs,
                     const LoadedData& data, const DataErrors& errors);

}  // namespace saiten::store
