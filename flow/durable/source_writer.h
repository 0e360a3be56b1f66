#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/words.h"
#include "flow/durable/kept.h"
#include "flow/durable/seen.h"
#include "flow/durable/source_cell.h"
#include "runtime/zone.h"
#include "store/changes/value_log.h"
#include "store/load/value_reader.h"
#include "store/sqlite/sqlite.h"

// What workflows set goes into the user's own tables where saiten.toml says `write = [...]` (sem O1a).
namespace saiten::flow {

// A property whose column is written.
struct WrittenProperty {
  ObjectId object;
  uint32_t property = 0;
  auto operator<=>(const WrittenProperty&) const = default;
};

// Refuses what cannot be written so that the next run reads the same: kRefused for a view, a virtual table, a column
// that is computed or is not there, a table whose changes are found by its `updated` column and no log.
saiten::Status CheckWritten(store::Connection& connection, const Catalog& catalog,
                            const std::vector<WrittenProperty>& written);

class SourceWriter {
 public:
  // All must outlive it. `zone` null: UTC.
  SourceWriter(store::Connection& connection, KeptValues& values, const rt::Zone* zone,
               const std::vector<WrittenProperty>& written);

  bool Writes(ObjectId object, uint32_t property) const { return columns_.contains({object, property}); }

  enum class Outcome : uint8_t {
    kWritten,
    kLater,    // its log of values tells of the record what has not been worked off: the next run writes it
    kChanged,  // somebody has changed the value since it was read: that is the later, and the next run takes it in
    kRefused,  // the table does not take the value, or it would not be read back: it stays over the source
  };
  struct Written {
    Outcome outcome = Outcome::kWritten;
    Text why;  // kRefused
  };

  // ---- Inside a write transaction, in this order.
  // The user's triggers may do anything: all that is written lies between Begin and End.
  saiten::Status Begin();
  // `seen`: what the source held when it was last taken in.
  Result<Written> Write(const WrittenProperty& which, uint32_t row, const Value& seen, const Value& value);
  // Our own writing is not told to the next run as a change of the source.
  saiten::Status End();

 private:
  struct Column {
    Column(const Catalog& catalog, const WrittenProperty& which, const rt::Zone* zone);
    const PropertyInfo* property = nullptr;
    std::string table;
    store::ValueReader key_reader;
    store::ValueReader reader;
    store::Statement read;
    store::Statement write;
  };
  struct Row {
    SourceCell key;  // as it stands there
    SourceCell now;
    Value value;
  };
  struct Log {
    std::string name;
    int64_t last = 0;
    std::set<uint32_t> rows;  // that it tells of
  };
  // Nothing: no row has the key, or several have it.
  Result<std::optional<Row>> Find(const WrittenProperty& which, Column& column, uint32_t row);
  Result<Written> WriteCell(const WrittenProperty& which, Column& column, const Row& found, uint32_t row,
                            const Value& value);
  saiten::Status ReadLog(ObjectId object, const store::ValueLog& log);
  bool IsTold(ObjectId object, uint32_t row) const;
  // A failure of the statement alone; any other is an error of the run.
  Result<Written> Refused(Error error) const;
  std::string SpellKey(const WrittenProperty& which, uint32_t row) const;

  store::Connection& connection_;
  KeptValues& values_;
  const rt::Zone* zone_;
  std::map<WrittenProperty, std::unique_ptr<Column>> columns_;
  std::map<ObjectId, std::vector<Log>> logs_;
};

}  // namespace saiten::flow
