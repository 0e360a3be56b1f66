#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "flow/durable/kept.h"
#include "flow/world.h"
#include "runtime/editable.h"
#include "store/load/load.h"

namespace saiten::driver {

// What automation has written since somebody took it, to be kept in the database. Values as in flow/value.h.
struct WorldWrites {
  struct Property {
    ObjectId object;
    uint32_t row = 0;
    uint32_t property = 0;
    flow::Value value;
    int64_t instant = 0;
  };
  struct Member {
    ListId list;
    uint32_t row = 0;
    bool member = false;
    int64_t instant = 0;
  };
  struct Event {
    EventId event;
    uint32_t row = 0;
    int64_t time = 0;
    std::map<uint32_t, flow::Value> fields;
  };
  std::vector<Property> properties;  // set by steps, over the source (sem O1a)
  std::vector<Member> members;
  struct Created {
    ObjectId object;
    uint32_t row = 0;
    int64_t instant = 0;
    std::map<uint32_t, flow::Value> properties;
  };
  std::vector<Created> created;
  std::vector<Event> events;        // of tables that the engine keeps
  std::vector<flow::Item> arrived;  // what came from outside and was taken in
};

// The world of automation over data that were loaded: it begins as things were at the end of the last tick, and items
// bring what has happened since. Writes are in place.
class LoadedWorld : public flow::World {
 public:
  // All must outlive it; `data` are changed, and nobody else reads them meanwhile. `zone` null: UTC.
  static Result<std::unique_ptr<LoadedWorld>> Make(const ir::Program& program, store::LoadedData& data,
                                                   const rt::Zone* zone);

  // ---- Before the first item: how things were.
  // A value of the end of the last tick.
  void Rewind(ObjectId object, uint32_t row, uint32_t property, const flow::Value& value);
  void Rewind(ListId list, uint32_t row, bool member);
  // The record was not there yet: nothing is known of it, until its item comes.
  void Hide(ObjectId object, uint32_t row);
  // An event that came late was not there yet. `place`: in its series now.
  void Hide(EventId event, uint32_t row, uint32_t place);
  // All events of a declaration from that instant on were not there, and will not come.
  void Forget(EventId event, int64_t from);
  // The results of all records then.
  // Records that are not there yet have none.
  void SetResults(rt::Results results);

  // By object: which of its records are there; empty: all of them.
  std::vector<std::vector<uint8_t>> There() const;
  // Who else has to know the keys of records that are made.
  void TellKeysTo(flow::KeptValues& values) { values_ = &values; }

  WorldWrites TakeWrites() { return std::exchange(writes_, {}); }
  // Puts events and relations that were moved into order again: the form that all cores read fast.
  void Pack();

  const vm::RunContext& context() override { return *context_; }
  uint64_t version() const override { return version_; }
  rt::Results& results() override { return results_; }
  void Arrive(const flow::Item& item) override;
  bool IsThere(ObjectId object, uint32_t row) const override { return !hidden_.contains({object.value, row}); }
  flow::Value Get(ObjectId object, uint32_t row, uint32_t property) override;
  void Set(ObjectId object, uint32_t row, uint32_t property, flow::Value value, int64_t instant,
           Writer writer) override;
  void Note(ObjectId object, uint32_t row, uint32_t column, flow::Value before, flow::Value after,
            int64_t instant) override;
  void SetMember(ListId list, uint32_t row, bool member, int64_t instant, Writer writer) override;
  uint32_t Create(ObjectId object, const std::map<uint32_t, flow::Value>& properties, int64_t instant,
                  std::string_view key) override;
  void AddEvent(EventId event, uint32_t row, int64_t time, const std::map<uint32_t, flow::Value>& fields) override;

 private:
  // An event outside of its series.
  struct Apart {
    int64_t time = 0;
    uint32_t arrival = 0;
    std::vector<int64_t> fields;
  };

  // The keys of a table, which records are made in: a view of them is the table's.
  struct GrowingKeys {
    std::vector<int64_t> ints;
    std::set<int64_t> taken;  // of `ints`, those that the key of a new record may be
    std::vector<uint64_t> offsets;
    std::vector<char> bytes;
  };

  LoadedWorld(const ir::Program& program, store::LoadedData& data, const rt::Zone* zone);
  const Catalog& catalog() const { return *program_.catalog; }
  rt::Table& table(ObjectId object) { return data_.data.tables[object.index()]; }
  bool IsLoaded(ObjectId object, uint32_t property) { return table(object).columns[property].size() > 0; }
  rt::ColumnEditor& Editor(rt::Column& column);
  rt::SeriesEditor& Editor(EventId event);
  // As the column keeps it: a code for a text.
  int64_t Stored(std::vector<std::unique_ptr<rt::StringPool>>& pools, size_t column, const flow::Value& value);
  flow::Value ValueAt(const rt::Column& column, const rt::StringPool* pool, size_t row) const;
  rt::AdjacencyEditor& Editor(rt::Adjacency& many);
  void Write(ObjectId object, uint32_t row, uint32_t property, const flow::Value& value);
  void ClearResults(ObjectId object, uint32_t row);
  void Insert(EventId event, uint32_t row, const Apart& one);
  void Remove(EventId event, uint32_t row, int64_t time, uint32_t arrival);
  // The same in a series that stands for any of several; fields by the names that they share.
  std::vector<int64_t> FieldsIn(EventId any, EventId event, const std::vector<int64_t>& fields);
  GrowingKeys& KeysOf(ObjectId object);
  flow::Value NewKey(ObjectId object, std::string_view key);
  void AppendKey(ObjectId object, const flow::Value& key);
  void AppendRow(ObjectId object);
  std::optional<EventId> HistoryOf(ObjectId object, uint32_t property) const;

  const ir::Program& program_;
  store::LoadedData& data_;
  const rt::Zone* zone_;
  uint64_t version_ = 1;
  uint32_t arrived_ = 0;  // the next number in the order of arrival
  std::map<const rt::Column*, std::unique_ptr<rt::ColumnEditor>> columns_;
  std::set<ListId> own_lists_;  // whose columns are copies, to be written
  std::map<EventId, std::unique_ptr<rt::SeriesEditor>> series_;
  std::map<const rt::Adjacency*, std::unique_ptr<rt::AdjacencyEditor>> many_;
  std::vector<std::vector<EventId>> any_of_;  // by event: those that stand for it, loaded
  std::map<std::pair<uint32_t, uint32_t>, std::vector<flow::Value>> hidden_;  // by object and row: its values
  std::map<uint32_t, GrowingKeys> keys_;                                      // by object
  flow::KeptValues* values_ = nullptr;
  std::map<std::tuple<EventId, uint32_t, uint32_t>, Apart> late_;  // by event, row, arrival
  std::unique_ptr<vm::RunContext> context_;
  rt::Results results_;
  WorldWrites writes_;
};

}  // namespace saiten::driver
