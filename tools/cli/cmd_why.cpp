#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "driver/explain_record.h"
#include "driver/format.h"
#include "tools/cli/commands.h"
#include "tools/cli/progress.h"
#include "tools/cli/show.h"

namespace saiten::cli {
namespace {

using Json = nlohmann::ordered_json;
using driver::WhyItem;

Json JsonOf(const driver::Why& why) {
  Json items = Json::array();
  for (const WhyItem& item : why.items) {
    Json lines = Json::array();
    for (const driver::WhyLine& line : item.lines) {
      Json values = Json::array();
      for (const driver::WhyValue& value : line.values) {
        values.push_back(
            {{"what", value.what}, {"known", value.known}, {"value", value.known ? Json(value.value) : Json(nullptr)}});
      }
      Json json = {{"depth", line.depth},
                   {"text", line.text},
                   {"values", std::move(values)},
                   {"remark", line.remark.substr(line.remark.starts_with(' ') ? 1 : 0)},
                   {"took", line.took}};
      if (line.points) json["milli_points"] = *line.points;
      lines.push_back(std::move(json));
    }
    Json json = {{"kind", driver::KindWord(item.kind)}, {"name", item.name}, {"value", item.value}};
    if (item.points) json["milli_points"] = *item.points;
    if (!item.band.empty()) json["band"] = item.band;
    json["lines"] = std::move(lines);
    items.push_back(std::move(json));
  }
  return {{"format_version", "1.0"},
          {"object", why.object},
          {"key", why.key},
          {"as_of", rt::FormatInstant(why.as_of, *rt::Zone::Utc())},
          {"items", std::move(items)}};
}

Exit Run(Context& context) {
  Exit exit = Exit::kOk;
  auto compiled = CompileOrExplain(context, false, driver::CompileTo::kProgram, &exit);
  if (!compiled) return exit;
  driver::WhyRequest request;
  request.object = context.positional()[0];
  request.id = context.positional()[1];
  request.data.db = context.Value("db").value_or("");
  request.data.as_of = context.Value("as-of").value_or("");
  request.options = {.rule = context.Value("rule").value_or(""),
                     .every_occurrence = context.console().verbose(),
                     // Machines read the same words in every language.
                     .language = context.Flag("json") ? driver::Language::kEnglish : context.language()};
  ProgressLine line(context.console());
  request.data.progress = line.progress();
  request.data.cache = CacheOptionsOf(context, line);
  const auto why = driver::ExplainRecord(*compiled, request);
  line.Stop();
  if (!why.ok()) return context.Fail(why.error());
  if (context.Flag("json")) {
    context.console().Result(JsonOf(*why).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
    return exit;
  }
  const bool color = context.console().color_out();
  const auto zone = driver::ZoneOf(*compiled);
  const rt::Zone* clock = zone.ok() && *zone ? *zone : rt::Zone::Utc();
  context.console().Result(fmt::format("{} {}   {} {}\n\n", why->object, why->key, context.Say("as of", "時点"),
                                       rt::FormatInstant(why->as_of, *clock)));
  context.console().Result(driver::RenderWhy(*why, color, context.language()));
  return exit;
}

}  // namespace

Command WhyCommand() {
  return {
      .name = "why",
      .arguments = "OBJECT ID",
      .summary = {"where each point of a record comes from", "点数やセグメントの理由"},
      .details = {"Every clause with the value it saw; the points add up exactly to the total, limits are lines of "
                  "their own. Of a segment\n"
                  "that the record is not in, the first clause that fails. -v lists every occurrence.",
                  "各条件と、そのとき見た値を表示します。点数の合計は必ず一致し、上下限は独立した行になります。該当しな"
                  "いセグメントでは、\n"
                  "最初に外れた条件を示します。-vで全件を表示します。"},
      .options =
          {DbOption(),
           {.name = "as-of", .value = "TIME", .help = {"the rules' clock (default: now)", "ルールの時計(既定: 現在)"}},
           {.name = "rule",
            .value = "NAME",
            .help = {"only this score, band, grid or segment", "このスコア・バンド・グリッド・セグメントだけ"}},
           {.name = "json", .help = {"for machines", "機械向けのJSON"}},
           {.name = "run", .value = "ID", .help = {"of an earlier run", "過去の実行について"}, .not_built = true},
           {.name = "diff", .value = "REF", .help = {"against other rules", "別のルールとの差"}, .not_built = true}},
      .examples = {{"saiten why contact 42 --db crm.db", {"everything about contact 42", "コンタクト42のすべて"}},
                   {"saiten why contact 42 --db crm.db --rule hot", {"one rule", "1つのルールだけ"}}},
      .min_arguments = 2,
      .max_arguments = 2,
      .run = Run};
}

}  // namespace saiten::cli
