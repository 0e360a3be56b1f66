#include "flow/durable/kept.h"

#include <algorithm>

namespace saiten::flow {

KeptValues::KeptValues(const Catalog& catalog, const rt::Dataset& data)
    : catalog_(catalog), data_(data), rows_(catalog.objects.size()), added_(catalog.objects.size()) {
  Grown();
}

void KeptValues::Grown() {
  keys_.clear();
  for (const rt::Table& table : data_.tables) keys_.push_back(table.keys);
  for (auto& rows : rows_) rows.reset();
}

void KeptValues::AddKey(ObjectId object, Kept key) {
  const std::scoped_lock lock(adding_);
  added_[object.index()].push_back(std::move(key));
}

Kept KeptValues::KeyOf(ObjectId object, uint32_t row) const {
  const rt::Keys& keys = keys_[object.index()];
  if (row >= keys.size()) {
    const std::scoped_lock lock(adding_);
    const std::deque<Kept>& added = added_[object.index()];
    return row - keys.size() < added.size() ? added[row - keys.size()] : Kept();
  }
  if (keys.is_text) return std::string(keys.texts[row]);
  return keys.ints[row];
}

uint32_t KeptValues::RowOf(ObjectId object, const Kept& key) {
  const rt::Keys& keys = keys_[object.index()];
  std::unique_ptr<store::KeyMap>& rows = rows_[object.index()];
  if (!rows) rows = std::make_unique<store::KeyMap>(store::KeyMap::Of(keys));
  const auto* number = std::get_if<int64_t>(&key);
  const auto* text = std::get_if<std::string>(&key);
  if (keys.is_text) return text ? rows->Find(std::string_view(*text)) : kNone;
  return number ? rows->Find(*number) : kNone;
}

uint32_t KeptValues::RowOf(ObjectId object, const store::Reading& key) {
  if (key.kind == store::Reading::Kind::kValue) return RowOf(object, Kept(key.value));
  if (key.kind == store::Reading::Kind::kText) return RowOf(object, Kept(std::string(key.text)));
  return kNone;
}

Value KeptValues::ValueOf(Type type, const store::Reading& reading) {
  if (type.is(TypeKind::kRef)) {
    const uint32_t row = RowOf(type.object_id(), reading);
    return row == kNone ? Value::Unknown() : Value::Of(static_cast<int64_t>(row));
  }
  if (reading.kind == store::Reading::Kind::kValue) return Value::Of(reading.value);
  if (reading.kind == store::Reading::Kind::kText) return Value::Of(std::string(reading.text));
  return Value::Unknown();
}

Kept KeptValues::Encode(Type type, const Value& value) const {
  if (!value.known) return {};
  if (type.is(TypeKind::kText)) return value.text;
  if (type.is(TypeKind::kRef)) return KeyOf(type.object_id(), static_cast<uint32_t>(value.number));
  if (!type.is(TypeKind::kEnum) && !type.is(TypeKind::kSet)) return value.number;
  const auto& members = catalog_[type.enum_id()].members;
  if (type.is(TypeKind::kEnum)) return members[static_cast<size_t>(value.number)].name;
  std::string names;
  for (size_t i = 0; i < members.size(); ++i) {
    if ((value.number >> i & 1) != 0) names += (names.empty() ? "" : ";") + members[i].name;
  }
  return names;
}

Value KeptValues::Decode(Type type, const Kept& kept) {
  const auto* number = std::get_if<int64_t>(&kept);
  const auto* text = std::get_if<std::string>(&kept);
  if (type.is(TypeKind::kText)) return text ? Value::Of(*text) : Value::Unknown();
  if (type.is(TypeKind::kRef)) {
    const uint32_t row = RowOf(type.object_id(), kept);
    return row == kNone ? Value::Unknown() : Value::Of(static_cast<int64_t>(row));
  }
  if (!type.is(TypeKind::kEnum) && !type.is(TypeKind::kSet)) return number ? Value::Of(*number) : Value::Unknown();
  if (!text) return Value::Unknown();
  const auto& members = catalog_[type.enum_id()].members;
  const auto place = [&](std::string_view name) {
    const auto found =
        std::ranges::find(members, name, [](const auto& member) { return std::string_view(member.name); });
    return found == members.end() ? -1 : found - members.begin();
  };
  if (type.is(TypeKind::kEnum)) {
    const auto member = place(*text);
    return member < 0 ? Value::Unknown() : Value::Of(static_cast<int64_t>(member));
  }
  int64_t set = 0;
  for (size_t begin = 0; begin < text->size();) {
    const size_t end = std::min(text->find(';', begin), text->size());
    if (const auto member = place(std::string_view(*text).substr(begin, end - begin)); member >= 0) {
      set |= int64_t{1} << member;
    }
    begin = end + 1;
  }
  return Value::Of(set);
}

void Bind(store::Statement& statement, int at, const Kept& kept) {
  if (const auto* number = std::get_if<int64_t>(&kept)) {
    statement.Bind(at, *number);
  } else if (const auto* text = std::get_if<std::string>(&kept)) {
    statement.Bind(at, std::string_view(*text));
  } else {
    statement.BindNull(at);
  }
}

Kept KeptAt(const store::Statement& statement, int at) {
  switch (sqlite3_column_type(statement.handle(), at)) {
    case SQLITE_INTEGER:
      return statement.Int(at);
    case SQLITE_NULL:
      return {};
    default:
      return std::string(statement.Text(at));
  }
}

}  // namespace saiten::flow
