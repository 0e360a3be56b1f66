#include <fmt/format.h>

#include "base/json.h"
#include "driver/explain_record.h"
#include "driver/flow_story.h"
#include "driver/format.h"
#include "tools/cli/commands.h"
#include "tools/cli/progress.h"
#include "tools/cli/show.h"

namespace saiten::cli {
namespace {

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

std::string_view StateOf(driver::StoryCheck::State state) {
  switch (state) {
    case driver::StoryCheck::State::kPassed:
      return "passed";
    case driver::StoryCheck::State::kFailed:
      return "failed";
    case driver::StoryCheck::State::kNotAsked:
      return "not asked";
  }
  return {};
}

Json JsonOf(const driver::Stories& stories) {
  Json workflows = Json::array();
  for (const driver::Story& story : stories.stories) {
    Json lines = Json::array();
    for (const driver::StoryLine& line : story.lines) {
      Json json = {{"time", rt::FormatInstant(line.time, *rt::Zone::Utc())},
                   {"step", line.step},
                   {"kind", line.kind},
                   {"detail", line.detail},
                   {"text", line.text},
                   {"saw", line.saw},
                   {"took", line.took}};
      for (const driver::StoryCheck& check : line.checks) {
        json["checks"].push_back(
            {{"check", check.reason}, {"clause", check.clause}, {"state", StateOf(check.state)}, {"saw", check.saw}});
      }
      lines.push_back(std::move(json));
    }
    workflows.push_back({{"workflow", story.workflow}, {"stands", story.stands}, {"log", std::move(lines)}});
  }
  return workflows;
}

// What automation did with the record. Nothing where the rules have no workflow or none ever ran.
Result<std::optional<driver::Stories>> StoriesOf(Context& context, const driver::Compiled& compiled) {
  if (compiled.checked.flows.empty() && !context.Value("workflow")) return std::optional<driver::Stories>();
  driver::StoryRequest request{.object = context.positional()[0],
                               .id = context.positional()[1],
                               .workflow = context.Value("workflow").value_or(""),
                               .language = context.Flag("json") ? driver::Language::kEnglish : context.language()};
  SAITEN_ASSIGN_OR_RETURN(request.db,
                          driver::DatabaseOf(compiled.project.config.config, context.Value("db").value_or("")));
  SAITEN_ASSIGN_OR_RETURN(const rt::Zone* zone, driver::ZoneOf(compiled));
  for (const char* name : {"at", "as-of"}) {
    if (const auto at = context.Value(name); at && !request.at) {
      SAITEN_ASSIGN_OR_RETURN(request.at, driver::ParseAsOf(*at, zone));
    }
  }
  SAITEN_ASSIGN_OR_RETURN(driver::Stories stories, driver::TellStories(compiled, request));
  return std::optional(std::move(stories));
}

Json Head(const driver::Stories& stories) {
  return {{"format_version", "1.0"},
          {"object", stories.object},
          {"key", stories.id},
          {"at", rt::FormatInstant(stories.at, *rt::Zone::Utc())},
          {"workflows", JsonOf(stories)}};
}

Exit TellOnly(Context& context, const driver::Compiled& compiled, const driver::Stories& stories, Exit exit) {
  if (context.Flag("json")) {
    context.console().Result(JsonPage(Head(stories)));
    return exit;
  }
  const auto zone = driver::ZoneOf(compiled);
  if (!stories.there) {
    context.console().Info(
        context.Say("no workflow ever ran on this database: `saiten run` starts them",
                    "このデータベースではワークフローがまだ動いていません。`saiten run`で動き始めます"));
  } else if (stories.stories.empty()) {
    context.console().Info(
        context.Say("no workflow ever had to do with this record", "このレコードに関わったワークフローはありません"));
  }
  context.console().Result(
      driver::RenderStories(stories, zone.ok() ? *zone : nullptr, context.console().color_out(), context.language()));
  return exit;
}

Exit Run(Context& context) {
  Exit exit = Exit::kOk;
  const bool stories_only = context.Value("workflow") || context.Value("at");
  auto compiled =
      CompileOrExplain(context, false, stories_only ? driver::CompileTo::kChecked : driver::CompileTo::kProgram, &exit);
  if (!compiled) return exit;
  std::optional<driver::Stories> stories;
  if (stories_only || !context.Value("rule")) {
    auto told = StoriesOf(context, *compiled);
    // A record or object that is not there is named below.
    if (!told.ok() && stories_only) return context.Fail(told.error());
    if (told.ok()) stories = std::move(*told);
  }
  if (stories_only) return TellOnly(context, *compiled, *stories, exit);
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
  const bool told = stories && !stories->stories.empty();
  // Rules may have workflows for an object and no score; automation may know a record that is gone.
  if (!why.ok() && why.error().kind == ErrorKind::kUsage && told) return TellOnly(context, *compiled, *stories, exit);
  if (!why.ok()) return context.Fail(why.error());
  if (context.Flag("json")) {
    Json json = JsonOf(*why);
    if (stories && stories->there) json["workflows"] = JsonOf(*stories);
    context.console().Result(JsonPage(json));
    return exit;
  }
  const bool color = context.console().color_out();
  const auto zone = driver::ZoneOf(*compiled);
  const rt::Zone* clock = zone.ok() && *zone ? *zone : rt::Zone::Utc();
  context.console().Result(fmt::format("{} {}   {} {}\n\n", why->object, why->key, context.Say("as of", "時点"),
                                       rt::FormatInstant(why->as_of, *clock)));
  context.console().Result(driver::RenderWhy(*why, color, context.language()));
  if (told) context.console().Result("\n" + driver::RenderStories(*stories, clock, color, context.language()));
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
                  "that the record is not in, the first clause that fails. -v lists every occurrence.\n"
                  "Then what each workflow did with it and why: the checks before it entered, in their order, with the "
                  "values of then,\nwhat was sent, and what was not and why not.",
                  "各条件と、そのとき見た値を表示します。点数の合計は必ず一致し、上下限は独立した行になります。該当しな"
                  "いセグメントでは、\n"
                  "最初に外れた条件を示します。-vで全件を表示します。\n"
                  "続いて、各ワークフローがそのレコードに何をしたか、なぜそうしたかを表示します。登録前の確認(順番と"
                  "そのときの値)、\n送信したもの、送信しなかったものとその理由です。"},
      .options =
          {DbOption(),
           {.name = "as-of", .value = "TIME", .help = {"the rules' clock (default: now)", "ルールの時計(既定: 現在)"}},
           {.name = "rule",
            .value = "NAME",
            .help = {"only this score, band, grid or segment", "このスコア・バンド・グリッド・セグメントだけ"}},
           {.name = "workflow",
            .value = "NAME",
            .help = {"only what this workflow or sequence did with it", "このワークフロー・シーケンスの経緯だけ"}},
           {.name = "at",
            .value = "TIME",
            .help = {"only what workflows had done up to then", "この日時までのワークフローの経緯だけ"}},
           {.name = "json", .help = {"for machines", "機械向けのJSON"}},
           {.name = "run", .value = "ID", .help = {"of an earlier run", "過去の実行について"}, .not_built = true},
           {.name = "diff", .value = "REF", .help = {"against other rules", "別のルールとの差"}, .not_built = true}},
      .examples = {{"saiten why contact 42 --db crm.db", {"everything about contact 42", "コンタクト42のすべて"}},
                   {"saiten why contact 42 --db crm.db --workflow nurture --at 2026-06-05",
                    {"why it got what it got from nurture, up to then", "その日までのnurtureの経緯と理由"}},
                   {"saiten why contact 42 --db crm.db --rule hot", {"one rule", "1つのルールだけ"}}},
      .min_arguments = 2,
      .max_arguments = 2,
      .run = Run};
}

}  // namespace saiten::cli
