#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "compiler/types/catalog.h"
#include "flow/value.h"
#include "runtime/dataset.h"
#include "store/load/key_map.h"
#include "store/load/value_reader.h"
#include "store/sqlite/sqlite.h"

namespace saiten::flow {

// A value as the tables of automation keep it, good for other rules and another load too: members of enums by their
// names, records by their keys, everything else as the number or text that it is. Nothing: unknown.
using Kept = std::variant<std::monostate, int64_t, std::string>;

// Between values of now and kept ones.
class KeptValues {
 public:
  // Both must outlive it. Records of `data` may change, but not their keys.
  KeptValues(const Catalog& catalog, const rt::Dataset& data);

  Kept Encode(Type type, const Value& value) const;
  // Unknown where the member or the record is not there any more, or the type is another one.
  Value Decode(Type type, const Kept& kept);

  // As a table of the user's may hold it, so that a load reads the same again (sem N2b); members by their first
  // spelling (sem O1a). The value is known.
  std::string SpellForSource(Type type, const Value& value) const;

  Kept KeyOf(ObjectId object, uint32_t row) const;
  static constexpr uint32_t kNone = store::KeyMap::kNone;
  // kNone: the record is not there.
  uint32_t RowOf(ObjectId object, const Kept& key);
  // A cell that was read as a key, or as a property of this type.
  uint32_t RowOf(ObjectId object, const store::Reading& key);
  Value ValueOf(Type type, const store::Reading& reading);
  // Whether records of the object have keys of this form.
  bool IsKey(ObjectId object, const Kept& key) const {
    const bool is_text = keys_[object.index()].is_text;
    return is_text ? std::holds_alternative<std::string>(key) : std::holds_alternative<int64_t>(key);
  }
  // Records were put behind the others of the data. Before AddKey.
  void Grown();
  // The key of one record more, behind all others of its object. From another thread than the one that asks for keys.
  void AddKey(ObjectId object, Kept key);

  const Catalog& catalog() const { return catalog_; }

 private:
  const Catalog& catalog_;
  const rt::Dataset& data_;
  std::vector<rt::Keys> keys_;                        // by object: of the records that were there at first
  std::vector<std::unique_ptr<store::KeyMap>> rows_;  // by object, made when asked for
  mutable std::mutex adding_;
  std::vector<std::deque<Kept>> added_;  // by object
};

// `kept` must live until the next step is done.
void Bind(store::Statement& statement, int at, const Kept& kept);
Kept KeptAt(const store::Statement& statement, int at);

}  // namespace saiten::flow
