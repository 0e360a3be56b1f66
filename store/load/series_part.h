#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/load/event_bins.h"
#include "store/load/id_set.h"
#include "store/load/loader.h"
#include "store/load/row_filter.h"

// The events of one declaration while they are read. Private to the load of events.
namespace saiten::store {

// The columns that the declarations of one table read, each once.
class SelectedColumns {
 public:
  // The place of the column among them.
  size_t Add(const std::string& column);
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
};

// What an event declaration reads of its table, by the places of the columns.
struct SeriesPlan {
  SeriesPlan(const Loader& loader, EventId id, const SourceTable& table, SelectedColumns& select);

  EventId id;
  const EventInfo& info;
  size_t owner = 0;
  std::string time_column;
  size_t time = 0;
  std::optional<size_t> event_id;  // where rows have to be told apart by it
  std::optional<size_t> seq;
  std::optional<size_t> rowid;  // where it is kept or is the arrival
  bool keep_arrival;
  bool keep_rowid;
  std::vector<std::pair<ColumnCondition, size_t>> where;
  std::vector<std::pair<size_t, size_t>> fields;  // fields that are read, and their places
};

// Collectors for the fields of a plan, by field; null for those that are not read.
std::vector<std::unique_ptr<ValueColumn>> MakeFields(const Loader& loader, const SeriesPlan& plan, DataErrors& errors);

// The columns of an event's record behind its owner and time, in EventBins.
struct RecordLayout {
  explicit RecordLayout(const Loader& loader, const SeriesPlan& plan);

  std::optional<size_t> arrival;  // where rows may not be in order of arrival or it is asked for
  std::optional<size_t> rowid;
  std::vector<std::optional<size_t>> fields;  // by field; none: it is not kept
  size_t columns = 0;
};

// The events of one declaration in one part of its table. Owners are rows of the data set.
class SeriesPart {
 public:
  SeriesPart(const Loader& loader, const SeriesPlan& plan, const RecordLayout& layout, const BinShape& shape);

  void ReadRow(const RowScan& row);

  EventBins bins;
  std::vector<std::unique_ptr<ValueColumn>> fields;  // by field: the pools of texts, and errors
  DataErrors errors;
  LoadedData::Event report;

 private:
  // False if the event repeats one that arrived earlier.
  bool IsNew(const Cell& id_cell, int64_t arrival);
  int64_t ArrivalOf(const RowScan& row);
  // Into values_. False if a field that must be known is not.
  template <typename SpellOwner>
  bool ReadFields(const RowScan& row, SpellOwner spell_owner, const int64_t* rowid);

  const SeriesPlan& plan_;
  const RecordLayout& layout_;
  const ObjectRows& owner_rows_;
  OwnerFinder finder_;
  ValueReader time_reader_;
  ValueReader seq_reader_;
  ErrorSink row_errors_;
  ErrorSink time_errors_;
  std::vector<RowFilter> filters_;
  std::vector<int64_t> values_;  // of the event that is read
  int64_t row_number_ = 0;
  // Of events that are told apart by an id, in the order of rows.
  struct Told {
    std::byte* record;  // null: it is none, as a field is unknown
    int64_t arrival;
  };
  IdSet ids_;
  std::vector<Told> told_;
};

// Turns the values of a history into its changes: a write of the same value is none (sem E1). `arrivals` and `rowids`,
// where kept, go with them.
void MakeChanges(rt::EventSeries& series, std::vector<int64_t>& arrivals, rt::Column& rowids);

}  // namespace saiten::store
