#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace saiten::store {

// What can be wrong with the data itself (sem N2, N2a, N3). None of it stops a run; all of it is counted.
enum class DataErrorKind : uint8_t {
  // A value that was given but cannot be used; it counts as unknown.
  kNotAValue,   // not a spelling of the declared type
  kOutOfRange,  // well formed, but no such value
  kTooManyDecimals,
  kNeedsZone,  // a local time in a project without a time zone
  kNotInEnum,
  kNotUtf8,
  kNoSuchRecord,   // a relation whose key has no row
  kRecordLeftOut,  // a relation whose row is quarantined
  // A record that is quarantined: not evaluated, no results.
  kKeyUnknown,
  kKeyRepeated,
  kRequiredUnknown,
  // An event that does not count.
  kTimeUnknown,
  kFieldUnknown,  // a field that is not optional
  kOwnerUnknown,  // its record does not exist
  // A member of a list that does not exist.
  kMemberUnknown,
};

// In words for the user, lower case, such as "not in the enum".
std::string_view NameOf(DataErrorKind kind);
// True if a record or an event is always left out because of it (sem N2a: exit 4). Events of records that do not exist
// are not quarantined, only counted.
bool IsQuarantine(DataErrorKind kind);

// Errors of one kind in one property of one object or event.
struct DataErrorGroup {
  struct Example {
    std::string key;    // of the record, or of the event's record; the row number where there is none
    std::string value;  // as in the database, cut at 200 bytes
  };
  DataErrorKind kind;
  std::string subject;   // the name of the object, event or list
  std::string property;  // empty if it is of the row as a whole
  uint64_t count = 0;
  std::vector<Example> examples;  // the first ones
  bool leaves_out = false;        // values of a required property: their rows are quarantined
  // The row numbers of all of them in the source, where a load keeps row numbers; else fewer than `count`.
  std::vector<int64_t> rows;

  // True if rows are quarantined because of it.
  bool quarantines() const { return leaves_out || IsQuarantine(kind); }
};

// All data errors of one load or import, in order of their first appearance.
class DataErrors {
 public:
  // Keeps at most `max_examples` of each group.
  explicit DataErrors(size_t max_examples = 100) : max_examples_(max_examples) {}

  const std::deque<DataErrorGroup>& groups() const { return groups_; }
  uint64_t total() const;
  // True if a record or an event was left out (exit 4). How many is in LoadedData: one may appear in several groups.
  bool any_quarantined() const;

  // The group, made if needed; the reference stays valid.
  DataErrorGroup& Group(DataErrorKind kind, std::string_view subject, std::string_view property);
  // Adds what another part of the load found behind what this one did.
  void Append(const DataErrors& later);
  // Counts one error. `example` is called only where one more is kept; `row` is null where its number is not kept.
  template <typename MakeExample>
  void Count(DataErrorGroup& group, MakeExample example, const int64_t* row = nullptr) {
    if (++group.count <= max_examples_) group.examples.push_back(example());
    if (row != nullptr) group.rows.push_back(*row);
  }
  size_t max_examples() const { return max_examples_; }

 private:
  size_t max_examples_;
  std::deque<DataErrorGroup> groups_;
};

// `text` cut at 200 bytes, what is no UTF-8 made visible: fit for a message.
std::string Excerpt(std::string_view text);

}  // namespace saiten::store
