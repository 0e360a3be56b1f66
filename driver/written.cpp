#include "driver/written.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "driver/words.h"
#include "store/sqlite/source_table.h"

namespace saiten::driver {
namespace {

using flow::WrittenProperty;

class Resolver {
 public:
  Resolver(const Config& config, const Catalog& catalog) : config_(config), catalog_(catalog) {}

  Result<WrittenProperty> Resolve(const std::string& name) const {
    const size_t point = name.find('.');
    const auto object = point == std::string::npos ? std::nullopt : catalog_.FindObject(name.substr(0, point));
    if (!object) return Unknown(name);
    const auto property = catalog_[*object].Find(name.substr(point + 1));
    if (!property) return Unknown(name);
    const WrittenProperty which{*object, *property};
    const Text why = WhyNot(which);
    if (!why.empty()) return Refuse(name, why, {});
    return which;
  }

 private:
  Error Refuse(const std::string& name, const Text& why, const Text& hint) const {
    const auto found = config_.origins.find("write");
    const bool in_file = found != config_.origins.end() && !found->second.file.empty();
    const std::string place =
        in_file ? fmt::format("{}:{}: ", found->second.file, found->second.line) : std::string("--config: ");
    return Fail(
        ErrorKind::kUsage,
        {fmt::format("{}`write`: `{}` {}", place, name, why.en), fmt::format("{}`write`: `{}`{}", place, name, why.ja)},
        hint);
  }

  Error Unknown(const std::string& name) const {
    std::vector<std::string> known;
    for (const ObjectInfo& object : catalog_.objects) {
      for (const PropertyInfo& property : object.properties) {
        if (property.previous_band_of.empty()) known.push_back(object.name + "." + property.name);
      }
    }
    const std::string_view near = Nearest(name, known);
    return Refuse(
        name,
        {"is no property of the schema; name it as OBJECT.PROPERTY",
         "というプロパティはスキーマにありません。オブジェクト.プロパティの形で書いてください"},
        near.empty() ? Text{} : Text{fmt::format("did you mean `{}`?", near), fmt::format("`{}`のことですか", near)});
  }

  // Empty: it can be written.
  Text WhyNot(const WrittenProperty& which) const {
    const ObjectInfo& object = catalog_[which.object];
    const PropertyInfo& property = object.properties[which.property];
    if (property.is_key) {
      return {"is the key, by which records are told apart: it is never written",
              "はレコードを見分けるキーなので、書き込めません"};
    }
    if (property.is_many || !property.previous_band_of.empty() || property.column.empty()) {
      return {fmt::format("has no column in the table `{}`", object.table),
              fmt::format("はテーブル`{}`に列を持ちません", object.table)};
    }
    if (store::SameName(property.column, object.updated_column)) {
      return {"is the column by which changes are found (`updated`)", "は変更を見つけるための列です(`updated`)"};
    }
    if (const std::optional<std::string> other = AlsoReadBy(which)) {
      return {fmt::format("shares its column with `{}`, which would change with it", *other),
              fmt::format("は`{}`と同じ列なので、一緒に変わってしまいます", *other)};
    }
    return {};
  }

  // Another property of the same column.
  std::optional<std::string> AlsoReadBy(const WrittenProperty& which) const {
    const std::string& table = catalog_[which.object].table;
    const std::string& column = catalog_[which.object].properties[which.property].column;
    for (uint32_t object = 0; object < catalog_.objects.size(); ++object) {
      const ObjectInfo& info = catalog_.objects[object];
      if (!store::SameName(info.table, table)) continue;
      for (uint32_t i = 0; i < info.properties.size(); ++i) {
        const PropertyInfo& property = info.properties[i];
        const bool itself = which == WrittenProperty{ObjectId(object), i};
        if (itself || property.is_many || !property.previous_band_of.empty()) continue;
        if (store::SameName(property.column, column)) return info.name + "." + property.name;
      }
    }
    return std::nullopt;
  }

  const Config& config_;
  const Catalog& catalog_;
};

}  // namespace

Result<std::vector<WrittenProperty>> WrittenProperties(const Compiled& compiled) {
  const Config& config = compiled.project.config.config;
  const Resolver resolver(config, compiled.checked.catalog);
  std::vector<WrittenProperty> written;
  for (const std::string& name : config.write) {
    SAITEN_ASSIGN_OR_RETURN(const WrittenProperty which, resolver.Resolve(name));
    if (std::ranges::find(written, which) == written.end()) written.push_back(which);
  }
  return written;
}

}  // namespace saiten::driver
