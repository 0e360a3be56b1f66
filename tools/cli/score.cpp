#include "tools/cli/score.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/memory_limit.h"
#include "driver/data_words.h"
#include "driver/files.h"
#include "driver/format.h"
#include "driver/run.h"
#include "driver/runs.h"
#include "tools/cli/metrics.h"
#include "tools/cli/progress.h"
#include "tools/cli/project_options.h"
#include "tools/cli/run_words.h"
#include "tools/cli/show.h"

namespace saiten::cli {
namespace {

std::string_view ReadFrom(store::CachedLoad::Source source) {
  switch (source) {
    case store::CachedLoad::Source::kDatabase:
      return "database";
    case store::CachedLoad::Source::kSnapshot:
      return "snapshot";
    case store::CachedLoad::Source::kRefreshed:
      return "changes";
  }
  SAITEN_UNREACHABLE("CachedLoad::Source");
}

using driver::RunReport;

// By object, how many records were evaluated and why.
Json EvaluatedJson(const RunReport& report) {
  Json json = Json::array();
  for (size_t i = 0; i < report.evaluated.size(); ++i) {
    const driver::EvaluatedRows& rows = report.evaluated[i];
    const uint64_t of = report.loaded->data.data.tables[i].size;
    if (of == 0 || report.loaded->context->program().results[i].empty()) continue;
    json.push_back({{"object", report.loaded->context->catalog().objects[i].name},
                    {"of", of},
                    {"records", rows.all()},
                    {"changed", rows.changed},
                    {"time", rows.time},
                    {"related", rows.related}});
  }
  return json;
}

std::string_view WayName(flow::InsideVersion::Way way) {
  switch (way) {
    case flow::InsideVersion::Way::kOwn:
      return "in their version";
    case flow::InsideVersion::Way::kStill:
      return "not";
    case flow::InsideVersion::Way::kNames:
      return "in the new version";
  }
  return "";
}

Json AutomationJson(const driver::TickReport& tick) {
  Json json = {{"first", tick.first},       {"happened", tick.items},  {"instants", tick.instants},
               {"enrolled", tick.enrolled}, {"refused", tick.refused}, {"ended", tick.ended},
               {"actions", tick.actions},   {"writes", tick.writes},   {"steps", tick.steps},
               {"seconds", tick.seconds}};
  if (tick.from) json["from"] = InstantText(*tick.from);
  if (tick.next_due) json["next_due"] = InstantText(*tick.next_due);
  for (const driver::TickReport::Version& version : tick.versions) {
    Json one = {{"workflow", version.workflow},
                {"version", version.version},
                {"runs", version.runs},
                {"go_on", WayName(version.way)}};
    if (!version.why.en.empty()) one["because"] = version.why.en;
    if (!version.missing.empty()) one["missing_steps"] = version.missing;
    json["versions"].push_back(std::move(one));
  }
  if (tick.removed > 0) json["removed"] = tick.removed;
  return json;
}

Json ReportJson(const RunReport& report) {
  Json json = {{"format_version", "1.0"}, {"database", report.loaded->db}};
  json.update(JsonOf(report.record, report.summary, report.loaded->errors));
  json["rows"] = {{"interp", report.interpreted_rows}, {"jit", report.native_rows}};
  json["without_code_because"] = nullptr;
  if (report.without_code) json["without_code_because"] = report.without_code->message;
  json["read_from"] = ReadFrom(report.loaded->load.source);
  json["evaluated_by_object"] = EvaluatedJson(report);
  json["everything_because"] = nullptr;
  if (!report.everything_because.empty()) json["everything_because"] = report.everything_because.en;
  json["next_change"] = nullptr;
  if (report.tick) json["automation"] = AutomationJson(*report.tick);
  if (report.next_change) json["next_change"] = InstantText(*report.next_change);
  // A run that was not written has no number.
  if (!report.written) json["run"] = nullptr;
  return json;
}

// Which part of the records was evaluated, where it was not all of them; or why it was.
void TellEvaluated(Context& context, const RunReport& report) {
  const Catalog& catalog = report.loaded->context->catalog();
  if (!report.everything_because.empty()) {
    context.console().Info(
        fmt::format(fmt::runtime(context.Say("every record is evaluated: {}", "全レコードを評価しました: {}")),
                    report.everything_because.In(context.language())));
    return;
  }
  for (size_t i = 0; i < report.evaluated.size(); ++i) {
    const driver::EvaluatedRows& rows = report.evaluated[i];
    const uint64_t of = report.loaded->data.data.tables[i].size;
    // Of an object without rules nothing is evaluated.
    if (rows.all() == of || report.loaded->context->program().results[i].empty()) continue;
    context.console().Info(fmt::format(
        fmt::runtime(context.Say("{0}: evaluated {1} of {2} records (changed {3}, time {4}, related {5})",
                                 "{0}: 全{2}件中{1}件を評価しました(変更{3}、時間経過{4}、関連{5})")),
        catalog.objects[i].name, diag::WithThousands(rows.all()), diag::WithThousands(of),
        diag::WithThousands(rows.changed), diag::WithThousands(rows.time), diag::WithThousands(rows.related)));
  }
}

// Who is inside a workflow that has changed, and how they go on (sem R6).
void TellVersion(Context& context, const driver::TickReport::Version& version) {
  Console& console = context.console();
  const std::string runs = diag::WithThousands(version.runs);
  const std::string_view id = std::string_view(version.version).substr(0, 8);
  const auto say = [&](std::string_view en, std::string_view ja, const auto&... more) {
    return fmt::format(fmt::runtime(context.Say(en, ja)), runs, version.workflow, id, more...);
  };
  using Way = flow::InsideVersion::Way;
  switch (version.way) {
    case Way::kOwn:
      if (!version.moves) {
        console.Info(say("{0} run(s) of `{1}` go on in version {2}, in which they began",
                         "`{1}`の{0}件は、登録時の版{2}のまま続けます"));
        return;
      }
      console.Info(say("{0} run(s) of `{1}` go on in version {2} up to their next wait, then in the new one",
                       "`{1}`の{0}件は、次の待機まで版{2}で、その後は新しい版で続けます"));
      if (version.missing.empty()) return;
      console.Warn(
          say("`{1}` has no step of these names any more: {3}; who comes to one of them stays in version {2} "
              "up to the wait behind it",
              "`{1}`の新しい版には次の名前のステップがありません: {3}。そこへ来た人は、その次の待機まで版{2}で"
              "続けます",
              fmt::format("`{}`", fmt::join(version.missing, "`, `"))));
      return;
    case Way::kStill:
      console.Warn(
          say("{0} run(s) of `{1}` stand still: their version {2} does not fit the schema of now: {3}\n"
              "  nothing is sent and nothing is lost; put back what is missing, or say `in-flight move at next "
              "wait` or `in-flight end` in the workflow, or end them by `saiten workflow off {1} --cancel`",
              "`{1}`の{0}件は止まっています。登録時の版{2}が今のスキーマに合いません: {3}\n"
              "  何も送らず、何も失われません。足りないものを戻すか、ワークフローに`in-flight move at next "
              "wait`か`in-flight end`と書くか、`saiten workflow off {1} --cancel`で終えてください",
              context.Say(version.why.en, version.why.ja)));
      return;
    case Way::kNames:
      console.Warn(
          say("{0} run(s) of `{1}` began in version {2}, which cannot be run any more: they go on in the new "
              "one, by the names of its steps",
              "`{1}`の{0}件が始めた版{2}はもう実行できません。ステップの名前を頼りに新しい版で続けます"));
      return;
  }
}

// `flows`: there are workflows; else a history alone was kept, which is not worth a line.
void TellAutomation(Context& context, const driver::TickReport& tick, bool flows) {
  Console& console = context.console();
  using diag::WithThousands;
  if (tick.first && flows) {
    console.Info(context.Say("automation begins here: what is there is history, and starts no workflow",
                             "自動化はここから始まります。すでにあるデータは履歴とみなし、ワークフローを始めません"));
  }
  for (const driver::TickReport::Version& version : tick.versions) TellVersion(context, version);
  if (tick.removed > 0) {
    console.Warn(
        fmt::format(fmt::runtime(context.Say(
                        "{} run(s) through workflows have ended: their workflow, their step or their record is "
                        "not there any more (saiten_decisions has a row for each)",
                        "ワークフロー・ステップ・レコードのどれかがなくなったため、{}件の進行を終えました"
                        "(saiten_decisionsに記録があります)")),
                    WithThousands(tick.removed)));
  }
  for (const driver::TickReport::Lost& lost : tick.lost) {
    const std::string what = fmt::format("workflow {} {}", lost.asked, lost.workflow);
    console.Warn(fmt::format(
        fmt::runtime(lost.no_record ? context.Say("`{}` is not done: its record is not there any more",
                                                  "`{}`は実行しません。レコードがもうありません")
                                    : context.Say("`{}` is not done: the rules have no such workflow any more",
                                                  "`{}`は実行しません。ルールにそのワークフローがもうありません")),
        what));
  }
  if (!flows) return;
  for (const std::string& event : tick.renumbered) {
    console.Warn(
        fmt::format(fmt::runtime(context.Say(
                        "the rows of event `{}` have been numbered anew (VACUUM?): those with a time before the "
                        "last run count, but start no workflow; an INTEGER PRIMARY KEY keeps the numbers",
                        "イベント`{}`の行番号が変わりました(VACUUMなど)。前回の実行より前の時刻の行は数えますが、"
                        "ワークフローは始めません。INTEGER PRIMARY KEYがあれば番号は変わりません")),
                    event));
  }
  if (tick.source_writes > 0) {
    console.Info(
        fmt::format(fmt::runtime(context.Say("{} value(s) written into your own tables (`write` of saiten.toml)",
                                             "{}件の値を元のテーブルに書き込みました(saiten.tomlの`write`)")),
                    WithThousands(tick.source_writes)));
  }
  if (tick.source_refused > 0) {
    console.Warn(fmt::format(
        fmt::runtime(context.Say("{} value(s) could not be written into your own tables; they lie over the source "
                                 "(saiten_values), and the next run tries again. The first: {}",
                                 "{}件の値を元のテーブルに書き込めません。データの上に重ねて保存し(saiten_values)、"
                                 "次の実行でもう一度試します。最初の例: {}")),
        WithThousands(tick.source_refused), context.Say(tick.source_why.en, tick.source_why.ja)));
  }
  console.Info(fmt::format(
      fmt::runtime(context.Say("automation: {} happened, {} enrolled, {} refused, {} ended, {} actions ({:.2f} s)",
                               "自動化: 出来事{}件、登録{}件、拒否{}件、終了{}件、アクション{}件({:.2f} s)")),
      WithThousands(tick.items), WithThousands(tick.enrolled), WithThousands(tick.refused), WithThousands(tick.ended),
      WithThousands(tick.actions), tick.seconds));
}

void Tell(Context& context, const driver::Compiled& compiled, const RunReport& report) {
  Console& console = context.console();
  const store::RunRecord& r = report.record;
  if (const auto& before = report.cut_short) {
    console.Warn(fmt::format(
        fmt::runtime(before->failed
                         ? context.Say("the run as of {} that began at {} ended with an error and wrote no "
                                       "results; this one was a new run (`saiten run --resume` would have "
                                       "kept that time)",
                                       "{}時点の実行({}に開始)はエラーで終わり、結果を書き込んでいません。"
                                       "今回は新しい実行です(`saiten run --resume`なら同じ時点で続けられます)")
                         : context.Say("the run as of {} that began at {} was stopped before its end; this "
                                       "one was a new run (`saiten run --resume` would have kept that time)",
                                       "{}時点の実行({}に開始)は途中で止まりました。今回は新しい実行です"
                                       "(`saiten run --resume`なら同じ時点で続けられます)")),
        InstantText(before->as_of), InstantText(before->started)));
  }
  const driver::Loaded& loaded = *report.loaded;
  if (r.data_errors > 0) {
    // Of rows that are left out nothing counts, not even as unknown.
    const bool leaves_out = loaded.errors.any_quarantined();
    console.Warn(fmt::format(
        fmt::runtime(leaves_out
                         ? context.Say("{} data error(s); such values count as unknown, rows \"left out\" not at all",
                                       "データの誤りが{}件あります(値は不明として扱い、「隔離」の行は数えません)")
                         : context.Say("{} data error(s), counted as unknown",
                                       "データの誤りが{}件あります(不明として扱います)")),
        diag::WithThousands(r.data_errors)));
    console.Beside(driver::RenderDataErrors(loaded.errors, context.language()));
  }
  if (r.quarantined > 0) {
    console.Warn(fmt::format(
        fmt::runtime(context.Say("{} row(s) left out: no results for them", "{}行を隔離しました(結果はありません)")),
        diag::WithThousands(r.quarantined)));
  }
  for (uint32_t id : loaded.ended_calendars) {
    const CalendarInfo& calendar = compiled.checked.catalog.calendars[id];
    const SourceFile& file = compiled.sources[calendar.at.file];
    const LineColumn at = file.LineColumnOf(calendar.at.span.begin);
    console.Warn(fmt::format(
        fmt::runtime(context.Say("E4018 {}:{}:{}: `{}` lists no holidays after {}, and this run is later",
                                 "E4018 {}:{}:{}: `{}` には{}年より後の祝日がなく、この実行はそれより後です")),
        file.path(), at.line, at.column, calendar.name, *calendar.calendar.LastHolidayYear()));
  }
  for (const driver::TrapSummary& trap : report.traps) {
    const SourceFile& file = compiled.sources[trap.at.file];
    const LineColumn at = file.LineColumnOf(trap.at.span.begin);
    const std::string who = trap.first_key.empty() ? "" : fmt::format(" ({} {})", trap.object, trap.first_key);
    console.Warn(fmt::format(
        fmt::runtime(context.Say("R9001 {}:{}:{}: a number was too large and was held at the end of its range{}",
                                 "R9001 {}:{}:{}: 数が大きすぎるため範囲の端で止めました{}")),
        file.path(), at.line, at.column, who));
  }
  if (r.traps > 0)
    console.Warn(fmt::format(fmt::runtime(context.Say("{} such number(s) in all", "範囲で止めた数は全部で{}件です")),
                             diag::WithThousands(r.traps)));
  if (loaded.now < loaded.machine_now) {
    const uint64_t hidden = loaded.future_events();
    if (hidden > 0) {
      console.Info(fmt::format(
          fmt::runtime(
              context.Say("as of {}: {} later event(s) are hidden, properties are as the database has them now",
                          "{}時点: 以後のイベント{}件は見えません。項目の値は現在のデータベースのものです")),
          rt::FormatInstant(loaded.now, loaded.zone ? *loaded.zone : *rt::Zone::Utc()), diag::WithThousands(hidden)));
    } else {
      console.Info(fmt::format(fmt::runtime(context.Say("as of {}: properties are as the database has them now",
                                                        "{}時点: 項目の値は現在のデータベースのものです")),
                               rt::FormatInstant(loaded.now, loaded.zone ? *loaded.zone : *rt::Zone::Utc())));
    }
  }
  TellWithoutCode(context, report.without_code);
  TellEvaluated(context, report);
  if (report.tick) TellAutomation(context, *report.tick, !compiled.checked.flows.empty());
  const double seconds = report.record.load_seconds + report.record.compute_seconds + report.record.write_seconds;
  if (report.written) {
    console.Info(fmt::format(
        fmt::runtime(context.Say("run {}: {} scores and {} members written to {} ({}) in {:.2f} s",
                                 "実行{}: スコア{}行とセグメント{}行を{}に書き込みました({}、{:.2f} s)")),
        r.run, diag::WithThousands(r.scores), diag::WithThousands(r.members), report.results_in, r.engine, seconds));
    console.Detail(fmt::format(fmt::runtime(context.Say("read {:.2f} s, compute {:.2f} s, write {:.2f} s",
                                                        "読込{:.2f} s、計算{:.2f} s、書込{:.2f} s")),
                               report.record.load_seconds, report.record.compute_seconds, report.record.write_seconds));
    if (r.forgot > 0) {
      console.Detail(fmt::format(fmt::runtime(context.Say("{} run(s) older than `retention` forgotten",
                                                          "`retention`より古い実行を{}回分消しました")),
                                 diag::WithThousands(r.forgot)));
    }
    console.Detail(fmt::format(
        fmt::runtime(context.Say("rows interpreted: {}, by machine code: {}", "インタプリタ: {}行、機械語: {}行")),
        diag::WithThousands(report.interpreted_rows), diag::WithThousands(report.native_rows)));
  } else {
    console.Info(context.Say("dry run: nothing was written", "試し実行: 何も書き込んでいません"));
  }
}

// `--memory`, `[run] memory`: kept by the system, see LimitMemory. What earlier runs of the database took helps to
// choose a size.
Status BoundMemory(Context& context, const driver::Config& config) {
  const std::string size = context.Value("memory").value_or(config.memory);
  if (size.empty()) return {};
  const std::optional<uint64_t> bytes = ParseMemorySize(size);
  if (!bytes) {
    return driver::Fail(ErrorKind::kUsage,
                        {fmt::format("`{}` is no size for --memory", size),
                         fmt::format("`{}`は--memoryの大きさとして使えません", size)},
                        {"write it as `512M` or `4G`, at least 24M", "`512M`や`4G`のように、24M以上で書いてください"});
  }
  const std::string what = fmt::format(fmt::runtime(context.Say("the run needs more memory than --memory {} allows",
                                                                "メモリーが--memory {}では足りません")),
                                       size);
  std::string advice;
  const auto runs = driver::ListRuns(ProjectOptionsOf(context), context.Value("db").value_or(""));
  if (runs.ok() && !runs->empty() && runs->back().peak_memory > 0) {
    advice += fmt::format(fmt::runtime(context.Say("  the last run held {} at most\n", "  前の実行では最大{}でした\n")),
                          SizeText(runs->back().peak_memory));
  }
  advice += context.Say("  give it more; `--engine interp` and fewer `--threads` need less\n",
                        "  大きくしてください。`--engine interp`や少ない`--threads`なら少なくて済みます\n");
  LimitMemory(*bytes, what, advice, context.language());
  return {};
}

}  // namespace

std::vector<OptionSpec> ScoreOptions() {
  return {DbOption(),
          {.name = "engine",
           .value = "ENGINE",
           .help = {"auto takes machine code where it pays", "autoは得な場合だけ機械語にする"},
           .choices = {"auto", "interp", "jit"}},
          {.name = "max-errors",
           .value = "N",
           .help = {"end with 4 above N data errors", "データの誤りがNを超えたら終了コード4"}},
          {.name = "json", .help = {"the report for machines", "機械向けのJSONで報告"}},
          {.name = "no-snapshot",
           .help = {"read the database itself, keep nothing beside it",
                    "スナップショットを使わず作らず、データベースを直接読む"}},
          {.name = "full",
           .help = {"evaluate and write every record, not only those that may have changed",
                    "変わりうるレコードだけでなく、全件を評価して書き込む"}},
          {.name = "memory",
           .value = "SIZE",
           .help = {"hold no more than `4G` in memory, or stop with a message; files that are only read do not count",
                    "メモリーの上限(`4G`など)。超えると止まる。読むだけのファイルは数えない"}},
          {.name = "metrics",
           .value = "FILE",
           .help = {"write the run as Prometheus text, for node_exporter's textfile collector (name it *.prom)",
                    "node_exporterのtextfile collector用にPrometheus形式で書く(名前は*.prom)"}}};
}

Exit Score(Context& context, driver::Compiled& compiled, driver::RunOptions options, Exit exit,
           std::optional<int64_t>* due) {
  const driver::Config& config = compiled.project.config.config;
  const auto threads = context.Number("threads", 0);
  if (!threads.ok()) return context.Fail(threads.error());
  const auto max_errors = context.Number("max-errors", 0);
  if (!max_errors.ok()) return context.Fail(max_errors.error());
  const std::string engine = context.Value("engine").value_or(config.engine);
  options.engine = engine == "jit"      ? driver::Engine::kJit
                   : engine == "interp" ? driver::Engine::kInterp
                                        : driver::Engine::kAuto;
  options.code_cache = config.code_cache;
  options.threads = static_cast<size_t>(threads->value_or(config.threads));
  options.data.db = context.Value("db").value_or("");
  options.data.threads = options.threads;
  options.full = context.Flag("full");
  if (const auto metrics = context.Value("metrics")) {
    const Status can = driver::CanWriteFile(*metrics);
    if (!can.ok()) return context.Fail(can.error());
  }
  if (const Status bounded = BoundMemory(context, config); !bounded.ok()) return context.Fail(bounded.error());
  ProgressLine line(context.console());
  options.data.progress = line.progress();
  options.data.cache = CacheOptionsOf(context, line);
  options.data.cache.use = !context.Flag("no-snapshot");
  const auto report = driver::Run(compiled, options);
  line.Stop();
  if (!report.ok()) return context.Fail(report.error());
  if (due) {
    *due = report->next_change;
    if (report->tick && report->tick->next_due) *due = std::min(due->value_or(INT64_MAX), *report->tick->next_due);
  }

  if (context.Flag("json")) {
    context.console().Result(JsonPage(ReportJson(*report)));
  } else {
    context.console().Result(SummaryTable(report->summary, context.language()));
  }
  Tell(context, compiled, *report);
  if (const auto metrics = context.Value("metrics")) {
    const Status written = driver::WriteFile(*metrics, Metrics(*report));
    // The run itself is done: whoever takes it for failed would do it again.
    if (!written.ok()) {
      context.Fail(written.error());
      context.console().Failure(
          report->written ? context.Say("only the metrics are missing: the results are in the database",
                                        "書けなかったのはメトリクスだけで、結果はデータベースに書き込みました")
                          : context.Say("only the metrics are missing", "書けなかったのはメトリクスだけです"));
      exit = Exit::kPartial;
    }
  }
  const int64_t limit = max_errors->value_or(config.max_errors);
  const bool too_many = limit >= 0 && report->record.data_errors > static_cast<uint64_t>(limit);
  if (too_many) {
    context.console().Failure(fmt::format(
        fmt::runtime(context.Say("more data errors than --max-errors {}", "データの誤りが--max-errors {}を超えました")),
        limit));
  }
  bool stand_still = false;
  for (const auto& version : report->tick ? report->tick->versions : std::vector<driver::TickReport::Version>()) {
    stand_still = stand_still || version.way == flow::InsideVersion::Way::kStill;
  }
  if (report->record.quarantined > 0 || too_many || stand_still) return Exit::kPartial;
  return exit;
}

}  // namespace saiten::cli
