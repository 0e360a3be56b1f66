#include <algorithm>

#include <fmt/format.h>

#include "base/line_diff.h"
#include "driver/files.h"
#include "driver/fixes.h"
#include "driver/lint.h"
#include "tools/cli/commands.h"
#include "tools/cli/project_options.h"
#include "tools/cli/show.h"

namespace saiten::cli {
namespace {

// Fixes of fixes: far more rounds than any need, so that two that undo each other end.
constexpr int kRounds = 10;

// `A,B` and repeated options alike.
std::vector<std::string> CodesOf(const Context& context, std::string_view option) {
  std::vector<std::string> codes;
  for (const std::string& value : context.Values(option)) {
    size_t begin = 0;
    while (begin <= value.size()) {
      const size_t end = std::min(value.find(',', begin), value.size());
      if (end > begin) codes.push_back(value.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return codes;
}

// The project as it is on the disk, then as its fixes make it.
class Linter {
 public:
  explicit Linter(Context& context) : context_(context) {}

  Status Read() {
    SAITEN_ASSIGN_OR_RETURN(project_, driver::FindProject(ProjectOptionsOf(context_, true)));
    for (const std::string& file : project_.files) {
      SAITEN_ASSIGN_OR_RETURN(std::string text, driver::ReadFile(file));
      texts_.push_back(std::move(text));
    }
    before_ = texts_;
    TellAboutProject(context_, project_);
    return Look();
  }

  Status Look() {
    SourceSet sources;
    for (size_t i = 0; i < texts_.size(); ++i) sources.Add(project_.files[i], texts_[i]);
    compiled_ = driver::CompileSources(project_, std::move(sources), driver::CompileTo::kChecked);
    driver::LintOptions options{.select = CodesOf(context_, "select"), .ignore = CodesOf(context_, "ignore")};
    options.baseline = context_.Value("baseline").value_or("");
    options.new_from = context_.Value("new-from").value_or("");
    options.use_baseline = !context_.Value("write-baseline").has_value();
    options.as_of = context_.Value("as-of").value_or("");
    SAITEN_ASSIGN_OR_RETURN(report_, driver::Lint(*compiled_, options));
    return {};
  }

  // Applies what can be fixed, round after round.
  Status Fix() {
    const bool unsafe_too = context_.Flag("unsafe-fixes");
    for (int round = 0; round < kRounds; ++round) {
      const auto fixed = driver::ApplyFixes(report_.visible.diagnostics, compiled_->sources, unsafe_too);
      if (fixed.empty()) return {};
      const bool had_errors = !compiled_->ok();
      const std::vector<std::string> texts = texts_;
      Take(fixed);
      SAITEN_RETURN_IF_ERROR(Look());
      if (compiled_->ok() || had_errors) continue;
      // A bug of ours that must not cost anybody a rule.
      texts_ = texts;
      SAITEN_RETURN_IF_ERROR(Look());
      return driver::Fail(ErrorKind::kRefused, {"a fix would have made rules that are right wrong; nothing was changed",
                                                "自動修正の結果が誤ったルールになるため、何も変更しませんでした"});
    }
    return {};
  }

  Status AddIgnores(const std::string& reason) {
    if (reason.empty() || reason.find_first_of("\r\n") != std::string::npos) {
      return driver::Fail(ErrorKind::kUsage,
                          {"`--add-ignore` needs a reason, on one line", "`--add-ignore`には1行の理由が必要です"});
    }
    const auto files = driver::AddIgnores(*compiled_, report_.visible, reason);
    if (files.empty()) return {};
    const size_t before = CountComments();
    const std::vector<std::string> texts = texts_;
    Take(files);
    SAITEN_RETURN_IF_ERROR(Look());
    if (CountComments() == before + fixes_) return {};
    texts_ = texts;
    return driver::Fail(
        ErrorKind::kRefused,
        {"a finding lies inside a text of several lines, where no comment can stand; nothing was changed",
         "複数行の文字列の中に指摘があり、コメントを書けないため、何も変更しませんでした"},
        {"write `// saiten ignore-file CODE: reason` at the top of that file",
         "そのファイルの先頭に`// saiten ignore-file コード: 理由`と書いてください"});
  }

  // Writes what has changed, or shows it.
  Status Write() {
    for (size_t i = 0; i < texts_.size(); ++i) {
      if (texts_[i] == before_[i]) continue;
      const std::string& path = project_.files[i];
      if (context_.Flag("diff")) {
        context_.console().Result(UnifiedDiff(before_[i], texts_[i], "a/" + path, "b/" + path));
      } else {
        SAITEN_RETURN_IF_ERROR(driver::WriteFile(path, texts_[i]));
      }
    }
    return {};
  }

  const driver::Compiled& compiled() const { return *compiled_; }
  const driver::LintReport& report() const { return report_; }
  size_t files() const { return texts_.size(); }
  size_t fixes() const { return fixes_; }

 private:
  void Take(const std::vector<driver::FixedFile>& files) {
    for (const driver::FixedFile& file : files) {
      // Own files stand first, in the project's order.
      texts_[file.file.index()] = file.text;
      fixes_ += file.fixes;
    }
  }

  size_t CountComments() const {
    size_t count = 0;
    for (const auto& file : compiled_->checked.files) count += file->comments.size();
    return count;
  }

  Context& context_;
  driver::Project project_;
  std::vector<std::string> texts_, before_;  // by file of the project
  std::unique_ptr<driver::Compiled> compiled_;
  driver::LintReport report_;
  size_t fixes_ = 0;
};

std::string Statistics(const driver::LintReport& report, Language language) {
  std::string out;
  for (const auto& [code, count] : driver::CountByCode(report.visible)) {
    const diag::CodeInfo& info = diag::InfoOf(code);
    const auto example = std::ranges::find(report.visible.diagnostics, code, &diag::Diagnostic::code);
    out += fmt::format("{:>8}  {}  {}\n", diag::WithThousands(count), info.id, diag::Message(*example, language));
  }
  return out;
}

void TellLeftOut(Context& context, const driver::LintReport& report) {
  if (report.not_new > 0) {
    context.console().Info(
        fmt::format(fmt::runtime(context.Say("{} more were there before", "ほかに{}件は以前からあります")),
                    diag::WithThousands(report.not_new)));
  }
  if (report.commit_had_errors) {
    context.console().Warn(context.Say("the rules of that commit have errors, so everything counts as new",
                                       "そのコミットのルールにエラーがあるため、すべてを新しい指摘として扱います"));
  }
  if (report.in_baseline > 0) {
    context.console().Info(
        fmt::format(fmt::runtime(context.Say("{} more are in the baseline", "ほかに{}件がベースラインにあります")),
                    diag::WithThousands(report.in_baseline)));
  }
  if (report.gone_of_baseline > 0) {
    context.console().Info(fmt::format(
        fmt::runtime(context.Say("{} of the baseline are gone: `saiten lint --write-baseline` takes them out",
                                 "ベースラインの{}件は解消済みです。`saiten lint --write-baseline`で取り除けます")),
        diag::WithThousands(report.gone_of_baseline)));
  }
}

// Where `--write-baseline` writes: the file given, else the one of the settings.
Result<std::string> BaselineFile(const Context& context, const driver::Compiled& compiled) {
  const std::string given = context.Value("write-baseline").value_or("");
  const std::string& of_project = compiled.project.config.config.lint_baseline;
  if (!given.empty()) return given;
  if (!of_project.empty()) return of_project;
  return driver::Fail(
      ErrorKind::kUsage, {"`--write-baseline` needs a file", "`--write-baseline`にはファイル名が必要です"},
      {"name it: `--write-baseline=lint-baseline.json`, or `baseline = \"...\"` below [lint] in saiten.toml",
       "`--write-baseline=lint-baseline.json`のように書くか、saiten.tomlの[lint]に`baseline = "
       "\"...\"`を書いてください"});
}

Status Say(Context& context, const Linter& linter) {
  const driver::LintReport& report = linter.report();
  if (context.Flag("statistics")) {
    context.console().Result(Statistics(report, context.language()));
  } else if (!context.Flag("diff")) {
    SAITEN_RETURN_IF_ERROR(ShowFindings(context, linter.compiled(), report.visible, Stream::kResult));
  }
  if (report.visible.diagnostics.empty()) {
    context.console().Info(
        fmt::format(fmt::runtime(context.Say("nothing found in {} file{}", "指摘はありません({}ファイル)")),
                    diag::WithThousands(linter.files()), linter.files() == 1 ? "" : "s"));
  }
  TellLeftOut(context, report);
  if (linter.fixes() > 0) {
    context.console().Info(
        fmt::format(fmt::runtime(context.Flag("diff") ? context.Say("{} would be changed", "{}件を変更します")
                                                      : context.Say("{} changed", "{}件を変更しました")),
                    diag::WithThousands(linter.fixes())));
  }
  return {};
}

Exit ExitOf(const Context& context, const Linter& linter) {
  if (context.Flag("exit-zero")) return Exit::kOk;
  const diag::Counts& counts = linter.report().visible.counts;
  const bool found = counts.errors + counts.warnings > 0;
  return found || (linter.fixes() > 0 && context.Flag("exit-non-zero-on-fix")) ? Exit::kFindings : Exit::kOk;
}

Exit Run(Context& context) {
  Linter linter(context);
  if (const Status read = linter.Read(); !read.ok()) return context.Fail(read.error());
  if (context.Value("write-baseline")) {
    const auto file = BaselineFile(context, linter.compiled());
    if (!file.ok()) return context.Fail(file.error());
    const auto& visible = linter.report().visible;
    const Status written = driver::WriteFile(*file, driver::BaselineOf(linter.compiled(), visible));
    if (!written.ok()) return context.Fail(written.error());
    context.console().Info(
        fmt::format(fmt::runtime(context.Say("{} findings written to {}", "{}件を{}に書き込みました")),
                    diag::WithThousands(visible.counts.warnings + visible.counts.notes), *file));
    return visible.counts.errors > 0 ? Exit::kFindings : Exit::kOk;
  }
  Status done;
  if (const auto reason = context.Value("add-ignore")) {
    done = linter.AddIgnores(*reason);
  } else if (context.Flag("fix") || context.Flag("unsafe-fixes") || context.Flag("diff")) {
    done = linter.Fix();
  }
  if (done.ok()) done = linter.Write();
  if (done.ok()) done = Say(context, linter);
  return done.ok() ? ExitOf(context, linter) : context.Fail(done.error());
}

}  // namespace

Command LintCommand() {
  return {
      .name = "lint",
      .arguments = "[PATH...]",
      .summary = {"house rules: names, docs, dates of review, and what check warns of",
                  "社内ルールの検査: 名前、説明、見直しの期日、それにcheckの警告"},
      .details =
          {"Findings end with 1 (--exit-zero: 0). [lint] in saiten.toml says which: `select`, `ignore`,\n"
           "`per-file-ignores`, `naming`, `baseline`; the options here take their place. A comment ignores one:\n"
           "`// saiten ignore L1002: the name says it all`, on the line or above it. `saiten explain L1002` has the "
           "page of a code.",
           "指摘があれば1で終わります(--exit-zeroなら0)。対象はsaiten.tomlの[lint]で決めます: `select`、`ignore`、\n"
           "`per-file-ignores`、`naming`、`baseline`"
           "。ここでの指定が優先されます。1件だけ無視するには、その行か上の行に\n"
           "`// saiten ignore L1002: 名前のとおりです`と書きます。コードの説明は`saiten explain L1002`で読めます。"},
      .options =
          {{.name = "select",
            .value = "CODES",
            .help = {"only these: L1002, or beginnings as L1,E41", "対象のコード: L1002、または先頭(L1,E41)"},
            .repeated = true},
           {.name = "ignore", .value = "CODES", .help = {"not these", "対象外のコード"}, .repeated = true},
           {.name = "fix", .help = {"apply the safe fixes", "安全な自動修正を適用"}},
           {.name = "unsafe-fixes", .help = {"and those that want to be read", "確認が必要な修正も適用"}},
           {.name = "diff", .help = {"show what would be changed", "変更内容だけを表示"}},
           {.name = "add-ignore",
            .value = "REASON",
            .help = {"write a comment that ignores each finding", "指摘ごとに無視するコメントを書き込む"}},
           {.name = "baseline",
            .value = "FILE",
            .help = {"leave out what this file knows", "このファイルにある指摘を除く"}},
           {.name = "write-baseline",
            .value = "FILE",
            .help = {"write the findings as they are now", "今の指摘をファイルに書き込む"}},
           {.name = "new-from",
            .value = "REF",
            .help = {"only what is new since this commit", "このコミット以降の新しい指摘だけ"}},
           {.name = "statistics", .help = {"how often each code", "コードごとの件数"}},
           {.name = "as-of", .value = "TIME", .help = {"today, for dates of review", "見直しの期日を比べる日時"}},
           {.name = "exit-zero", .help = {"end with 0 also after findings", "指摘があっても0で終わる"}},
           {.name = "exit-non-zero-on-fix", .help = {"end with 1 if something was changed", "変更したら1で終わる"}}},
      .examples = {{"saiten lint", {"the project here", "現在のプロジェクト"}},
                   {"saiten lint --select L1 --fix",
                    {"house rules, fixed where that is safe", "社内ルールを検査し、安全なものは修正"}},
                   {"saiten lint --write-baseline lint-baseline.json",
                    {"from now on only what is new", "今後は新しい指摘だけ"}}},
      .max_arguments = 100'000,
      .run = Run};
}

}  // namespace saiten::cli
