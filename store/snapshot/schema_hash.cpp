#include "store/snapshot/schema_hash.h"

#include <algorithm>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/bytes.h"

namespace saiten::store {
namespace {

class Speller {
 public:
  explicit Speller(const Catalog& catalog) : catalog_(catalog) {}

  void Schema() {
    out_.Text(catalog_.timezone);
    out_.Number(catalog_.objects.size());
    for (const ObjectInfo& object : catalog_.objects) Object(object);
    out_.Number(catalog_.events.size());
    for (const EventInfo& event : catalog_.events) Event(event);
    out_.Number(catalog_.lists.size());
    for (const ListInfo& list : catalog_.lists) {
      out_.Text(list.name);
      out_.Text(list.table);
      out_.Number(list.object.value);
    }
  }
  const std::string& bytes() const { return out_.bytes(); }

 private:
  void Texts(const std::vector<std::string>& texts) {
    out_.Number(texts.size());
    for (const std::string& text : texts) out_.Text(text);
  }

  // Enums by what they hold: their numbers move when rules add bands.
  void TypeOf(Type type) {
    out_.Number(static_cast<uint64_t>(type.kind));
    out_.Number(type.scale);
    out_.Number(type.optional ? 1 : 0);
    if (!type.is(TypeKind::kEnum) && !type.is(TypeKind::kSet)) {
      out_.Number(type.ref);
      return;
    }
    const EnumInfo& info = catalog_[type.enum_id()];
    out_.Number(info.members.size());
    for (const EnumMember& member : info.members) {
      out_.Text(member.name);
      Texts(member.spellings);
    }
  }

  void Property(const PropertyInfo& property) {
    out_.Text(property.name);
    TypeOf(property.type);
    out_.Text(property.column);
    out_.Number((property.is_key ? 1 : 0) + (property.is_many ? 2 : 0));
    out_.Number(property.by);
    Texts(property.unknown_spellings);
    Texts(property.true_spellings);
    Texts(property.false_spellings);
    out_.Text(property.history_table);
  }

  void Object(const ObjectInfo& object) {
    out_.Text(object.name);
    out_.Text(object.table);
    out_.Text(object.updated_column);
    out_.Number(object.key ? *object.key + 1 : 0);
    const size_t declared = DeclaredProperties(object);
    out_.Number(declared);
    for (size_t p = 0; p < declared; ++p) Property(object.properties[p]);
  }

  void Event(const EventInfo& event) {
    out_.Text(event.name);
    out_.Number(event.object.value);
    out_.Number(event.any_of.size());
    for (const EventId member : event.any_of) out_.Number(member.value);
    for (const std::string* text : {&event.table, &event.owner_column, &event.time_column, &event.id_column,
                                    &event.seq_column, &event.received_column, &event.updated_column}) {
      out_.Text(*text);
    }
    out_.Number((event.id_column_declared ? 1 : 0) + (event.seq_column_declared ? 2 : 0));
    out_.Number(event.where.size());
    for (const ColumnCondition& condition : event.where) {
      out_.Text(condition.column);
      out_.Number(condition.negated ? 1 : 0);
      Texts(condition.values);
    }
    out_.Number(event.fields.size());
    for (const PropertyInfo& field : event.fields) Property(field);
    out_.Number(event.change_of ? *event.change_of + 1 : 0);
    out_.Text(event.change_of_result);
    out_.Text(event.grants_to);
  }

  const Catalog& catalog_;
  ByteWriter out_;
};

}  // namespace

size_t DeclaredProperties(const ObjectInfo& object) {
  size_t declared = object.properties.size();
  while (declared > 0 && !object.properties[declared - 1].previous_band_of.empty()) --declared;
  return declared;
}

uint64_t SchemaHash(const Catalog& catalog) {
  Speller speller(catalog);
  speller.Schema();
  return XXH3_64bits(speller.bytes().data(), speller.bytes().size());
}

}  // namespace saiten::store
