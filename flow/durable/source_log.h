#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "flow/durable/kept.h"
#include "runtime/zone.h"
#include "store/changes/value_log.h"
#include "store/sqlite/sqlite.h"

// What the log of values says of the source, in values of the engine (sem T4a): how records were after each change, and
// since when. A row stays until what it tells of has been worked off.
namespace saiten::flow {

// A row of the log.
struct LogPlace {
  size_t log = 0;  // of those that SourceLog was given
  int64_t number = 0;
  int64_t token = 0;
};

// How a record was after one change of it.
struct LoggedRecord {
  LogPlace place;
  store::ValueKind kind = store::ValueKind::kChanged;
  int64_t instant = 0;  // by the clock of the program that wrote, cut to the second as the clock of a run is
  Kept key;             // of the record; nothing: it tells of none
  uint32_t row = KeptValues::kNone;  // in the data; kNone: no such record was loaded
  // Those of the properties asked for that the log follows; none of a record that is gone.
  std::vector<std::pair<uint32_t, Value>> values;

  bool is_there() const { return kind == store::ValueKind::kCame || kind == store::ValueKind::kChanged; }
};

class SourceLog {
 public:
  // All must outlive it. `zone` null: UTC. `logs`: as the data were read.
  SourceLog(store::Connection& connection, KeptValues& values, const rt::Zone* zone,
            const std::vector<store::ValueLog>& logs)
      : connection_(connection), values_(values), zone_(zone), logs_(logs) {}

  // What was logged of the records of an object, the oldest first. `properties`: those that are wanted. A state that no
  // load would take, as one without a required property, is passed over as if it had told nothing.
  using Visit = std::function<void(LoggedRecord)>;
  saiten::Status Read(ObjectId object, const std::vector<uint32_t>& properties, const Visit& visit);
  // ---- Inside a write transaction
  saiten::Status Drop(const LogPlace& place);
  // All that the data were read with.
  saiten::Status DropAll();

 private:
  store::Connection& connection_;
  KeptValues& values_;
  const rt::Zone* zone_;
  const std::vector<store::ValueLog>& logs_;
  std::vector<store::Statement> drop_;  // by log, made when needed
};

}  // namespace saiten::flow
