#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

#include "driver/loaded_world.h"
#include "flow/durable/source_log.h"
#include "flow/item.h"

// What happened between two ticks, from what the last one knew and the data of now (sem T4a).
namespace saiten::driver {

class ItemFinder {
 public:
  // The last tick ended at `from`, this one at `until`. `world` stands at `until` and is taken back to `from`.
  // `first_gone`: PutBack; empty: all records are there.
  ItemFinder(LoadedWorld& world, const Catalog& catalog, const store::LoadedData& data, int64_t from, int64_t until,
             std::vector<uint32_t> first_gone = {});

  // ---- In this order.
  // A workflow has set this over the source.
  void Overlay(ObjectId object, uint32_t row, uint32_t property, const flow::Value& value);
  // What the log says of a record, the oldest first; of all records.
  void Logged(ObjectId object, flow::LoggedRecord logged);
  // Who was in a list of the source when the last tick read it. The world's lists are those of the source.
  void Members(ListId list, std::span<const uint32_t> rows);
  // What the last tick knew of a record's properties in the source; `values` by `properties`. A property that
  // was not kept then is left out.
  void Seen(ObjectId object, uint32_t row, std::span<const uint32_t> properties, std::span<const flow::Value> values);
  // The record is as it is now, but for when it was made: of one that says so it is then that it comes, or never.
  void Old(ObjectId object, uint32_t row);
  // Of all objects and events: who is new, which events came. `last_rowid` by event of the catalog: the highest row
  // number that the last tick knew; -1 where nothing is known, so that only events behind `from` are new.
  void Finish(std::span<const int64_t> last_rowid);

  // Events whose rows have lower numbers than the last tick knew: the database has numbered them anew, and which of
  // them came late cannot be told.
  const std::vector<EventId>& renumbered() const { return renumbered_; }
  // The earliest of what the data say will come; nothing: nothing will.
  std::optional<int64_t> later() const { return later_; }
  // The record was there, and its source has nothing to say of it: a workflow made it.
  void Known(ObjectId object, uint32_t row) { seen_[object.index()][row] = true; }
  // It was not there yet and does not come: a real run made it, which is not part of the story.
  void Leave(ObjectId object, uint32_t row) {
    Known(object, row);
    world_.Hide(object, row);
  }
  // In no order; Item::order orders those of one instant.
  std::vector<flow::Item> TakeItems() { return std::move(items_); }
  // Changes of lists that no item brings: of records that the last tick did not know.
  struct Listed {
    ListId list;
    uint32_t row = 0;
    bool member = false;  // now
  };
  std::vector<Listed> TakeListed();
  // Rows of the log that tell nothing new, and that no item comes of.
  std::vector<flow::LogPlace> TakeSpent() { return std::move(spent_); }
  // A row of the log, and the item by which it is worked off.
  struct Told {
    int64_t instant = 0;
    uint64_t order = 0;
    flow::LogPlace place;
  };
  // Records whose source does not stay as the last tick knew it, that are new, or that something lies over.
  struct Changed {
    ObjectId object;
    uint32_t row = 0;
    bool is_new = false;
    // All properties in the source, by property; unknown also where one is not loaded. At `from`; of one that is new,
    // as it comes. What items bring follows from there.
    std::vector<flow::Value> values;
    std::vector<Told> told;  // in the order of the items
  };
  std::map<std::pair<uint32_t, uint32_t>, Changed> TakeChanged() { return std::move(changed_); }  // by object, row

 private:
  // When the record says that it was made.
  std::optional<int64_t> MadeAt(ObjectId object, uint32_t row);
  void AddNew(ObjectId object, uint32_t row);
  void AddEvents(EventId event, int64_t last_rowid);
  Changed& Remember(ObjectId object, uint32_t row);
  // A record on its way from `from` to `until`, as the log tells it.
  struct Way {
    ObjectId object;
    uint32_t row = 0;
    std::vector<flow::Value> values;             // by property: where it stands
    std::vector<bool> asked;                     // by property: changes of it are told
    std::vector<bool> later;                     // by property: its last values come behind `until`
    std::vector<std::pair<ListId, bool>> lists;  // that took it in or out, at `until`: no log tells of them
    bool there = true;
    bool held = false;  // the log says more that comes behind `until`
    int64_t instant = 0;
    uint64_t order = 0;                     // of the next item
    std::vector<flow::LogPlace> unsettled;  // rows of the log since the last item
    std::vector<Told> told;
    std::vector<flow::Item> items;
  };
  // The instant of what the log says next: its order counts, whatever the clocks of those who wrote it said.
  static int64_t After(const Way& way, const flow::LoggedRecord& logged);
  void Follow(Way& way, std::span<const flow::LoggedRecord> logged);
  // What comes of one row of the log, at way.instant.
  void Step(Way& way, const flow::LoggedRecord& logged);
  // The record goes, or is back in the same instant or by a row that replaced it.
  bool Goes(const Way& way, const flow::LoggedRecord& logged, std::span<const flow::LoggedRecord> behind) const;
  bool IsGone(ObjectId object, uint32_t row) const {
    return !first_gone_.empty() && row >= first_gone_[object.index()];
  }
  // When a record that is gone went; kNever: behind `until`.
  int64_t EndOf(ObjectId object, uint32_t row);
  void AddRest(Way& way);
  Way Begin(ObjectId object, uint32_t row) const;
  template <typename What>
  void AddItem(Way& way, What what);
  void Arrive(Way way);
  // False if the log does not say how it came.
  bool AddNewLogged(ObjectId object, uint32_t row, std::span<const flow::LoggedRecord> logged);
  int64_t FirstEventOf(ObjectId object, uint32_t row) const;
  std::span<const flow::LoggedRecord> LoggedOf(ObjectId object, uint32_t row) const;
  void Later(int64_t instant) { later_ = std::min(later_.value_or(instant), instant); }

  LoadedWorld& world_;
  const Catalog& catalog_;
  const store::LoadedData& data_;
  int64_t from_;
  int64_t until_;
  std::vector<uint32_t> first_gone_;
  std::map<std::tuple<uint32_t, uint32_t, uint32_t>, flow::Value> overlay_;               // object, row, property
  std::vector<std::vector<bool>> seen_;                                                   // by object, row
  std::map<std::pair<uint32_t, uint32_t>, int64_t> first_event_;                          // of new records
  std::map<std::pair<uint32_t, uint32_t>, std::vector<flow::LoggedRecord>> logged_;       // by object and row
  std::map<std::pair<uint32_t, uint32_t>, std::vector<std::pair<ListId, bool>>> listed_;  // by object and row: now
  std::vector<flow::Item> items_;
  std::vector<flow::LogPlace> spent_;
  std::vector<EventId> renumbered_;
  std::optional<int64_t> later_;
  std::map<std::pair<uint32_t, uint32_t>, Changed> changed_;
};

}  // namespace saiten::driver
