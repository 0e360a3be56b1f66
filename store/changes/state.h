#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/pages/row_counts.h"

// What a database was at one moment: enough to tell later whether, and where, it has changed since.
namespace saiten::store {

struct DatabaseState {
  // A table whose changes were all logged from this moment on.
  struct Logged {
    std::string table;             // its name in the database
    int64_t number = 0;            // of its triggers, and in the log
    std::vector<TablePart> parts;  // at least one
    int64_t rows() const {
      int64_t all = 0;
      for (const TablePart& part : parts) all += part.rows;
      return all;
    }
    bool operator==(const Logged&) const = default;
  };
  // A table whose changed rows are found by a column (store/load/row_marks.h).
  struct Watched {
    std::string table;  // its name in the database
    std::string column;
    // Of how the table was made, so that a row number still means the same row; where VACUUM may number rows anew,
    // also of schema_version.
    uint64_t definition = 0;
    bool operator==(const Watched&) const = default;
  };

  // Of the file and its write-ahead log: any commit of anybody changes it. Empty: it could not be told.
  std::string fingerprint;
  // SQLite's own number, which each change of tables, indexes and triggers and each VACUUM moves on.
  int64_t schema_version = 0;
  // The last row of the change log. Its random token tells it from a row of that number in a restored copy that was
  // written on. 0: there was no log.
  int64_t log_seq = 0;
  int64_t log_token = 0;
  std::vector<Logged> logged;
  std::vector<Watched> watched;  // tables without a log whose schema names a column of the last change

  bool operator==(const DatabaseState&) const = default;

  // As bytes, to be kept; nullopt for bytes that Encode did not make.
  std::string Encode() const;
  static std::optional<DatabaseState> Decode(std::string_view bytes);
};

// A row of the change log: up to there somebody knows what happened.
struct LogPosition {
  int64_t seq = 0;  // 0: before all
  int64_t token = 0;
  bool operator==(const LogPosition&) const = default;
};

// What a run has read: the state that its snapshot is of, and the database as the run saw it.
struct ReadBase {
  DatabaseState state;
  std::string fingerprint;  // empty: not known
  // Where the log is up to which the snapshot on the disk holds everything: one that is still being written may never
  // get there. 0: there is none.
  int64_t durable_seq = 0;
};

}  // namespace saiten::store
