#include <fmt/format.h>

#include "base/json.h"
#include "driver/data_words.h"
#include "driver/format.h"
#include "driver/import.h"
#include "tools/cli/commands.h"
#include "tools/cli/progress.h"
#include "tools/cli/show.h"

namespace saiten::cli {
namespace {

std::string List(const std::vector<std::string>& names, size_t most) {
  std::string out;
  for (size_t i = 0; i < names.size() && i < most; ++i) out += (i ? ", " : "") + diag::Printable(names[i]);
  if (names.size() > most) out += fmt::format(", ... ({})", names.size());
  return out;
}

std::vector<std::string> In(const std::vector<driver::Text>& texts, driver::Language language) {
  std::vector<std::string> out;
  for (const driver::Text& text : texts) out.push_back(text.In(language));
  return out;
}

void Tell(Context& context, const store::ImportReport& report, const store::DataErrors& errors) {
  Console& console = context.console();
  constexpr size_t kNames = 12;
  if (!report.created.empty())
    console.Info(
        fmt::format("{}: {}", context.Say("created", "作成"), List(In(report.created, context.language()), kNames)));
  if (!report.matched.empty())
    console.Detail(
        fmt::format("{}: {}", context.Say("columns", "列"), List(In(report.matched, context.language()), 1000)));
  if (!report.ignored.empty())
    console.Info(fmt::format(
        "{}: {}", context.Say("columns that the schema does not know, left out", "スキーマにないため取り込まない列"),
        List(report.ignored, kNames)));
  if (!report.missing.empty())
    console.Info(fmt::format("{}: {}",
                             context.Say("the file does not have, left as it is", "ファイルにないため変更しない項目"),
                             List(In(report.missing, context.language()), kNames)));
  if (report.numbered)
    console.Info(context.Say("the file has no key: records are numbered by their row",
                             "ファイルにキーがないため、行番号をキーにします"));
  if (report.bad_characters > 0) {
    console.Warn(fmt::format(
        fmt::runtime(context.Say("{} character(s) could not be read as {}", "{}文字を{}として読めませんでした")),
        diag::WithThousands(report.bad_characters), report.encoding));
  }
  for (const driver::Text& warning : report.warnings) console.Warn(diag::Printable(warning.In(context.language())));
  if (report.bad > 0) {
    console.Warn(fmt::format(fmt::runtime(context.Say("{} row(s) left out:", "{}行を取り込みませんでした:")),
                             diag::WithThousands(report.bad)));
    constexpr size_t kShown = 20;
    std::string lines;
    for (size_t i = 0; i < report.bad_rows.size() && i < kShown; ++i) {
      lines += fmt::format(fmt::runtime(context.Say("  line {}: {}\n", "  {}行目: {}\n")), report.bad_rows[i].line,
                           diag::Printable(report.bad_rows[i].reason.In(context.language())));
    }
    if (report.bad > kShown)
      lines += fmt::format(fmt::runtime(context.Say("  ... and {} more\n", "  ... ほかに{}行\n")),
                           diag::WithThousands(report.bad - std::min<uint64_t>(kShown, report.bad_rows.size())));
    console.Beside(lines);
  }
  if (errors.total() > 0) {
    console.Warn(fmt::format(
        fmt::runtime(errors.any_quarantined()
                         ? context.Say("{} value(s) that a run will count as unknown; rows \"left out\" not at all",
                                       "実行時に不明として扱われる値が{}件あります(「隔離」の行は数えません)")
                         : context.Say("{} value(s) that a run will count as unknown",
                                       "実行時に不明として扱われる値が{}件あります")),
        diag::WithThousands(errors.total())));
    console.Beside(driver::RenderDataErrors(errors, context.language()));
  }
}

Exit Run(Context& context) {
  Exit exit = Exit::kOk;
  auto compiled = CompileOrExplain(context, false, driver::CompileTo::kChecked, &exit);
  if (!compiled) return exit;
  driver::ImportRequest request;
  request.file = context.positional()[0];
  request.db = context.Value("db").value_or("");
  request.object = context.Value("object").value_or("");
  request.event = context.Value("event").value_or("");
  request.list = context.Value("list").value_or("");
  request.delimiter = context.Value("delimiter").value_or("");
  request.options.create_objects = context.Flag("create-objects");
  request.options.dry_run = context.Flag("dry-run");
  request.options.encoding = context.Value("encoding").value_or("");
  ProgressLine line(context.console());
  const driver::Progress progress = line.progress();
  request.options.progress = [&](uint64_t rows) { progress(driver::Progress::Phase::kLoad, rows); };
  store::DataErrors errors;
  const auto report = driver::Import(*compiled, request, errors);
  line.Stop();
  if (!report.ok()) return context.Fail(report.error());
  std::string result = fmt::format(
      fmt::runtime(context.Say("{} rows: {} new, {} changed, {} as before", "{}行: 新規{}、変更{}、変更なし{}")),
      diag::WithThousands(report->rows), diag::WithThousands(report->inserted), diag::WithThousands(report->updated),
      diag::WithThousands(report->unchanged));
  if (report->other > 0)
    result += fmt::format(fmt::runtime(context.Say(", {} of another kind", "、対象外{}")),
                          diag::WithThousands(report->other));
  if (report->records_created > 0)
    result += fmt::format(fmt::runtime(context.Say(", {} records added", "、レコード追加{}")),
                          diag::WithThousands(report->records_created));
  if (report->bad > 0)
    result += fmt::format(fmt::runtime(context.Say(", {} left out", "、除外{}")), diag::WithThousands(report->bad));
  if (context.Flag("dry-run"))
    result += context.Say(" (dry run: nothing was written)", "(試し実行: 書き込んでいません)");
  context.console().Result(result + "\n");
  Tell(context, *report, errors);
  return report->bad > 0 ? Exit::kPartial : exit;
}

}  // namespace

Command ImportCommand() {
  return {
      .name = "import",
      .arguments = "FILE",
      .summary = {"CSV into the tables of the schema", "CSVをスキーマの表に取り込む"},
      .details = {"FILE is CSV, also gzip-compressed: UTF-8 or Shift_JIS, `,` `;` or tab, told by the file. Columns "
                  "are found by the names\n"
                  "of the schema and their `from`. Records are found again by their key; the same file twice changes "
                  "nothing.\n"
                  "Database and tables are made where they are missing. Ends with 4 if rows had to be left out.",
                  "FILEはCSV(gzip圧縮も可)です。文字コード(UTF-8、Shift_JIS)と区切り(, ; "
                  "タブ)は自動で判別します。列はスキーマの名前と`from`で\n"
                  "対応づけ、レコードはキーで照合するため、同じファイルを2回取り込んでも変わりません。データベースや表"
                  "がなければ作ります。\n"
                  "取り込めない行があれば終了コード4で終わります。"},
      .options =
          {DbOption(),
           {.name = "object",
            .value = "O",
            .help = {"rows are records of this object; with --event: whose event it is",
                     "行をこのオブジェクトのレコードとして取り込む。--eventと使うと、どのオブジェクトのイベントか"}},
           {.name = "event", .value = "E", .help = {"rows are events of this kind", "行をこのイベントとして取り込む"}},
           {.name = "list",
            .value = "L",
            .help = {"rows are members of this list", "行をこのリストのメンバーとして取り込む"}},
           {.name = "create-objects",
            .help = {"add the records that events or members name", "イベントやリストが指すレコードがなければ作る"}},
           {.name = "delimiter", .value = "C", .help = {"`,` `;` or tab", "区切り文字: , ; tab"}},
           {.name = "encoding",
            .value = "ENC",
            .help = {"encoding of the file", "文字コード"},
            .choices = {"utf-8", "shift_jis", "utf-16"}},
           {.name = "dry-run", .help = {"try it and write nothing", "書き込まずに試す"}}},
      .examples = {{"saiten import contacts.csv --object contact --db crm.db", {"records", "レコード"}},
                   {"saiten import purchases.csv.gz --event purchase --create-objects --db crm.db",
                    {"events, and the customers they name", "イベントと、その対象の顧客"}},
                   {"saiten import bounces.csv --event bounce --object contact",
                    {"what the mail provider reports (use std.messages)", "配信サービスの結果(use std.messages)"}}},
      .min_arguments = 1,
      .max_arguments = 1,
      .run = Run};
}

}  // namespace saiten::cli
