#include "driver/explain_record.h"

#include <fmt/format.h>

#include "driver/words.h"

namespace saiten::driver {
namespace {

std::optional<size_t> RowOf(const rt::Keys& keys, const std::string& id) {
  for (size_t row = 0; row < keys.size(); ++row) {
    if (keys.Spell(row) == id) return row;
  }
  return std::nullopt;
}

}  // namespace

Result<Why> ExplainRecord(const Compiled& compiled, const WhyRequest& request) {
  const Catalog& catalog = compiled.checked.catalog;
  const auto object = catalog.FindObject(request.object);
  if (!object) {
    std::vector<std::string> names;
    for (const ObjectInfo& info : catalog.objects) names.push_back(info.name);
    const std::string near(Nearest(request.object, names));
    const std::string all = fmt::format("`{}`", fmt::join(names, "`, `"));
    return Fail(ErrorKind::kUsage,
                {fmt::format("the rules declare no object `{}`", request.object),
                 fmt::format("ルールにオブジェクト`{}`の宣言がありません", request.object)},
                {near.empty() ? "there are: " + all : fmt::format("did you mean `{}`?", near),
                 near.empty() ? "あるもの: " + all : fmt::format("`{}`のことですか", near)});
  }
  const lower::LowerResult& lowered = *compiled.lowered;
  SAITEN_ASSIGN_OR_RETURN(const auto loaded, LoadData(compiled, lowered.program, request.data));
  const rt::Table& table = loaded->context->table(*object);
  const auto row = RowOf(table.keys, request.id);
  if (!row) {
    const bool computed = table.size > 0;
    return Fail(ErrorKind::kUsage,
                {fmt::format("no {} with the key `{}`", request.object, request.id),
                 fmt::format("キーが`{}`の{}はありません", request.id, request.object)},
                computed ? Text{"a record that was left out for bad data has no results; `saiten run` lists those",
                                "データの誤りで隔離されたレコードに結果はありません(`saiten run`で確認できます)"}
                         : Text{"no rule is about this object, or its table is empty",
                                "このオブジェクトのルールがないか、表が空です"});
  }
  // Explanations read values by their numbers as lowered, so the program is not optimised; the interpreter runs it.
  SAITEN_ASSIGN_OR_RETURN(Executed executed, Execute(*loaded->context, {.engine = Engine::kInterp}));
  Why why = Explain(compiled, lowered, *loaded->context, executed.results, *object, *row, request.options);
  if (why.items.empty()) {
    return request.options.rule.empty()
               ? Fail(ErrorKind::kUsage, {fmt::format("no rule is about `{}`", request.object),
                                          fmt::format("`{}`についてのルールはありません", request.object)})
               : Fail(ErrorKind::kUsage,
                      {fmt::format("`{}` has no score, band, grid, table or segment `{}`", request.object,
                                   request.options.rule),
                       fmt::format("`{}`に`{}`というスコア・バンド・グリッド・表・セグメントはありません",
                                   request.object, request.options.rule)});
  }
  return why;
}

}  // namespace saiten::driver
