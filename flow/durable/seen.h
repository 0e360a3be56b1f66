#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "flow/durable/kept.h"
#include "store/sqlite/sqlite.h"

// What the last tick knew of the source: one wide table an object, a row a record. By it changes are told that no log
// of changes has told (sem T4a).
namespace saiten::flow {

class SeenTable {
 public:
  // All must outlive it. `properties`: those that are loaded now, without relations to many.
  SeenTable(store::Connection& connection, KeptValues& values, ObjectId object, std::vector<uint32_t> properties);

  const std::vector<uint32_t>& properties() const { return properties_; }
  // Each record that was there. `told`: those of properties() that were kept; `values` by them. Nothing else may be
  // done with the table meanwhile.
  using Visit = std::function<void(const Kept& id, std::span<const uint32_t> told, std::span<const Value> values)>;
  saiten::Status Read(const Visit& visit);
  // Whether the table has these very properties; if not, BeginAnew and all records are written.
  Result<bool> Fits();
  // Inside a write transaction: an empty table for properties().
  saiten::Status BeginAnew();
  // `values` by properties().
  saiten::Status Write(uint32_t row, std::span<const Value> values);
  saiten::Status Forget(const Kept& id);
  // One property of a record; nothing: it is not one of properties(), or the record is not known.
  Result<std::optional<Value>> Get(uint32_t row, uint32_t property);
  // Inside a write transaction, where Get has found it.
  saiten::Status Put(uint32_t row, uint32_t property, const Value& value);

 private:
  // A column of the table as it is: which property, of what type.
  struct Column {
    std::string property;
    std::string type;
    bool operator==(const Column&) const = default;
  };
  Result<std::vector<Column>> ColumnsThere();
  std::vector<Column> ColumnsNow() const;
  std::string Table() const;
  // Of properties(); nothing: it is not one of them.
  std::optional<size_t> PlaceOf(uint32_t property) const;

  store::Connection& connection_;
  KeptValues& values_;
  ObjectId object_;
  std::vector<uint32_t> properties_;
  store::Statement write_;
  store::Statement forget_;
  std::map<size_t, store::Statement> get_;  // by place
  std::map<size_t, store::Statement> put_;
  bool prepared_ = false;
};

}  // namespace saiten::flow
