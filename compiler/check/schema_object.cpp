#include <fmt/format.h>

#include "compiler/check/checker.h"
#include "compiler/check/updated.h"

// Objects: tables, columns, keys, relations both ways; the object of the users, which needs no declaration.
namespace saiten::check {
namespace {

using diag::Code;

}  // namespace

void Checker::AddUserObject() {
  if (catalog().FindObject("user")) return;
  ObjectInfo user;
  user.name = "user";
  user.table = "users";
  user.built_in = true;
  user.key = 0;
  auto add = [&](const char* name, Type type, bool key, Role role = Role::kNone) {
    PropertyInfo property;
    property.role = role;
    property.name = property.column = name;
    property.type = type;
    property.is_key = key;
    user.properties.push_back(std::move(property));
  };
  add("id", Type::Int(), true);
  add("name", Type::Text().Optional(), false);
  add("email", Type::Text().Optional(), false, Role::kAddress);
  catalog().objects.push_back(std::move(user));
  object_decls_.push_back({nullptr, FileId()});
}

PropertyInfo Checker::ResolveProperty(const ast::Property& property, bool of_event) {
  PropertyInfo info;
  info.name = std::string(property.name.text);
  info.label = PlainText(property.label);
  info.docs = std::string(property.docs);
  info.at = At(property.name.span);
  info.type_at = At(property.type.span);
  info.is_key = property.is_key;
  info.is_many = property.is_many;
  info.type = ResolveType(property.type);
  if (property.column) {
    info.column = PlainText(property.column);
  } else {
    info.column = info.type.is(TypeKind::kRef) && !info.is_many ? info.name + "_id" : info.name;
  }
  for (const ast::Expr* text : property.unknown_spellings) info.unknown_spellings.push_back(PlainText(text));
  for (const ast::Expr* text : property.true_spellings) info.true_spellings.push_back(PlainText(text));
  for (const ast::Expr* text : property.false_spellings) info.false_spellings.push_back(PlainText(text));
  info.history_table = PlainText(property.history);
  if (property.role.valid()) {
    auto role = RoleFromName(property.role.text);
    if (role && !of_event) {
      info.role = *role;
    } else {
      auto builder = sink_.Report(Code::kUnknownRole, At(property.role.span), {std::string(property.role.text)});
      std::vector<std::string> names;
      for (int i = 1; i <= static_cast<int>(Role::kConsent); ++i) names.emplace_back(NameOf(static_cast<Role>(i)));
      Suggest(builder, property.role, names);
    }
  }
  return info;
}

void Checker::ResolveObject(ObjectId id, const ast::ObjectDecl& decl) {
  std::vector<PropertyInfo> properties;
  std::vector<uint32_t> keys;
  for (const ast::Property& property : decl.properties) {
    if (!property.name.valid()) continue;
    properties.push_back(ResolveProperty(property, false));
    if (properties.back().is_key) keys.push_back(static_cast<uint32_t>(properties.size() - 1));
  }
  ObjectInfo& info = catalog().objects[id.index()];
  info.table = decl.table ? PlainText(decl.table) : info.name;
  info.properties = std::move(properties);
  const std::string updated = PlainText(decl.updated);
  if (decl.updated) CheckUpdated(catalog(), info.table, updated, info.properties, At(decl.updated->span), sink_);
  info.updated_column = updated;
  if (keys.size() == 1) {
    info.key = keys[0];
    PropertyInfo& key = info.properties[keys[0]];
    if (!key.type.is_error() &&
        ((!key.type.is(TypeKind::kInt) && !key.type.is(TypeKind::kText)) || key.type.optional)) {
      sink_.Report(Code::kTypeMismatch, key.type_at, {diag::Both("int` or `text", "int` か `text"), Spell(key.type)})
          .Caret("a key is always known", "キーは必ず値を持ちます");
    }
  } else {
    auto builder = sink_.Report(Code::kKeyCount, info.at, {info.name, std::to_string(keys.size())});
    builder.Note("put `key` behind the property that tells records apart, as in `id: int key`",
                 "レコードを区別する項目に `key` を付けます(例: `id: int key`)");
  }
}

void Checker::CheckRelations() {
  for (size_t i = 0; i < catalog().objects.size(); ++i) {
    if (!object_decls_[i].first) continue;
    file_ = object_decls_[i].second;
    ObjectInfo& object = catalog().objects[i];
    for (size_t p = 0, d = 0; p < object.properties.size(); ++p, ++d) {
      while (!object_decls_[i].first->properties[d].name.valid()) ++d;
      PropertyInfo& property = object.properties[p];
      if (!property.is_many || property.type.is_error()) continue;
      const ast::Property& written = object_decls_[i].first->properties[d];
      if (!property.type.is(TypeKind::kRef)) {
        sink_.Report(Code::kTypeMismatch, property.type_at, {"object", Spell(property.type)});
        property.type = Type::Error();
        continue;
      }
      const ObjectInfo& target = catalog()[property.type.object_id()];
      auto by = target.Find(written.by.text);
      const bool back =
          by && !target.properties[*by].is_many && target.properties[*by].type.Required() == Type::Ref(ObjectId(i));
      if (!back) {
        if (written.by.valid()) {
          sink_
              .Report(Code::kRelationBack, At(written.by.span),
                      {std::string(written.by.text), target.name, object.name})
              .Other(target.at, "an object that needs the other end", "こちらのオブジェクトに反対側が必要です")
              .Note(fmt::format("`{0}` needs a property like `{1}: {1}?`", target.name, object.name),
                    fmt::format("`{0}` に `{1}: {1}?` のような項目が必要です", target.name, object.name));
        }
        property.type = Type::Error();
        continue;
      }
      property.by = *by;
    }
  }
}

}  // namespace saiten::check
