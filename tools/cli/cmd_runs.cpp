#include <fmt/format.h>

#include "base/json.h"
#include "driver/format.h"
#include "driver/loaded.h"
#include "driver/prune.h"
#include "driver/runs.h"
#include "driver/shard.h"
#include "tools/cli/commands.h"
#include "tools/cli/project_options.h"
#include "tools/cli/run_words.h"

namespace saiten::cli {
namespace {

Exit List(Context& context) {
  const auto runs = driver::ListRuns(ProjectOptionsOf(context), context.Value("db").value_or(""));
  if (!runs.ok()) return context.Fail(runs.error());
  if (context.Flag("json")) {
    auto json = Json::array();
    for (const store::RunRecord& run : *runs) json.push_back(JsonOf(run));
    context.console().Result(JsonPage(json));
    return Exit::kOk;
  }
  if (runs->empty()) {
    context.console().Info(context.Say("nothing ever ran there", "まだ実行されていません"));
    return Exit::kOk;
  }
  for (const store::RunRecord& run : *runs) {
    context.console().Result(
        fmt::format("{:>5}  {}  {} {}  {:>12} {}  {:>12} {}  {} {}\n", run.run, InstantText(run.started),
                    context.Say("as of", "時点"), InstantText(run.as_of), diag::WithThousands(run.scores),
                    context.Say("scores", "スコア"), diag::WithThousands(run.members), context.Say("members", "該当"),
                    diag::WithThousands(run.data_errors), context.Say("data errors", "データの誤り")));
  }
  return Exit::kOk;
}

// The run that an argument names; `missing` where there is none.
Result<int64_t> RunNumber(const Context& context, size_t argument, int64_t missing) {
  if (context.positional().size() <= argument) return missing;
  return ParseRunNumber(context.positional()[argument]);
}

Result<driver::RunDetails> Details(const Context& context, size_t argument, int64_t missing) {
  SAITEN_ASSIGN_OR_RETURN(const int64_t run, RunNumber(context, argument, missing));
  return driver::DetailsOf(ProjectOptionsOf(context), context.Value("db").value_or(""), run);
}

Exit Show(Context& context) {
  const auto run = Details(context, 0, 0);
  if (!run.ok()) return context.Fail(run.error());
  if (context.Flag("json")) {
    Json json = {{"format_version", "1.0"}, {"database", run->db}};
    json.update(JsonOf(run->record, run->summary, run->errors));
    context.console().Result(JsonPage(json));
  } else {
    context.console().Result(DetailsText(*run, context.language()));
  }
  return Exit::kOk;
}

Exit Compare(Context& context) {
  // One number: that run with the last one; none: the last two.
  const auto a = Details(context, 0, -1);
  if (!a.ok()) return context.Fail(a.error());
  const auto b = Details(context, 1, 0);
  if (!b.ok()) return context.Fail(b.error());
  context.console().Result(context.Flag("json") ? JsonPage(CompareJson(*a, *b))
                                                : CompareText(*a, *b, context.language()));
  return Exit::kOk;
}

Exit MergeParts(Context& context) {
  const auto config = driver::FindConfig(ProjectOptionsOf(context));
  if (!config.ok()) return context.Fail(config.error());
  const auto db = driver::DatabaseOf(config->config, context.Value("db").value_or(""));
  if (!db.ok()) return context.Fail(db.error());
  const auto merged =
      driver::Merge(*db, context.positional(), driver::ForgetBefore(config->config.retention, driver::MachineNow()));
  if (!merged.ok()) return context.Fail(merged.error());
  context.console().Result(SummaryTable(merged->summary, context.language()));
  context.console().Info(
      fmt::format(fmt::runtime(context.Say("run {}: {} scores and {} members of {} parts written to {}",
                                           "実行{}: スコア{}行とセグメント{}行({}個の部分から)を{}に書き込みました")),
                  merged->record.run, diag::WithThousands(merged->record.scores),
                  diag::WithThousands(merged->record.members), context.positional().size(), *db));
  return merged->record.quarantined > 0 ? Exit::kPartial : Exit::kOk;
}

Exit PruneOld(Context& context) {
  const auto config = driver::FindConfig(ProjectOptionsOf(context));
  if (!config.ok()) return context.Fail(config.error());
  const auto db = driver::DatabaseOf(config->config, context.Value("db").value_or(""));
  if (!db.ok()) return context.Fail(db.error());
  const auto keep = context.Number("keep", 1);
  if (!keep.ok()) return context.Fail(keep.error());
  const driver::PruneOptions options{.keep = *keep,
                                     .older_than = context.Value("older-than").value_or(""),
                                     .now = driver::MachineNow(),
                                     .dry = context.Flag("dry-run")};
  const auto report = driver::Prune(*db, options);
  if (!report.ok()) return context.Fail(report.error());
  if (context.Flag("json")) {
    Json json = {{"format_version", "1.0"},
                 {"database", *db},
                 {"dry_run", options.dry},
                 {"runs", report->pruned.runs},
                 {"band_changes", report->pruned.band_changes},
                 {"first_run", nullptr}};
    if (report->first) json["first_run"] = *report->first;
    context.console().Result(JsonPage(json));
    return Exit::kOk;
  }
  const auto words = options.dry ? context.Say("{} runs and {} band changes would be removed from {}",
                                               "{2}から実行{0}回とバンドの変化{1}件を消すことになります")
                                 : context.Say("{} runs and {} band changes removed from {}",
                                               "{2}から実行{0}回とバンドの変化{1}件を消しました");
  context.console().Info(fmt::format(fmt::runtime(words), diag::WithThousands(report->pruned.runs),
                                     diag::WithThousands(report->pruned.band_changes), *db));
  return Exit::kOk;
}

OptionSpec JsonOption() { return {.name = "json", .help = {"for machines", "機械向けのJSON"}}; }

}  // namespace

Command RunsListCommand() {
  return {.name = "runs list",
          .summary = {"what ran, when, with which rules", "実行の履歴"},
          .options = {DbOption(), JsonOption()},
          .examples = {{"saiten runs list --db crm.db", {"oldest first", "古い順"}}},
          .run = List};
}

Command RunsShowCommand() {
  return {
      .name = "runs show",
      .arguments = "[RUN]",
      .summary = {"one run: what came out, how long it took", "1回の実行の結果と所要時間"},
      .details =
          {"Scores with their bands, segments, data errors with examples, and what was written. Without a "
           "number the last run.\nOf the records themselves only the last run's results are kept; how bands "
           "changed from run to run is in the view\nsaiten_band_changes(run, as_of, object, id, score, "
           "from_band, to_band).",
           "スコアとバンド、セグメント、データの誤りとその例、書き込んだ行数を表示します。番号を省略すると最後の実行で"
           "す。\n"
           "レコードごとの結果は最後の実行のものだけが残ります。バンドの変化はビューsaiten_band_changes(run, as_of, "
           "object, id, score, from_band, to_band)で読めます。"},
      .options = {DbOption(), JsonOption()},
      .examples = {{"saiten runs show --db crm.db", {"the last run", "最後の実行"}},
                   {"saiten runs show 12 --db crm.db --json", {"run 12, for a script", "実行12をスクリプト向けに"}}},
      .max_arguments = 1,
      .run = Show};
}

Command RunsCompareCommand() {
  return {.name = "runs compare",
          .arguments = "[RUN [RUN]]",
          .summary = {"two runs side by side", "2回の実行の比較"},
          .details = {"Counts, seconds, the points and bands of each score, segments and data errors, before -> after. "
                      "With one number\nthat run and the last one; without, the last two.",
                      "件数、時間、スコアの点とバンド、セグメント、データの誤りを「前 -> "
                      "後」で並べます。番号が1つならその実行と最後の実行、\n省略すると最後の2回を比べます。"},
          .options = {DbOption(), JsonOption()},
          .examples = {{"saiten runs compare --db crm.db", {"what the last run changed", "最後の実行で変わったこと"}},
                       {"saiten runs compare 11 12 --db crm.db", {"two by number", "番号で2つ"}}},
          .max_arguments = 2,
          .run = Compare};
}

Command RunsMergeCommand() {
  return {
      .name = "runs merge",
      .arguments = "PART...",
      .summary = {"join the results of `run --shard` from several machines", "複数台の`run --shard`の結果をまとめる"},
      .details =
          {"Each machine runs one part with the same rules and the same --as-of on its copy of the database; "
           "the parts then become\none run of --db, as if it had run there: results, band changes, history. "
           "A record belongs to part 1 + XXH3(key as text)\nmodulo N, on every machine. Every part reads all of "
           "the data, since records may read others; it evaluates its own records\nand objects of which others need "
           "the results, and writes only its own. Parts of other data are refused.",
           "各マシンがデータベースのコピーに対して、同じルールと同じ--as-ofで1つの部分を実行します。\n"
           "それらを--dbの1回の実行にまとめます。結果、バンドの変化、履歴はそこで実行した場合と同じです。\n"
           "レコードは、キーの文字列のXXH3をNで割った余り+1番目の部分に属します。どの部分もデータはすべて読み、\n"
           "自分のレコードと、結果が他のレコードに必要なオブジェクトだけを計算し、自分の結果だけを書きます。\n"
           "別のデータから作られた部分はまとめられません。"},
      .options = {DbOption()},
      .examples = {{"saiten runs merge part1.db part2.db part3.db --db crm.db", {"three parts", "3つの部分"}}},
      .min_arguments = 1,
      .max_arguments = 10'000,
      .run = MergeParts};
}

Command RunsPruneCommand() {
  return {
      .name = "runs prune",
      .summary = {"forget old runs and the band changes of them", "古い実行とそのバンドの変化を消す"},
      .details =
          {"Every run leaves its counts, its data errors and each change of a band in the database, for good. This "
           "removes the oldest\nruns with all of it; results and the last run stay. With both options a run goes only "
           "if it is older and not among the last N.\nThe file does not get smaller, its space is used again; "
           "sqlite3 FILE VACUUM gives it back, and the next run then reads everything anew.",
           "実行のたびに、件数、データの誤り、バンドの変化がデータベースに残ります。このコマンドは古い実行からそれらを"
           "消します。\n結果と最後の実行は残ります。両方指定すると、古く、かつ最後のN回に入らない実行だけを消します。\n"
           "ファイルは小さくなりませんが、空いた場所は再利用されます。sqlite3 FILE VACUUMで小さくすると、次の実行では"
           "すべて読み直します。"},
      .options = {DbOption(),
                  {.name = "keep", .value = "N", .help = {"keep the last N runs", "最後のN回の実行を残す"}},
                  {.name = "older-than",
                   .value = "AGE",
                   .help = {"only runs that began before: `400d` ago, or a date (UTC)",
                            "これより前に始まった実行だけを消す。`400d`(日前)または日付(UTC)"}},
                  {.name = "dry-run", .help = {"only say how many", "件数を表示するだけ"}},
                  JsonOption()},
      .examples = {{"saiten runs prune --db crm.db --older-than 400d --keep 30",
                    {"those of the last 400 days stay, and 30 at least", "最近400日分と、少なくとも30回分を残す"}}},
      .run = PruneOld};
}

}  // namespace saiten::cli
