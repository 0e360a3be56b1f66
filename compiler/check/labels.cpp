#include <algorithm>

#include <fmt/format.h>

#include "compiler/check/checker.h"

// Labels that need no enum: those of bands, of grids and of the columns of decision tables.
namespace saiten::check {

EnumId Checker::MakeLabels(EnumInfo::Origin origin, const ast::Name& name, std::span<const Label> labels) {
  EnumInfo info;
  info.name = std::string(name.text);
  info.origin = origin;
  info.ordered = true;
  info.at = At(name.span);
  for (const Label& label : labels) {
    if (!label.name.valid()) continue;
    int member = info.Find(label.name.text);
    if (member < 0) {
      member = static_cast<int>(info.members.size());
      info.members.push_back({std::string(label.name.text), {}, At(label.name.span)});
    }
    auto* text = ast::As<ast::TextLit>(label.text);
    if (text) info.members[member].spellings = {std::string(text->plain())};
  }
  catalog().enums.push_back(std::move(info));
  return EnumId(catalog().enums.size() - 1);
}

EnumId Checker::GridLabels(const ast::GridDecl& grid) {
  std::vector<Label> labels;
  for (const ast::MatchRow& row : grid.rows) {
    if (auto* label = ast::As<ast::NameRef>(Bare(row.result))) labels.push_back({label->name, row.label});
  }
  return MakeLabels(EnumInfo::Origin::kGrid, grid.name, labels);
}

// A column of a decision table whose cells are all names that mean nothing else is a set of labels of its own.
void Checker::FindLabelColumns(TableInfo& table) {
  Scope scope;
  if (table.object.valid()) scope.frames.push_back(Type::Ref(table.object));
  table.columns.assign(table.decl->gives.size(), Type::Error());
  for (size_t c = 0; c < table.columns.size(); ++c) {
    std::vector<Label> labels;
    bool all = true;
    for (const ast::MatchRow& row : table.decl->rows) {
      auto* tuple = ast::As<ast::ListExpr>(row.result);
      const bool one = table.columns.size() == 1 && !(tuple && tuple->is_tuple);
      if (!one && (!tuple || c >= tuple->items.size())) continue;
      auto* label = ast::As<ast::NameRef>(Bare(one ? row.result : tuple->items[c]));
      const bool is_let = label && std::ranges::any_of(program_.lets, [&](const LetInfo& let) {
                            return let.decl->name.text == label->name.text;
                          });
      const bool is_property = label && table.object.valid() && catalog()[table.object].Find(label->name.text);
      all &= label && !is_let && !is_property;
      if (label) labels.push_back({label->name, nullptr});
    }
    if (!all || labels.empty()) continue;
    const EnumId id = MakeLabels(EnumInfo::Origin::kTable, table.decl->gives[c], labels);
    catalog().enums[id.index()].name = fmt::format("{}.{}", table.decl->name.text, table.decl->gives[c].text);
    table.columns[c] = Type::Enum(id);
  }
}

void Checker::AddPreviousBands() {
  for (ScoreInfo& score : program_.scores) {
    const ast::Bands* bands = score.decl->bands;
    auto lingers = [](const ast::Band& band) { return band.leave_below != nullptr; };
    if (!bands || !score.object.valid() || std::ranges::none_of(bands->bands, lingers)) continue;
    auto& properties = catalog().objects[score.object.index()].properties;
    score.previous_band = static_cast<uint32_t>(properties.size());
    PropertyInfo property;
    property.name = "previous " + std::string(bands->name.text);  // nobody can write a name with a space
    property.type = Type::Enum(score.bands).Optional();
    property.previous_band_of = score.decl->name.text;
    property.at = {score.file, bands->name.span};
    properties.push_back(std::move(property));
  }
}

}  // namespace saiten::check
