#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/types/catalog.h"
#include "flow/value.h"
#include "runtime/dataset.h"

// Records and events that never were in a database: those of a test.
namespace saiten::driver {

// Collects records and events and lays them out as the engines read them. May be asked for a data set again and again
// while more is added. The catalog must outlive it.
class MemoryData {
 public:
  explicit MemoryData(const Catalog& catalog);

  // A new record: keys 1, 2, ... (as text where the key is one), bool false, sets empty, all else unknown.
  size_t AddRecord(ObjectId object);
  // Of a relation the number is the row of its target. A new key must be given before the next record is added.
  void Set(ObjectId object, size_t row, uint32_t property, flow::Value value);
  // The same at an instant: a property with a history keeps what changed (sem E1).
  void Change(ObjectId object, size_t row, uint32_t property, flow::Value value, int64_t time);
  // The record is complete: what is known of its properties with a history is their first change (sem E5).
  void Open(ObjectId object, size_t row, int64_t time);
  const flow::Value& Get(ObjectId object, size_t row, uint32_t property) const;
  // An event of record `row`; those added later arrived later. Its number in the order of arrival. `announced`: it is
  // not there before Show.
  uint32_t AddEvent(EventId event, size_t row, int64_t time, std::map<uint32_t, flow::Value> fields,
                    bool announced = false);
  // The announced event arrives; false if it is there already.
  bool Show(EventId event, uint32_t arrival);
  void SetMember(ListId list, size_t row, bool member);

  rt::Dataset Build() const;

 private:
  struct Event {
    size_t row;
    int64_t time;
    uint32_t arrival;
    bool announced;
    std::map<uint32_t, flow::Value> fields;
  };
  // The changes of a property with a history; nullopt where it has none.
  std::optional<EventId> HistoryOf(ObjectId object, uint32_t property) const;
  rt::Table BuildTable(ObjectId object) const;
  rt::EventSeries BuildSeries(EventId event) const;

  const Catalog& catalog_;
  std::vector<std::vector<std::vector<flow::Value>>> records_;  // by object, row, property
  std::vector<std::vector<Event>> events_;                      // by event
  std::vector<std::vector<size_t>> members_;                    // by list
  uint32_t arrived_ = 0;
};

}  // namespace saiten::driver
