#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "store/data_errors.h"

// Private to store/refresh.
namespace saiten::store {

// One error that reading a row found.
struct FoundError {
  DataErrorKind kind;
  std::string property;
  int64_t row = 0;
  DataErrorGroup::Example example;
  bool leaves_out = false;
};

// Keeps counts and examples of data errors right while rows are read again: those of touched rows are taken out, those
// that reading found are put in. Groups know the rows of their errors (DataErrorGroup::rows).
class ErrorLedger {
 public:
  // Where a load comes upon a group: which part of it, which object, event or list, which stage of that, and there by
  // property, or by the first row and then property.
  struct Place {
    int part = 0;
    size_t subject = 0;
    int stage = 0;
    bool by_row = false;
    int property = 0;
  };
  using PlaceOf = std::function<Place(const DataErrorGroup&)>;

  explicit ErrorLedger(const DataErrors& errors);

  // False if a group of the subject does not know its rows: then no row of it may be touched.
  bool Knows(const std::string& subject) const;
  // Whether there is an error of this kind in this property, also where its rows are not known.
  bool Has(DataErrorKind kind, const std::string& subject, const std::string& property) const {
    return Look(kind, subject, property) != nullptr;
  }
  // The rows with an error of this kind in this property, rising; empty if there is none.
  std::vector<int64_t> RowsOf(DataErrorKind kind, const std::string& subject, const std::string& property) const;
  // The rows of all groups of the subject for which `is_asked` is true, rising, each once.
  std::vector<int64_t> RowsWhere(const std::string& subject,
                                 const std::function<bool(const DataErrorGroup&)>& is_asked) const;
  // Rows that must be read again so that each group of the subject still has the examples of its first errors when
  // those of `touched` (rising) are taken out.
  std::vector<int64_t> RowsBehindExamples(const std::string& subject, const std::vector<int64_t>& touched) const;
  // Takes the errors of these rows (rising) out of all groups of the subject.
  void Forget(const std::string& subject, const std::vector<int64_t>& rows);
  void ForgetAll(const std::string& subject);
  void Add(const std::string& subject, const std::vector<FoundError>& found);
  // Errors of a table that was read as a whole; those of its subject must be forgotten.
  void Adopt(const DataErrors& errors);
  size_t max_examples() const { return max_examples_; }
  // The groups that are left, in the order of a load.
  DataErrors Finish(const PlaceOf& place_of) const;

 private:
  struct Group {
    DataErrorGroup group;  // rows in the order of the errors, rising unless they are not known; no examples
    std::multimap<int64_t, DataErrorGroup::Example> examples;
    bool known = true;
    bool sorted = true;
  };
  const Group* Look(DataErrorKind kind, const std::string& subject, const std::string& property) const;

  size_t max_examples_;
  std::vector<Group> groups_;
};

}  // namespace saiten::store
