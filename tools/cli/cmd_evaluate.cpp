#include <cmath>

#include <fmt/format.h>

#include "base/json.h"
#include "driver/data_words.h"
#include "driver/evaluate.h"
#include "driver/format.h"
#include "tools/cli/commands.h"
#include "tools/cli/progress.h"
#include "tools/cli/share_text.h"
#include "tools/cli/show.h"

namespace saiten::cli {
namespace {

using driver::EvaluateReport;
using driver::Quality;

std::string Percent(std::optional<double> share) { return share ? fmt::format("{:.1f} %", 100 * *share) : "-"; }

Json JsonOf(const EvaluateReport& report, bool written) {
  const Quality& q = report.quality;
  auto number = [](const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); };
  Json bands = Json::array();
  for (const auto& band : q.bands) {
    Json from = band.band.from ? Json(static_cast<double>(*band.band.from) / 1000) : Json(nullptr);
    bands.push_back({{"band", band.band.name},
                     {"from", std::move(from)},
                     {"n", band.n},
                     {"positives", band.positives},
                     {"rate", number(band.rate())}});
  }
  Json bounds = Json::array();
  for (const auto& bound : q.bounds) {
    bounds.push_back({{"band", bound.band.name},
                      {"from", static_cast<double>(*bound.band.from) / 1000},
                      {"n", bound.n},
                      {"positives", bound.positives},
                      {"precision", number(q.precision(bound))},
                      {"recall", number(q.recall(bound))},
                      {"lift", number(q.lift(bound))}});
  }
  return {{"format_version", "1.0"},
          {"name", report.name},
          {"score", report.score},
          {"object", report.object},
          {"as_of", rt::FormatInstant(report.as_of, *rt::Zone::Utc())},
          {"n", q.n},
          {"positives", q.positives},
          {"base_rate", number(q.base_rate())},
          {"auc", number(q.auc())},
          {"lift_best_tenth", number(q.lift_of_best_tenth)},
          {"monotone", q.monotone},
          {"bounds", std::move(bounds)},
          {"bands", std::move(bands)},
          {"excluded", report.excluded},
          {"without_date", report.without_date},
          {"not_yet", report.not_yet},
          {"kept", report.kept},
          {"recomputed", report.recomputed},
          {"written", written}};
}

std::string Text(const EvaluateReport& report, Context& context) {
  const Quality& q = report.quality;
  std::string out = fmt::format(
      "{}{}: {} {}\n", report.name, report.label.empty() ? "" : " \"" + report.label + "\"",
      context.Say("how well does it find the outcome? score", "成果をどれだけ見分けるか。スコア"), report.score);
  out += fmt::format("  n {}   {} {} ({})", diag::WithThousands(q.n), context.Say("positive", "成果あり"),
                     diag::WithThousands(q.positives), Percent(q.base_rate()));
  if (q.auc()) out += fmt::format("   AUC {:.4f}", *q.auc());
  if (q.lift_of_best_tenth)
    out += fmt::format("   {} {:.2f}", context.Say("lift of the best tenth", "上位10%のリフト"), *q.lift_of_best_tenth);
  out += "\n";
  if (report.excluded > 0)
    out += fmt::format("  {} {}\n", diag::WithThousands(report.excluded),
                       context.Say("excluded by the rule", "件は除外条件により除外"));
  if (report.without_date > 0)
    out += fmt::format("  {} {}\n", diag::WithThousands(report.without_date),
                       context.Say("left out: no date of hand-over", "件は引き渡し日がないため除外"));
  if (report.not_yet > 0)
    out += fmt::format("  {} {}\n", diag::WithThousands(report.not_yet),
                       context.Say("left out: handed over after the time asked for (--as-of)",
                                   "件は引き渡しが基準日時(--as-of)より後のため除外"));
  if (report.kept > 0) {
    out += fmt::format(
        "  {} {}\n", diag::WithThousands(report.kept),
        context.Say("scores kept by the run behind the hand-over", "件は引き渡し直後の実行が保存したスコア"));
  }
  if (report.recomputed > 0) {
    out += fmt::format("  {} {}\n", diag::WithThousands(report.recomputed),
                       context.Say("scores worked out anew: events as of the hand-over, properties as they are now",
                                   "件を再計算(イベントは引き渡し時点、項目は現在の値)"));
  }
  size_t width = 10;
  for (const auto& band : q.bands) width = std::max<size_t>(width, diag::TextWidth(band.band.name) + 2);
  if (!q.bounds.empty()) {
    out +=
        fmt::format("\n  {}{:>9}{:>10}{:>12}{:>10}{:>8}\n", Padded(std::string(context.Say("at least", "下限")), width),
                    context.Say("points", "点"), "n", context.Say("precision", "適合率"),
                    context.Say("recall", "再現率"), context.Say("lift", "リフト"));
    for (const auto& bound : q.bounds) {
      const auto lift = q.lift(bound);
      out += fmt::format("  {}{:>9}{:>10}{:>12}{:>10}{:>8}\n", Padded(bound.band.name, width),
                         rt::FormatPoints(*bound.band.from), diag::WithThousands(bound.n), Percent(q.precision(bound)),
                         Percent(q.recall(bound)), lift ? fmt::format("{:.2f}", *lift) : "-");
    }
  }
  if (!q.bands.empty()) {
    out += fmt::format("\n  {}{:>10}{:>10}{:>10}\n", Padded(std::string(context.Say("band", "バンド")), width), "n",
                       context.Say("positive", "成果"), context.Say("rate", "割合"));
    for (const auto& band : q.bands) {
      out += fmt::format("  {}{:>10}{:>10}{:>10}\n", Padded(band.band.name, width), diag::WithThousands(band.n),
                         diag::WithThousands(band.positives), Percent(band.rate()));
    }
    if (!q.monotone)
      out += fmt::format("  {}\n", context.Say("not monotone: a lower band has a higher rate than the one above it",
                                               "単調でない: 下のバンドのほうが割合が高くなっています"));
  }
  return out;
}

Exit Run(Context& context) {
  Exit exit = Exit::kOk;
  auto compiled = CompileOrExplain(context, false, driver::CompileTo::kChecked, &exit);
  if (!compiled) return exit;
  driver::EvaluateOptions options;
  if (!context.positional().empty()) options.name = context.positional()[0];
  options.data.db = context.Value("db").value_or("");
  options.data.as_of = context.Value("as-of").value_or("");
  options.dry_run = context.Flag("dry-run");
  options.recompute = context.Flag("recompute");
  ProgressLine line(context.console());
  options.data.progress = line.progress();
  options.data.cache = CacheOptionsOf(context, line);
  const auto evaluated = driver::Evaluate(*compiled, options);
  line.Stop();
  if (!evaluated.ok()) return context.Fail(evaluated.error());
  const driver::Loaded& loaded = *evaluated->loaded;
  if (loaded.errors.total() > 0) {
    context.console().Warn(fmt::format(fmt::runtime(context.Say("{} data error(s), counted as unknown",
                                                                "データの誤りが{}件あります(不明として扱います)")),
                                       diag::WithThousands(loaded.errors.total())));
    if (context.console().verbose())
      context.console().Beside(driver::RenderDataErrors(loaded.errors, context.language()));
  }
  TellWithoutCode(context, evaluated->without_code);
  if (context.Flag("json")) {
    Json json = Json::array();
    for (const EvaluateReport& report : evaluated->reports) json.push_back(JsonOf(report, evaluated->written));
    // The one that was asked for stands alone; of all, a list.
    context.console().Result(JsonPage((options.name.empty() ? json : json[0])));
  } else {
    std::string out;
    for (const EvaluateReport& report : evaluated->reports) out += (out.empty() ? "" : "\n") + Text(report, context);
    context.console().Result(out);
  }
  if (evaluated->written) {
    context.console().Info(
        fmt::format(fmt::runtime(context.Say("written to {}: SELECT * FROM saiten_evaluations",
                                             "{}に書き込みました: SELECT * FROM saiten_evaluations")),
                    loaded.db));
  } else {
    context.console().Info(context.Say("dry run: nothing was written", "試し実行: 何も書き込んでいません"));
  }
  return loaded.quarantined() > 0 ? Exit::kPartial : exit;
}

}  // namespace

