#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "store/changes/state.h"
#include "store/sqlite/sqlite.h"

// A run writes its results into the database whose changes it follows. This tells its own writing from that of others.
namespace saiten::store {

// That nothing happened between a state and a database but what the log says and runs of ours wrote. Kept in the folder
// beside the database; where it is missing, a run only counts rows once more.
struct SeenDatabase {
  std::string state;        // IdOf of the state
  std::string fingerprint;  // of the database

  static std::string IdOf(const DatabaseState& state);
  // nullopt if there is none, or none that can be read.
  static std::optional<SeenDatabase> Read(const std::string& database);
  // Replaces what is there. A failure costs time in the next run and nothing else, so it is not reported.
  void Write(const std::string& database) const;
};

// Whether nobody has committed anything since the database had this fingerprint; false also where that cannot be told,
// as while somebody writes: nothing is waited for.
bool IsUnchangedSince(const std::string& database, const std::string& fingerprint);

class OwnWrite {
 public:
  // First of all inside the write transaction. `base` may be null: a run that read without a snapshot.
  static Result<OwnWrite> Begin(Connection& connection, const ReadBase* base);
  // The same for a write that has read nothing of the user's: whether the database has changed since the last run stays
  // as it was.
  static Result<OwnWrite> BeginUnread(Connection& connection);
  // Whether the database is as `base` says: nobody has written between the reading and this transaction.
  bool linked() const { return linked_; }
  // Last inside the transaction: notes in the log that tables of ours were made or dropped, so that this is not taken
  // for a change by others, and drops the part of the log that the snapshot holds already.
  Status BeforeCommit();
  // After the commit: remembers the database as it is now, unless others have written since it was read; its
  // fingerprint, empty where it is not known or there was nothing to remember.
  std::string AfterCommit();

 private:
  explicit OwnWrite(Connection& connection) : connection_(&connection) {}

  Connection* connection_;
  const ReadBase* base_ = nullptr;
  std::string state_;  // what the database is linked to
  int64_t schema_version_ = 0;
  int64_t data_version_ = 0;
  bool linked_ = false;
};

}  // namespace saiten::store
