#include <charconv>
#include <iostream>
#include <iterator>

#include <fmt/format.h>

#include "base/line_diff.h"
#include "driver/files.h"
#include "driver/format.h"
#include "driver/project.h"
#include "driver/restyle.h"
#include "tools/cli/commands.h"
#include "tools/cli/project_options.h"

namespace saiten::cli {
namespace {

// `12-30` or `12`.
Result<std::optional<driver::LineRange>> RangeOf(const Context& context) {
  const auto text = context.Value("range");
  if (!text) return std::optional<driver::LineRange>();
  driver::LineRange range;
  const char* end = text->data() + text->size();
  std::from_chars_result read = std::from_chars(text->data(), end, range.first);
  range.last = range.first;
  if (read.ec == std::errc() && read.ptr != end && *read.ptr == '-') {
    read = std::from_chars(read.ptr + 1, end, range.last);
  }
  if (read.ec != std::errc() || read.ptr != end || range.first == 0 || range.last < range.first) {
    return driver::Fail(
        ErrorKind::kUsage,
        {fmt::format("`--range {}` names no lines", *text), fmt::format("`--range {}`は行の範囲ではありません", *text)},
        {"write `--range 12-30`, or `--range 12` for one line",
         "`--range 12-30`、1行だけなら`--range 12`と書いてください"});
  }
  return std::optional(range);
}

// What became of all files.
struct Tally {
  size_t files = 0;
  size_t changed = 0;
  size_t kept = 0;  // declarations
};

class Formatter {
 public:
  explicit Formatter(Context& context) : context_(context) {}

  Status One(const SourceFile& source, std::optional<driver::LineRange> range) {
    SAITEN_ASSIGN_OR_RETURN(const driver::Restyled restyled, driver::Restyle(source, range));
    ++tally_.files;
    TellKept(source, restyled);
    const bool changed = restyled.text != source.text();
    tally_.changed += changed ? 1 : 0;
    if (context_.Flag("diff")) {
      context_.console().Result(UnifiedDiff(source.text(), restyled.text, "a/" + source.path(), "b/" + source.path()));
      return {};
    }
    if (context_.Flag("check")) {
      if (changed) context_.console().Result(source.path() + "\n");
      return {};
    }
    if (context_.Flag("stdin")) {
      context_.console().Result(restyled.text);
      return {};
    }
    return changed ? driver::WriteFile(source.path(), restyled.text) : Status();
  }

  const Tally& tally() const { return tally_; }

 private:
  void TellKept(const SourceFile& source, const driver::Restyled& restyled) {
    for (const uint32_t line : restyled.kept_lines) {
      ++tally_.kept;
      context_.console().Warn(fmt::format(
          fmt::runtime(context_.Say("{}:{}: left as it is, for it holds a mistake (`saiten check` shows it)",
                                    "{}:{}: 間違いがあるため整形していません(`saiten check`で確認できます)")),
          source.path(), line));
    }
  }

  Context& context_;
  Tally tally_;
};

void TellAll(Context& context, const Tally& tally) {
  const bool only_looks = context.Flag("check") || context.Flag("diff");
  const size_t same = tally.files - tally.changed;
  if (only_looks) {
    context.console().Info(
        fmt::format(fmt::runtime(context.Say("{} of {} files would change", "{1}ファイル中{0}ファイルが整形されます")),
                    diag::WithThousands(tally.changed), diag::WithThousands(tally.files)));
    return;
  }
  context.console().Info(fmt::format(fmt::runtime(context.Say("{} files changed, {} were in style already",
                                                              "{}ファイルを整形しました。{}ファイルは整形済みです")),
                                     diag::WithThousands(tally.changed), diag::WithThousands(same)));
}

Status FormatAll(Context& context, Formatter& formatter) {
  SAITEN_ASSIGN_OR_RETURN(const auto range, RangeOf(context));
  if (context.Flag("stdin")) {
    std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    const std::string name = context.positional().empty() ? "stdin" : context.positional()[0];
    return formatter.One(SourceFile(name, std::move(text)), range);
  }
  SAITEN_ASSIGN_OR_RETURN(const driver::Project project, driver::FindProject(ProjectOptionsOf(context, true)));
  const std::vector<std::string>& files = project.only.empty() ? project.files : project.only;
  if (range && files.size() != 1) {
    return driver::Fail(
        ErrorKind::kUsage, {"`--range` needs one file", "`--range`にはファイルを1つだけ指定してください"},
        {"name it: `saiten fmt score.rules --range 12-30`", "例: `saiten fmt score.rules --range 12-30`"});
  }
  for (const std::string& file : files) {
    SAITEN_ASSIGN_OR_RETURN(std::string text, driver::ReadFile(file));
    SAITEN_RETURN_IF_ERROR(formatter.One(SourceFile(file, std::move(text)), range));
  }
  return {};
}

Exit Run(Context& context) {
  Formatter formatter(context);
  if (const Status done = FormatAll(context, formatter); !done.ok()) return context.Fail(done.error());
  const Tally& tally = formatter.tally();
  if (!context.Flag("stdin")) TellAll(context, tally);
  const bool only_looks = context.Flag("check") || context.Flag("diff");
  return tally.kept > 0 || (only_looks && tally.changed > 0) ? Exit::kFindings : Exit::kOk;
}

}  // namespace

Command FmtCommand() {
  return {
      .name = "fmt",
      .arguments = "[PATH...]",
      .summary = {"one style for all files", "書式をそろえる"},
      .details =
          {"Writes the files of the project (or PATH) in the one style of docs/language.md: what they mean, their "
           "comments\nand their order stay. Declarations with a mistake in them are left as they are, and the command "
           "ends with 1.\nWith --check or --diff nothing is written, and 1 says that something would change.",
           "プロジェクト(またはPATH)のファイルを、docs/language.mdにある統一の書式で書き直します。意味・コメント・\n"
           "順番は変わりません。間違いのある宣言はそのまま残し、終了コード1で終わります。\n"
           "--checkと--diffは何も書き込まず、変わるものがあれば1で終わります。"},
      .options = {{.name = "check",
                   .help = {"only name the files that would change", "変わるファイルの名前だけを表示"}},
                  {.name = "diff", .help = {"show what would change", "変更箇所を表示"}},
                  {.name = "stdin",
                   .help = {"from stdin to stdout; PATH is its name in messages",
                            "標準入力から標準出力へ(PATHはメッセージ中の名前)"}},
                  {.name = "range",
                   .value = "FROM-TO",
                   .help = {"only declarations on these lines of one file", "1つのファイルのこの行にある宣言だけ"}}},
      .examples = {{"saiten fmt", {"the project here", "現在のプロジェクト"}},
                   {"saiten fmt --check", {"in CI: 1 if a file is not in style", "CI用: 整形されていなければ1"}},
                   {"saiten fmt --stdin < score.rules", {"for editors", "エディター用"}}},
      .max_arguments = 100'000,
      .run = Run};
}

}  // namespace saiten::cli
