#include "driver/tick_writer.h"

#include <algorithm>

#include "base/check.h"

namespace saiten::driver {

using flow::Value;

TickWriter::TickWriter(flow::Ledger& ledger, const Catalog& catalog, const Loaded& loaded, LoadedWorld& world,
                       const std::vector<flow::WrittenProperty>& write)
    : ledger_(ledger),
      catalog_(catalog),
      data_(loaded.data),
      world_(world),
      source_log_(ledger.connection(), ledger.values(), loaded.zone, loaded.load.value_logs),
      seen_lists_(ledger.connection(), ledger.values()),
      tables_(ledger.connection(), ledger.values(), loaded.zone, write) {
  for (uint32_t object = 0; object < catalog.objects.size(); ++object) {
    std::vector<uint32_t> properties;
    const auto& columns = data_.data.tables[object].columns;
    for (uint32_t i = 0; i < columns.size(); ++i) {
      const PropertyInfo& property = catalog.objects[object].properties[i];
      const bool source = !property.is_many && !property.is_key && property.previous_band_of.empty();
      if (source && columns[i].size() > 0) properties.push_back(i);
    }
    seen_.emplace_back(ledger.connection(), ledger.values(), ObjectId(object), std::move(properties));
    rows_at_first_.push_back(static_cast<uint32_t>(loaded.data.data.tables[object].size));
  }
}

TickWriter::~TickWriter() {
  if (end_.valid()) end_.wait();
}

Status TickWriter::Finish() { return end_.valid() ? end_.get() : Status(); }

Status TickWriter::Write(TickBatch batch) {
  SAITEN_RETURN_IF_ERROR(Finish());
  writing_ = std::move(batch);
  if (!began_) return WriteNow(writing_);
  end_ = std::async(std::launch::async, [this] { return WriteNow(writing_); });
  return {};
}

Status TickWriter::WriteNow(const TickBatch& batch) {
  SAITEN_RETURN_IF_ERROR(ledger_.Begin());
  SAITEN_RETURN_IF_ERROR(WriteSource());
  // What workflows set and what came from outside, in their order: the later of the two counts (sem O1a).
  size_t next = 0;
  size_t next_member = 0;
  const auto write_sets = [&](int64_t before) -> Status {
    const auto& members = batch.writes.members;
    for (; next_member < members.size() && members[next_member].instant < before; ++next_member) {
      const WorldWrites::Member& set = members[next_member];
      SAITEN_RETURN_IF_ERROR(WriteMember(set.list, set.row, set.member));
    }
    for (; next < batch.writes.properties.size() && batch.writes.properties[next].instant < before; ++next) {
      const WorldWrites::Property& set = batch.writes.properties[next];
      SAITEN_RETURN_IF_ERROR(
          ledger_.WriteValue(set.object, set.row, set.property, set.value, batch.property_texts[next], set.instant));
      Overlaid(set.object, set.row, set.property, set.value);
    }
    return {};
  };
  for (const flow::Item& item : batch.writes.arrived) {
    SAITEN_RETURN_IF_ERROR(write_sets(item.instant));
    SAITEN_RETURN_IF_ERROR(WriteArrived(item));
  }
  SAITEN_RETURN_IF_ERROR(write_sets(INT64_MAX));
  for (size_t i = 0; i < batch.writes.created.size(); ++i) {
    const WorldWrites::Created& made = batch.writes.created[i];
    SAITEN_RETURN_IF_ERROR(ledger_.WriteCreated(made.object, made.row, made.instant, batch.created_fields[i]));
  }
  SAITEN_RETURN_IF_ERROR(WriteToTables());
  for (size_t i = 0; i < batch.writes.events.size(); ++i) {
    const WorldWrites::Event& added = batch.writes.events[i];
    SAITEN_RETURN_IF_ERROR(ledger_.WriteEvent(added.event, added.row, added.time, batch.event_texts[i]));
  }
  SAITEN_RETURN_IF_ERROR(ledger_.WriteLog(batch.log));
  SAITEN_RETURN_IF_ERROR(ledger_.WriteRequests(batch.pending));
  SAITEN_RETURN_IF_ERROR(ledger_.WriteState(batch.state));
  return ledger_.Commit();
}

// Workflows write the engine's own lists alone.
Status TickWriter::WriteMember(ListId list, uint32_t row, bool member) {
  if (catalog_[list].table.empty()) SAITEN_RETURN_IF_ERROR(ledger_.WriteMember(list, row, member));
  return seen_lists_.Write(list, row, member);
}

void TickWriter::Overlaid(ObjectId object, uint32_t row, uint32_t property, const Value& value) {
  overlaid_.insert({object.value, row, property});
  if (tables_.Writes(object, property)) unwritten_.insert_or_assign({{object, property}, row}, value);
}

void TickWriter::Seen(ObjectId object, uint32_t row, std::span<const uint32_t> told, std::span<const Value> values) {
  for (size_t i = 0; i < told.size() && !unwritten_.empty(); ++i) {
    const auto found = unwritten_.find({{object, told[i]}, row});
    if (found != unwritten_.end() && found->second == values[i]) unwritten_.erase(found);
  }
}

Status TickWriter::WriteToTables() {
  if (unwritten_.empty()) return {};
  SAITEN_RETURN_IF_ERROR(tables_.Begin());
  for (auto next = unwritten_.begin(); next != unwritten_.end();) {
    const auto& [place, value] = *next;
    bool later = false;
    SAITEN_RETURN_IF_ERROR(WriteToTable(place.first, place.second, value, &later));
    next = later ? std::next(next) : unwritten_.erase(next);
  }
  return tables_.End();
}

Status TickWriter::WriteToTable(const flow::WrittenProperty& which, uint32_t row, const Value& value, bool* later) {
  flow::SeenTable& seen = seen_[which.object.index()];
  SAITEN_ASSIGN_OR_RETURN(const auto known, seen.Get(row, which.property));
  if (known == value) return {};
  *later = !known;
  if (!known) return {};
  SAITEN_ASSIGN_OR_RETURN(const auto written, tables_.Write(which, row, *known, value));
  *later = written.outcome == flow::SourceWriter::Outcome::kLater;
  if (written.outcome == flow::SourceWriter::Outcome::kRefused && source_refused_++ == 0) source_why_ = written.why;
  if (written.outcome != flow::SourceWriter::Outcome::kWritten) return {};
  ++source_writes_;
  ledger_.WroteSource();
  // The next run finds in the source what is known of it.
  const auto changed = changed_.find({which.object.value, row});
  if (changed != changed_.end()) changed->second.values[which.property] = value;
  return seen.Put(row, which.property, value);
}

// The first time that anything is written: what is not known of the source yet, and the marks of all events.
Status TickWriter::WriteSource() {
  if (std::exchange(began_, true)) return {};
  if (drop_log_) SAITEN_RETURN_IF_ERROR(source_log_.DropAll());
  for (const flow::LogPlace& place : spent_) SAITEN_RETURN_IF_ERROR(source_log_.Drop(place));
  for (uint32_t object = 0; object < seen_.size(); ++object) {
    const uint32_t rows = rows_at_first_[object];
    if (rows == 0 && seen_[object].properties().empty()) continue;
    if (!seen_anew_[object]) continue;
    SAITEN_RETURN_IF_ERROR(seen_[object].BeginAnew());
    for (uint32_t row = 0; row < rows; ++row) {
      if (made_.contains({object, row})) continue;
      // Of those that are about to change, what they were: their items may be of a later transaction.
      const auto changed = changed_.find({object, row});
      if (changed != changed_.end() && changed->second.is_new) continue;
      const auto* before = changed == changed_.end() ? nullptr : &changed->second.values;
      SAITEN_RETURN_IF_ERROR(WriteSeenRow(ObjectId(object), row, before));
    }
  }
  SAITEN_RETURN_IF_ERROR(WriteLists());
  for (const auto& [number, id] : taken_over_) {
    const ObjectId object(number);
    if (!seen_anew_[number]) SAITEN_RETURN_IF_ERROR(WriteSeenRow(object, ledger_.values().RowOf(object, id), nullptr));
    SAITEN_RETURN_IF_ERROR(ledger_.ForgetCreated(object, id));
  }
  for (uint32_t event = 0; event < catalog_.events.size(); ++event) {
    const rt::Column& rowids = data_.events[event].rowids;
    // Of a table without rows every number is new.
    int64_t last = data_.data.events[event].offsets.empty() || data_.events[event].rows > 0 ? -1 : 0;
    for (size_t place = 0; place < rowids.size(); ++place) {
      if (rowids.Known(place)) last = std::max(last, rowids.Raw(place));
    }
    if (last >= 0) SAITEN_RETURN_IF_ERROR(ledger_.WriteEventMark(EventId(event), last));
  }
  return {};
}

Status TickWriter::WriteLists() {
  for (const auto& [list, rows] : lists_anew_) {
    SAITEN_RETURN_IF_ERROR(rows ? seen_lists_.BeginAnew(list, *rows) : seen_lists_.Drop(list));
  }
  for (const ItemFinder::Listed& one : listed_) {
    SAITEN_RETURN_IF_ERROR(seen_lists_.Write(one.list, one.row, one.member));
  }
  return {};
}

// `source`: by property; null: as in the world.
Status TickWriter::WriteSeenRow(ObjectId object, uint32_t row, const std::vector<Value>* source) {
  std::vector<Value> values;
  for (uint32_t property : seen_[object.index()].properties()) {
    values.push_back(source ? (*source)[property] : world_.Get(object, row, property));
  }
  return seen_[object.index()].Write(row, values);
}

// A record's source was taken in: it is known from now on, what its log said of that is done, and what workflows set
// over what has changed is gone.
Status TickWriter::WriteArrived(const flow::Item& item) {
  const auto* created = std::get_if<flow::Created>(&item.what);
  const auto* change = std::get_if<flow::Changed>(&item.what);
  const bool deleted = std::holds_alternative<flow::Deleted>(item.what);
  if (!created && !change && !deleted) return {};
  for (size_t i = 0; change && i < change->properties.size(); ++i) {
    const uint32_t property = change->properties[i].first;
    if (overlaid_.erase({item.object.value, item.row, property}) == 0) continue;
    unwritten_.erase({{item.object, property}, item.row});
    SAITEN_RETURN_IF_ERROR(ledger_.ForgetValue(item.object, item.row, property));
  }
  for (size_t i = 0; change && i < change->lists.size(); ++i) {
    // Also into a list that a workflow has written meanwhile: the later of the two counts.
    SAITEN_RETURN_IF_ERROR(WriteMember(change->lists[i].first, item.row, change->lists[i].second));
  }
  const auto found = changed_.find({item.object.value, item.row});
  SAITEN_CHECK(found != changed_.end());
  ItemFinder::Changed& source = found->second;
  for (size_t i = 0; change && i < change->properties.size(); ++i) {
    source.values[change->properties[i].first] = change->properties[i].second;
  }
  if (created && !created->properties.empty()) source.values.assign(source.values.size(), Value::Unknown());
  for (size_t i = 0; created && i < created->properties.size(); ++i) {
    source.values[created->properties[i].first] = created->properties[i].second;
  }
  auto told = source.told.begin();
  for (; told != source.told.end(); ++told) {
    if (std::pair(told->instant, told->order) > std::pair(item.instant, item.order)) break;
    SAITEN_RETURN_IF_ERROR(source_log_.Drop(told->place));
  }
  source.told.erase(source.told.begin(), told);
  return deleted ? ForgetRecord(item.object, item.row) : WriteSeenRow(item.object, item.row, &source.values);
}

// A record that gets its key later is another one: nothing lies over that.
Status TickWriter::ForgetRecord(ObjectId object, uint32_t row) {
  for (auto set = overlaid_.lower_bound({object.value, row, 0}); set != overlaid_.end();) {
    const auto& [of, record, property] = *set;
    if (of != object.value || record != row) break;
    SAITEN_RETURN_IF_ERROR(ledger_.ForgetValue(object, row, property));
    unwritten_.erase({{object, property}, row});
    set = overlaid_.erase(set);
  }
  const flow::Kept id = ledger_.values().KeyOf(object, row);
  SAITEN_RETURN_IF_ERROR(seen_lists_.Forget(object, id));
  return seen_[object.index()].Forget(id);
}

}  // namespace saiten::driver
