#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "flow/item.h"
#include "flow/value.h"
#include "runtime/results.h"
#include "vm/run_context.h"

namespace saiten::flow {

// The data that automation reads and writes: records, events, lists, and the results of their last commits. Rows are
// never taken away. What is written is seen from the next call of `context` on.
class World {
 public:
  virtual ~World() = default;

  // The data, ready for the engines. Another context is given where a write has moved the data in memory; `version`
  // tells it apart.
  virtual const vm::RunContext& context() = 0;
  virtual uint64_t version() const = 0;
  // By object and result column, a row for each record; unknown for records that had no commit yet.
  virtual rt::Results& results() = 0;

  // An item is taken in: what came with it is there from now on. Called before anything else is done with it.
  virtual void Arrive(const Item& item) = 0;

  // Whether the record is there yet: one that comes with a later item stands in its table already.
  virtual bool IsThere(ObjectId object, uint32_t row) const = 0;

  virtual Value Get(ObjectId object, uint32_t row, uint32_t property) = 0;
  // At an instant: a property with a history keeps it. kOutside: it is what an item brings.
  enum class Writer : uint8_t { kOutside, kFlow };
  virtual void Set(ObjectId object, uint32_t row, uint32_t property, Value value, int64_t instant, Writer writer) = 0;
  // A band or grid of the record changed: its history keeps it, where something asks for that.
  virtual void Note(ObjectId object, uint32_t row, uint32_t column, Value before, Value after, int64_t instant) = 0;
  virtual void SetMember(ListId list, uint32_t row, bool member, int64_t instant, Writer writer) = 0;
  // A new record; its row. `key`: of the action that makes it (sem O1), from which its own may follow.
  virtual uint32_t Create(ObjectId object, const std::map<uint32_t, Value>& properties, int64_t instant,
                          std::string_view key) = 0;
  virtual void AddEvent(EventId event, uint32_t row, int64_t time, const std::map<uint32_t, Value>& fields) = 0;
};

}  // namespace saiten::flow
