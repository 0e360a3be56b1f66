#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/types/catalog.h"
#include "runtime/parse_status.h"
#include "runtime/zone.h"
#include "store/cell.h"
#include "store/data_errors.h"
#include "store/load/text_memo.h"

namespace saiten::store {

// What a cell was found to be.
struct Reading {
  enum class Kind : uint8_t { kValue, kText, kUnknown, kError };
  Kind kind = Kind::kUnknown;
  DataErrorKind error = DataErrorKind::kNotAValue;  // kError
  int64_t value = 0;                                // kValue: as compiler/types/type.h says
  std::string_view text;                            // kText: text, and keys of relations to text keys

  static Reading Unknown() { return {}; }
  static Reading Of(int64_t value) { return {.kind = Kind::kValue, .value = value}; }
  static Reading Of(std::string_view text) { return {.kind = Kind::kText, .text = text}; }
  static Reading Error(DataErrorKind error) { return {.kind = Kind::kError, .error = error}; }
};

// Reads the cells of one property or field by rules N2, N2b and N3. A relation is read as the type of its target's key.
// Remembers what it found for texts of types with few distinct values, so it is not shared between threads.
class ValueReader {
 public:
  // `zone` may be null: then local times are errors (kNeedsZone).
  ValueReader(const Catalog& catalog, const PropertyInfo& property, const rt::Zone* zone);

  // The text in the result lives as long as the cell's, or until the next Read.
  Reading Read(const Cell& cell);
  // The type that cells are read as.
  Type type() const { return type_; }

 private:
  struct HashText {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  template <typename Value>
  using TextMap = std::unordered_map<std::string, Value, HashText, std::equal_to<>>;

  bool IsUnknownSpelling(const Cell& cell);
  Reading ReadNumber(const Cell& cell, int scale) const;
  Reading ReadDuration(const Cell& cell) const;
  Reading ReadText(const Cell& cell);
  Reading ReadRemembered(const Cell& cell);
  Reading ReadBool(std::string_view text) const;
  Reading ReadMember(std::string_view text) const;
  Reading ReadSet(std::string_view text) const;
  Reading ReadInstant(const Cell& cell) const;

  Type type_;
  const rt::Zone* zone_;
  int scale_ = 0;
  bool is_key_ = false;
  int other_ = -1;                     // the member for values outside the enum; -1: none
  TextMap<int64_t> members_;           // by NFKC spelling: members of the enum, 0 and 1 of a bool
  std::vector<std::string> unknowns_;  // NFKC forms of the spellings of unknown
  TextMemo<Reading> remembered_;
  std::string buffer_;
};

}  // namespace saiten::store
