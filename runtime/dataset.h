#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/array.h"
#include "runtime/column.h"
#include "runtime/string_pool.h"
#include "runtime/text_array.h"
#include "runtime/times.h"

// Records and events in memory, as the engines read them. Objects, properties, events and lists are numbered as in the
// Catalog (compiler/types); this folder does not know their names.
namespace saiten::rt {

// The keys of a table's rows, as in the source: all integers, or all texts.
struct Keys {
  Array<int64_t> ints;
  TextArray texts;
  bool is_text = false;

  size_t size() const { return is_text ? texts.size() : ints.size(); }
  std::string Spell(size_t row) const { return is_text ? std::string(texts[row]) : std::to_string(ints[row]); }
};

// Rows of another table that belong to each row here, in their order: those of row i are rows[BeginOf(i)] ..
// rows[EndOf(i)].
struct Adjacency {
  Array<uint32_t> offsets;  // one more than there are rows; empty: not loaded
  Array<uint32_t> rows;
  // While it is edited (runtime/editable.h): what counts instead of `offsets`, by row; some of `rows` are dead then.
  // Empty: it is not.
  Array<uint32_t> begins{};
  Array<uint32_t> ends{};

  bool in_order() const { return begins.empty(); }
  uint32_t BeginOf(size_t row) const { return in_order() ? offsets[row] : begins[row]; }
  uint32_t EndOf(size_t row) const { return in_order() ? offsets[row + 1] : ends[row]; }
};

// By row of a table of that size: the rows whose relation `targets` leads there.
Adjacency Reverse(const Column& targets, size_t target_rows);

// One object's records. A column that the program does not need has size 0.
struct Table {
  size_t size = 0;
  Keys keys;
  std::vector<Column> columns;                     // by property; a relation to one holds the row of its target
  std::vector<std::unique_ptr<StringPool>> pools;  // by property; null for what is not text
  std::vector<Adjacency> many;                     // by property
  std::vector<Column> lists;                       // by list id: 1 for members, 0 for others
};

// The events of one declaration, of all records: those of record i are [BeginOf(i), EndOf(i)), sorted by (time,
// arrival). Duplicates by id are already gone (sem T4); events in the future of the run are not.
struct EventSeries {
  // One more than the object has rows: events of record i begin at offsets[i] and end at offsets[i+1]. Empty: not
  // loaded.
  Array<uint32_t> offsets;
  // Where a few records got other events and moving all others would cost too much: what counts instead, as long as
  // `offsets`. Records in `moved` have their events behind offsets.back(), in this order; those at their old place are
  // dead. `begins` and `ends` have one more than there are rows, of no meaning. Empty: none has moved.
  Array<uint32_t> begins;
  Array<uint32_t> ends;
  Array<uint32_t> moved;
  Times times;
  Array<uint32_t> arrival;                         // order of arrival, comparable between series; empty: not asked for
  std::vector<Column> fields;                      // by field
  std::vector<std::unique_ptr<StringPool>> pools;  // by field

  // Places, dead ones among them.
  size_t size() const { return times.size(); }
  bool in_order() const { return begins.empty(); }
  // By record.
  const uint32_t* Begins() const { return in_order() ? offsets.data() : begins.data(); }
  const uint32_t* Ends() const { return in_order() ? offsets.data() + 1 : ends.data(); }
  uint32_t BeginOf(size_t record) const { return Begins()[record]; }
  uint32_t EndOf(size_t record) const { return Ends()[record]; }
};

// All that a run reads. Shared between threads, never written during a run.
struct Dataset {
  std::vector<Table> tables;        // by object
  std::vector<EventSeries> events;  // by event; a property with a history is an event too
};

}  // namespace saiten::rt
