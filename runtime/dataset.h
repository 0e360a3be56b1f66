#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/array.h"
#include "runtime/column.h"
#include "runtime/string_pool.h"
#include "runtime/text_array.h"

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

// Rows of another table that belong to each row here: those of row i are rows[offsets[i]] .. rows[offsets[i+1]].
struct Adjacency {
  Array<uint32_t> offsets;  // one more than there are rows; empty: not loaded
  Array<uint32_t> rows;
};

// One object's records. A column that the program does not need has size 0.
struct Table {
  size_t size = 0;
  Keys keys;
  std::vector<Column> columns;                     // by property; a relation to one holds the row of its target
  std::vector<std::unique_ptr<StringPool>> pools;  // by property; null for what is not text
  std::vector<Adjacency> many;                     // by property
  std::vector<Column> lists;                       // by list id: 1 for members, 0 for others
};

// The events of one declaration, of all records: those of record i are [offsets[i], offsets[i+1]), sorted by
// (time, arrival). Duplicates by id are already gone (sem T4); events in the future of the run are not.
struct EventSeries {
  Array<uint32_t> offsets;                         // one more than the object has rows; empty: not loaded
  Array<int64_t> times;                            // UTC microseconds
  Array<uint32_t> arrival;                         // order of arrival, comparable between series; empty: not asked for
  std::vector<Column> fields;                      // by field
  std::vector<std::unique_ptr<StringPool>> pools;  // by field

  size_t size() const { return times.size(); }
};

// All that a run reads. Shared between threads, never written during a run.
struct Dataset {
  std::vector<Table> tables;        // by object
  std::vector<EventSeries> events;  // by event; a property with a history is an event too
};

}  // namespace saiten::rt