Command EvaluateCommand() {
  return {
      .name = "evaluate",
      .arguments = "[NAME]",
      .summary = {"how well a score finds the outcome", "スコアが成果をどれだけ見分けるか"},
      .details =
          {"For each `evaluate` of the rules: how many, how many positive, precision, recall and lift at each bound of "
           "the\n"
           "bands, rates by band, and the AUC (equal points count half). The same goes into the view "
           "saiten_evaluations(name,\n"
           "object, score, as_of, part, band, bound, n, positives, rate, precision, recall, lift, auc, ...): one row "
           "for "
           "all\n"
           "(part `all`), one for each bound and each band. The same rules at the same time replace their rows.\n"
           "With `as of` the score is that of the hand-over: the first `saiten run` behind it keeps it (view "
           "saiten_handovers);\n"
           "those of before are worked out anew, with the events of then and the properties of now.",
           "ルールの`evaluate`ごとに、件数、成果の数、バンドの下限ごとの適合率・再現率・リフト、バンド別の割合、AUC("
           "同点は半分)を表示します。\n"
           "同じ内容をビューsaiten_evaluations(name, object, score, as_of, part, band, bound, n, positives, rate, "
           "precision, recall, lift, auc, ...)にも書き込みます:\n"
           "全体(partが`all`)、下限ごと(`bound`)、バンドごと(`band`)に1行です。同じルールと時点の行は置き換えます。\n"
           "`as of`があれば引き渡し時のスコアを使います: 引き渡し後の最初の`saiten "
           "run`が保存し(ビューsaiten_handovers)、\n"
           "それより前のものは、当時のイベントと今の項目の値で計算し直します。"},
      .options = {DbOption(),
                  {.name = "as-of",
                   .value = "TIME",
                   .help = {"the rules' clock (default: now)", "ルールの時計(既定: 現在)"}},
                  {.name = "dry-run", .help = {"print only, write nothing", "表示だけで、何も書き込まない"}},
                  {.name = "recompute",
                   .help = {"with the rules of now, also where a run kept the score of the hand-over",
                            "引き渡し時に保存したスコアがあっても、今のルールで計算し直す"}},
                  {.name = "json", .help = {"for machines", "機械向けのJSON"}}},
      .examples = {{"saiten evaluate --db crm.db", {"all of them", "すべて"}},
                   {"saiten evaluate deposit --db crm.db --json", {"one, for a script", "1つをスクリプト向けに"}}},
      .max_arguments = 1,
      .run = Run};
}

}  // namespace saiten::cli
