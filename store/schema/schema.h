#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/source.h"
#include "base/words.h"
#include "compiler/types/catalog.h"
#include "runtime/zone.h"

namespace saiten::store {

struct PullOptions {
  std::string zone;  // of times that name none; empty: UTC is proposed, to be corrected
  int busy_ms = 5000;
  std::function<void(uint64_t rows)> progress;  // about every 100,000 rows
};

// Rules text for the tables, columns, foreign keys and values of a database: objects, relations both ways, enums of
// columns with few values, events of tables with a time and a foreign key. A proposal to edit, with comments on what
// was seen. Errors as Connection::Open; kUsage for a database without tables.
Result<std::string> PullSchema(const std::string& path, const PullOptions& options);

// One difference between the rules and the database.
struct SchemaFinding {
  enum class Kind : uint8_t {
    kNoTable,
    kNoColumn,
    kOtherType,  // values that are none of the declared type
    kNoZone,     // times without a zone, in rules without one
    kOutsideEnum,
    kRequiredUnknown,  // a property without `?` is unknown somewhere
    kKeyUnknown,
    kKeyRepeated,
    kNoSuchRecord,  // relations, owners and members whose key has no row
    kTimeUnknown,   // events without a time
    kNoRows,        // no row satisfies the `where` of an event
    kSerialDate,    // numbers that look like the day counts of a spreadsheet
    kNotInRules,    // a column that the rules do not name: for information
  };
  Kind kind;
  std::string subject;                                   // "contact.industry", "event purchase"
  Text message;                                          // one sentence, lower case
  Text hint;                                             // what to do; may be empty
  Location at;                                           // in the rules
  uint64_t count = 0;                                    // rows concerned
  std::vector<std::pair<std::string, uint64_t>> values;  // the most frequent values concerned, with their rows

  // Differences that change results; the others are for information.
  bool is_error() const { return kind != Kind::kNotInRules; }
};

struct CheckOptions {
  const rt::Zone* zone = nullptr;
  int busy_ms = 5000;
  std::function<void(uint64_t rows)> progress;
};

// Every difference between a schema and a database, in the order of the declarations. Errors as Connection::Open.
Result<std::vector<SchemaFinding>> CheckSchema(const std::string& path, const Catalog& catalog,
                                               const CheckOptions& options);

}  // namespace saiten::store
