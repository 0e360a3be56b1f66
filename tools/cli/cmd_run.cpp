#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "driver/data_words.h"
#include "driver/format.h"
#include "driver/run.h"
#include "tools/cli/commands.h"
#include "tools/cli/hand_over.h"
#include "tools/cli/progress.h"
#include "tools/cli/show.h"

namespace saiten::cli {
namespace {

using driver::RunReport;

nlohmann::ordered_json JsonOf(const RunReport& report) {
  using Json = nlohmann::ordered_json;
  Json scores = Json::array();
  for (const store::ScoreSummary& score : report.summary.scores) {
    Json bands = Json::object();
    for (const store::BandCount& band : score.bands) bands[band.name] = band.n;
    Json json = {{"object", score.object}, {"name", score.name}, {"records", score.n}, {"bands", std::move(bands)}};
    if (!score.is_grid && score.n > 0) {
      json["min"] = static_cast<double>(score.min) / 1000;
      json["mean"] = score.mean / 1000;
      json["max"] = static_cast<double>(score.max) / 1000;
    }
    scores.push_back(std::move(json));
  }
  Json segments = Json::array();
  for (const store::SegmentSummary& segment : report.summary.segments) {
    segments.push_back({{"object", segment.object}, {"name", segment.name}, {"members", segment.members}});
  }
  Json errors = Json::array();
  for (const store::DataErrorGroup& group : report.loaded->errors.groups()) {
    Json examples = Json::array();
    for (const auto& example : group.examples) examples.push_back({{"key", example.key}, {"value", example.value}});
    errors.push_back({{"subject", group.subject},
                      {"property", group.property},
                      {"kind", store::NameOf(group.kind)},
                      {"quarantined", group.quarantines()},
                      {"count", group.count},
                      {"examples", std::move(examples)}});
  }
  const store::RunRecord& r = report.record;
  return {{"format_version", "1.0"},
          {"run", report.written ? Json(r.run) : Json(nullptr)},
          {"database", report.loaded->db},
          {"as_of", rt::FormatInstant(r.as_of, *rt::Zone::Utc())},
          {"engine", r.engine},
          {"rows", {{"interp", report.interpreted_rows}, {"jit", report.native_rows}}},
          {"rules", r.rules},
          {"records", r.records},
          {"events", r.events},
          {"data_errors", r.data_errors},
          {"quarantined", r.quarantined},
          {"saturated", r.traps},
          {"scores", std::move(scores)},
          {"segments", std::move(segments)},
          {"errors", std::move(errors)},
          {"seconds",
           {{"load", report.record.load_seconds},
            {"compute", report.record.compute_seconds},
            {"write", report.record.write_seconds}}}};
}

std::string Table(const RunReport& report, driver::Language language) {
  std::string out;
  size_t width = 8;
  for (const auto& score : report.summary.scores)
    width = std::max<size_t>(width, diag::TextWidth(score.object + " " + score.name));
  for (const auto& segment : report.summary.segments)
    width = std::max<size_t>(width, diag::TextWidth(segment.object + " " + segment.name));
  auto name = [&](const std::string& object, const std::string& rule) {
    const std::string both = object + " " + rule;
    return both + std::string(width - diag::TextWidth(both), ' ');
  };
  for (const auto& score : report.summary.scores) {
    out += fmt::format("{}  {:>12}", name(score.object, score.name), diag::WithThousands(score.n));
    if (!score.is_grid && score.n > 0) {
      out += fmt::format("   {} .. {}, {} {:.1f}", rt::FormatPoints(score.min), rt::FormatPoints(score.max),
                         driver::In(language, "mean", "平均"), score.mean / 1000);
    }
    for (const auto& band : score.bands) out += fmt::format("   {} {}", band.name, diag::WithThousands(band.n));
    out += "\n";
  }
  for (const auto& segment : report.summary.segments) {
    out += fmt::format("{}  {:>12}   {}\n", name(segment.object, segment.name), diag::WithThousands(segment.members),
                       driver::In(language, "members", "件該当"));
  }
  return out;
}

void Tell(Context& context, const driver::Compiled& compiled, const RunReport& report) {
  Console& console = context.console();
  const store::RunRecord& r = report.record;
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
  const double seconds = report.record.load_seconds + report.record.compute_seconds + report.record.write_seconds;
  if (report.written) {
    console.Info(fmt::format(
        fmt::runtime(context.Say("run {}: {} scores and {} members written to {} ({}) in {:.2f} s",
                                 "実行{}: スコア{}行とセグメント{}行を{}に書き込みました({}、{:.2f} s)")),
        r.run, diag::WithThousands(r.scores), diag::WithThousands(r.members), loaded.db, r.engine, seconds));
    console.Detail(fmt::format(fmt::runtime(context.Say("read {:.2f} s, compute {:.2f} s, write {:.2f} s",
                                                        "読込{:.2f} s、計算{:.2f} s、書込{:.2f} s")),
                               report.record.load_seconds, report.record.compute_seconds, report.record.write_seconds));
    console.Detail(fmt::format(
        fmt::runtime(context.Say("rows interpreted: {}, by machine code: {}", "インタプリタ: {}行、機械語: {}行")),
        diag::WithThousands(report.interpreted_rows), diag::WithThousands(report.native_rows)));
  } else {
    console.Info(context.Say("dry run: nothing was written", "試し実行: 何も書き込んでいません"));
  }
}

Exit Run(Context& context) {
  if (context.Value("engine") != "interp") HandOver(context);
  Exit exit = Exit::kOk;
  auto compiled = CompileOrExplain(context, false, Stream::kSide, &exit);
  if (!compiled) return exit;
  const driver::Config& config = compiled->project.config.config;
  const auto threads = context.Number("threads", 0);
  if (!threads.ok()) return context.Fail(threads.error());
  const auto max_errors = context.Number("max-errors", 0);
  if (!max_errors.ok()) return context.Fail(max_errors.error());
  const std::string engine = context.Value("engine").value_or(config.engine);

  driver::RunOptions options;
  options.data.db = context.Value("db").value_or("");
  options.data.as_of = context.Value("as-of").value_or("");
  options.engine = engine == "jit"      ? driver::Engine::kJit
                   : engine == "interp" ? driver::Engine::kInterp
                                        : driver::Engine::kAuto;
  options.code_cache = config.code_cache;
  options.threads = static_cast<size_t>(threads->value_or(config.threads));
  options.data.threads = options.threads;
  options.dry_run = context.Flag("dry-run");
  ProgressLine line(context.console());
  options.data.progress = line.progress();
  const auto report = driver::Run(*compiled, options);
  line.Stop();
  if (!report.ok()) return context.Fail(report.error());

  if (context.Flag("json")) {
    context.console().Result(JsonOf(*report).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
                             "\n");
  } else {
    context.console().Result(Table(*report, context.language()));
  }
  Tell(context, *compiled, *report);
  const int64_t limit = max_errors->value_or(config.max_errors);
  const bool too_many = limit >= 0 && report->record.data_errors > static_cast<uint64_t>(limit);
  if (too_many) {
    context.console().Failure(fmt::format(
        fmt::runtime(context.Say("more data errors than --max-errors {}", "データの誤りが--max-errors {}を超えました")),
        limit));
  }
  if (report->record.quarantined > 0 || too_many) return Exit::kPartial;
  return exit;
}

}  // namespace

Command RunCommand() {
  return {
      .name = "run",
      .summary = {"score every record and write the results", "全レコードを採点して結果を書き込む"},
      .details = {"Results are the views saiten_scores(object, id, score, points, band) and saiten_members(segment, "
                  "object, id).\n"
                  "They appear all at once: a stopped run leaves the old ones whole. Tables of the CRM are only read.",
                  "結果はビューsaiten_scores(object, id, score, points, band)とsaiten_members(segment, object, "
                  "id)で読めます。\n"
                  "結果は一度に切り替わり、途中で止めても前の結果がそのまま残ります。CRMの表は読むだけです。"},
      .options =
          {DbOption(),
           {.name = "as-of",
            .value = "TIME",
            .help = {"the rules' clock: `2026-06-30 09:00` (default: now)",
                     "ルールの時計: `2026-06-30 09:00`(既定: 現在)"}},
           {.name = "engine",
            .value = "ENGINE",
            .help = {"auto takes machine code where it pays", "autoは得な場合だけ機械語にする"},
            .choices = {"auto", "interp", "jit"}},
           {.name = "dry-run", .help = {"do everything but write", "書き込み以外をすべて行う"}},
           {.name = "max-errors",
            .value = "N",
            .help = {"end with 4 above N data errors", "データの誤りがNを超えたら終了コード4"}},
           {.name = "json", .help = {"the report for machines", "機械向けのJSONで報告"}},
           {.name = "full",
            .help = {"everything, not only what changed (always so in this version)",
                     "差分でなく全件(このバージョンでは常に全件)"}},
           {.name = "watch", .help = {"run again when data changes", "データの変更のたびに実行"}, .not_built = true},
           {.name = "memory", .value = "SIZE", .help = {"memory limit", "メモリーの上限"}, .not_built = true},
           {.name = "plan", .value = "FILE", .help = {"an approved plan", "承認済みの計画"}, .not_built = true},
           {.name = "resume", .help = {"go on with a stopped run", "中断した実行の再開"}, .not_built = true},
           {.name = "shard", .value = "I/N", .help = {"one part of the records", "レコードの一部"}, .not_built = true},
           {.name = "shadow", .value = "REF", .help = {"measure old against new", "新旧の比較"}, .not_built = true},
           {.name = "limit", .value = "N", .help = {"only so many records", "レコード数の上限"}, .not_built = true},
           {.name = "fail-fast", .help = {"stop at the first data error", "最初の誤りで停止"}, .not_built = true},
           {.name = "report", .value = "DIR", .help = {"artefacts of the run", "実行の成果物"}, .not_built = true},
           {.name = "metrics",
            .value = "FILE",
            .help = {"Prometheus text file", "Prometheusのテキストファイル"},
            .not_built = true}},
      .examples = {{"saiten run --db crm.db", {"everything, as of now", "現在の時点で全件"}},
                   {"saiten run --db crm.db --as-of \"2026-06-30 09:00\" --dry-run",
                    {"what would come out then, nothing written", "その時点の結果を、書き込まずに見る"}},
                   {"sqlite3 crm.db \"SELECT * FROM saiten_scores ORDER BY points DESC LIMIT 10\"",
                    {"the best leads", "上位のリード"}}},
      .run = Run};
}

}  // namespace saiten::cli
