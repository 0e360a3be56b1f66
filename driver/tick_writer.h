#pragma once

#include <cstdint>
#include <future>
#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "driver/loaded.h"
#include "driver/loaded_world.h"
#include "driver/tick_items.h"
#include "flow/durable/ledger.h"
#include "flow/durable/seen.h"
#include "flow/durable/seen_lists.h"
#include "flow/durable/source_log.h"
#include "flow/durable/source_writer.h"
#include "flow/log.h"

// What a tick did goes into the database: in transactions, each of everything of some instants, by a thread of its own
// while the engine goes on.
namespace saiten::driver {

// Everything of some instants.
struct TickBatch {
  std::vector<flow::LogRow> log;
  flow::StateChanges state;
  WorldWrites writes;
  // By writes.properties and writes.events: the values as people and as tables spell them.
  std::vector<std::string> property_texts;
  std::vector<std::string> event_texts;
  std::vector<std::string> created_fields;  // by writes.created: JSON
  std::vector<flow::Item> pending;          // requests for later
};

class TickWriter {
 public:
  // All must outlive it.
  TickWriter(flow::Ledger& ledger, const Catalog& catalog, const Loaded& loaded, LoadedWorld& world,
             const std::vector<flow::WrittenProperty>& write);
  ~TickWriter();
  TickWriter(const TickWriter&) = delete;
  TickWriter& operator=(const TickWriter&) = delete;

  // ---- Before the first batch
  // By object: what the last tick knew of the source.
  std::vector<flow::SeenTable>& seen() { return seen_; }
  flow::SeenLists& seen_lists() { return seen_lists_; }
  // What the source's own log says.
  flow::SourceLog& source_log() { return source_log_; }
  // That a workflow has set this value over the source.
  void Overlaid(ObjectId object, uint32_t row, uint32_t property, const flow::Value& value);
  // What the last tick knew of a record in the source: values that lie there already are not written again.
  void Seen(ObjectId object, uint32_t row, std::span<const uint32_t> told, std::span<const flow::Value> values);
  // The tables of these objects are written from the beginning.
  void WriteAnew(std::vector<bool> objects) { seen_anew_ = std::move(objects); }
  // A list of the source is written from the beginning, with these members; one without any is not kept any more.
  void WriteAnew(ListId list, std::optional<std::vector<uint32_t>> rows) { lists_anew_[list] = std::move(rows); }
  // Is written with the first batch.
  void Listed(std::vector<ItemFinder::Listed> listed) { listed_ = std::move(listed); }
  void Changed(std::map<std::pair<uint32_t, uint32_t>, ItemFinder::Changed> changed) { changed_ = std::move(changed); }
  // Rows of the source's log that are dropped with the first batch; all of it where everything is history.
  void Spent(std::vector<flow::LogPlace> spent) { spent_ = std::move(spent); }
  void DropLog() { drop_log_ = true; }
  // A workflow made the record: the source does not know it. `in_source`: it does by now.
  void Made(ObjectId object, flow::Kept id, uint32_t row, bool in_source) {
    if (in_source) taken_over_.push_back({object.value, std::move(id)});
    if (!in_source) made_.insert({object.value, row});
  }

  // Writes the batch behind those before it; the error of one of those. The first is written before this returns, and
  // with it what is known of the source, for which the world must stand still.
  Status Write(TickBatch batch);
  // Waits for all. To be called before the connection is used by anybody else.
  Status Finish();

  // ---- After Finish.
  uint64_t source_writes() const { return source_writes_; }
  uint64_t source_refused() const { return source_refused_; }
  const Text& source_why() const { return source_why_; }

 private:
  Status WriteNow(const TickBatch& batch);
  Status WriteSource();
  // What was set goes into the user's own tables, where it is to.
  Status WriteToTables();
  Status WriteToTable(const flow::WrittenProperty& which, uint32_t row, const flow::Value& value, bool* later);
  Status WriteSeenRow(ObjectId object, uint32_t row, const std::vector<flow::Value>* source);
  Status WriteLists();
  Status WriteMember(ListId list, uint32_t row, bool member);
  Status WriteArrived(const flow::Item& item);
  Status ForgetRecord(ObjectId object, uint32_t row);

  flow::Ledger& ledger_;
  const Catalog& catalog_;
  const store::LoadedData& data_;
  LoadedWorld& world_;
  flow::SourceLog source_log_;
  std::vector<flow::LogPlace> spent_;
  bool drop_log_ = false;
  std::vector<flow::SeenTable> seen_;
  std::vector<bool> seen_anew_;
  flow::SeenLists seen_lists_;
  std::map<ListId, std::optional<std::vector<uint32_t>>> lists_anew_;
  std::vector<ItemFinder::Listed> listed_;
  std::vector<std::pair<uint32_t, flow::Kept>> taken_over_;
  std::set<std::pair<uint32_t, uint32_t>> made_;                          // by object and row
  std::vector<uint32_t> rows_at_first_;                                   // by object
  std::map<std::pair<uint32_t, uint32_t>, ItemFinder::Changed> changed_;  // by object and row
  std::set<std::tuple<uint32_t, uint32_t, uint32_t>> overlaid_;           // object, row, property
  flow::SourceWriter tables_;
  std::map<std::pair<flow::WrittenProperty, uint32_t>, flow::Value> unwritten_;  // by property and row
  uint64_t source_writes_ = 0;
  uint64_t source_refused_ = 0;
  Text source_why_;
  bool began_ = false;
  TickBatch writing_;  // of the thread
  std::future<Status> end_;
};

}  // namespace saiten::driver
