#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "compiler/types/catalog.h"
#include "runtime/column.h"
#include "runtime/string_pool.h"
#include "store/data_errors.h"
#include "store/load/text_memo.h"
#include "store/load/value_reader.h"

// One column of values while it is loaded, with the errors found in it. Private to store/.
namespace saiten::store {

// Why a row was not what the rules say; keeps the group of each kind, so that many errors cost little.
class ErrorSink {
 public:
  ErrorSink(DataErrors& errors, std::string subject, std::string property)
      : errors_(&errors), subject_(std::move(subject)), property_(std::move(property)) {}

  template <typename MakeExample>
  void Count(DataErrorKind kind, MakeExample example, bool leaves_out = false, const int64_t* row = nullptr) {
    DataErrorGroup*& group = groups_[static_cast<size_t>(kind)];
    if (group == nullptr) group = &errors_->Group(kind, subject_, property_);
    group->leaves_out = group->leaves_out || leaves_out;
    errors_->Count(*group, example, row);
  }

 private:
  static constexpr size_t kKinds = static_cast<size_t>(DataErrorKind::kMemberUnknown) + 1;
  DataErrors* errors_;
  std::string subject_;
  std::string property_;
  DataErrorGroup* groups_[kKinds] = {};
};

// Collects the values of one property or field of all rows.
class ValueColumn {
 public:
  // Values that are not kept are only checked.
  ValueColumn(const Catalog& catalog, const PropertyInfo& property, const rt::Zone* zone, bool keep, ErrorSink errors);

  // What a cell was: a value or a text that is kept have a number, a text its code in the pool.
  struct Value {
    Reading::Kind kind = Reading::Kind::kUnknown;
    int64_t number = 0;
    bool known() const { return kind == Reading::Kind::kValue || kind == Reading::Kind::kText; }
  };
  // Reads a cell; an error is counted. `key` spells the row's key for a report; `row` is its number, null where these
  // are not kept.
  template <typename SpellKey>
  Value Read(const Cell& cell, SpellKey key, const int64_t* row) {
    const bool text = pool_ != nullptr && cell.kind == Cell::Kind::kText;
    if (text) {
      if (const int32_t* const code = codes_.Find(cell.text)) return {Reading::Kind::kText, *code};
    }
    const Reading reading = reader_.Read(cell);
    if (reading.kind == Reading::Kind::kError) {
      std::string buffer;
      errors_.Count(
          reading.error, [&] { return DataErrorGroup::Example{key(), Excerpt(cell.Spell(&buffer))}; }, required_, row);
    }
    if (reading.kind != Reading::Kind::kText || !keep_) return {reading.kind, reading.value};
    const int32_t code = pool_->Intern(reading.text);
    if (text) codes_.Put(cell.text, code);
    return {reading.kind, code};
  }
  // Reads and appends a cell, and says what it was.
  template <typename SpellKey>
  Reading::Kind Append(const Cell& cell, SpellKey key, const int64_t* row) {
    const Value value = Read(cell, key, row);
    if (keep_) value.known() ? values_.Append(value.number) : values_.AppendUnknown();
    return value.kind;
  }
  void AppendUnknown();
  // Takes over all values that another column of the same property has collected, behind those here.
  void Append(ValueColumn& part);

  bool keep() const { return keep_; }
  ErrorSink& errors() { return errors_; }
  // The values of a relation are keys: the numbers themselves, or codes of texts in the pool.
  rt::StringPool* pool() { return pool_.get(); }
  std::unique_ptr<rt::StringPool> TakePool() { return std::move(pool_); }
  rt::Column Finish() { return values_.Finish(); }

 private:
  ValueReader reader_;
  bool keep_;
  bool required_;
  ErrorSink errors_;
  std::unique_ptr<rt::StringPool> pool_;
  TextMemo<int32_t> codes_;
  rt::ColumnBuilder values_;
};

}  // namespace saiten::store
