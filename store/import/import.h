#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/words.h"
#include "compiler/types/catalog.h"
#include "runtime/zone.h"
#include "store/data_errors.h"

namespace saiten::store {

// What the rows of the file are.
using ImportTarget = std::variant<ObjectId, EventId, ListId>;

struct ImportOptions {
  bool create_objects = false;     // events, lists: add the records that they name and that do not exist
  bool dry_run = false;            // do everything and take it back
  std::optional<char> delimiter;   // `,` `;` or tab; absent: told by the first line
  std::string encoding;            // "utf-8", "shift_jis", "utf-16"; empty: told by the file
  const rt::Zone* zone = nullptr;  // to tell values that would not load
  int busy_ms = 5000;
  std::function<void(uint64_t rows)> progress;  // about every 100,000 rows
};

struct ImportReport {
  struct BadRow {
    uint64_t line;
    Text reason;
  };
  uint64_t rows = 0;  // in the file, below the names
  uint64_t inserted = 0;
  uint64_t updated = 0;
  uint64_t unchanged = 0;            // already there
  uint64_t other = 0;                // not of this event: its `where` says so
  uint64_t bad = 0;                  // left out
  std::vector<BadRow> bad_rows;      // the first 1,000 of them
  uint64_t records_created = 0;      // create_objects
  std::vector<Text> created;         // "table `contacts`", "column `contacts.phone`"
  std::vector<Text> matched;         // columns of the file: "`Lead Source` as `source`"
  std::vector<std::string> ignored;  // columns of the file that the schema does not know
  std::vector<Text> missing;         // properties that the file does not have
  bool numbered = false;             // the file has no key: records got the number of their row
  std::string encoding;
  char delimiter = ',';
  uint64_t bad_characters = 0;
  std::vector<Text> warnings;  // of the values of a column as a whole
};

// Reads a CSV file (gzip-compressed or not) into the tables of the schema, in one transaction; makes the database,
// tables and columns where they are missing. Records are found again by their key, events by their id; events without
// an id are counted for each distinct row, so that importing a file twice changes nothing. A column that the file lacks
// stays as it is, an empty cell becomes null. Values are stored as they are; those that would not load are counted in
// `errors`. Errors: kIo, kCorrupt: the file or the database; kUsage: the names in the first line do not fit; kRefused:
// the target is a view.
Result<ImportReport> Import(const std::string& csv_path, const std::string& database, const Catalog& catalog,
                            ImportTarget target, const ImportOptions& options, DataErrors& errors);

}  // namespace saiten::store
