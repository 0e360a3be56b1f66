#include <fmt/format.h>

#include "driver/written.h"
#include "tools/cli/commands.h"
#include "tools/cli/show.h"

namespace saiten::cli {
namespace {

Exit Run(Context& context) {
  Exit exit = Exit::kOk;
  const auto compiled = CompileProject(context, true, driver::CompileTo::kChecked, &exit);
  if (!compiled) return exit;
  if (const Status shown = ShowDiagnostics(context, *compiled, Stream::kResult); !shown.ok()) {
    return context.Fail(shown.error());
  }
  if (!compiled->sink.has_errors()) {
    if (const auto written = driver::WrittenProperties(*compiled); !written.ok()) return context.Fail(written.error());
  }
  if (compiled->sink.all().empty()) {
    const size_t files = compiled->project.files.size();
    context.console().Info(
        fmt::format(fmt::runtime(context.Say("no mistakes in {} file{}", "間違いはありません({}ファイル)")),
                    diag::WithThousands(files), files == 1 ? "" : "s"));
  }
  return ExitAfter(context, *compiled);
}

}  // namespace

Command CheckCommand() {
  return {
      .name = "check",
      .arguments = "[PATH...]",
      .summary = {"is it right? every mistake with its place and its fix",
                  "ルールは正しいか。間違いを場所と直し方つきで表示"},
      .details =
          {"PATH is a folder or files; without one the project here is checked. Files below a saiten.toml are\n"
           "checked as part of their project, and only what concerns them is shown; where no saiten.toml is, exactly\n"
           "the files given are the project. It ends with 1 if there are errors; warnings alone end with 0 (--strict: "
           "1).",
           "PATHはフォルダーかファイルです。省略すると現在のプロジェクトを検査します。saiten.tomlの下にあるファイルは\n"
           "プロジェクト全体の一部として検査し、そのファイルの指摘だけを表示します。saiten.tomlがなければ、指定した\n"
           "ファイルだけを1つのプロジェクトとして扱います。エラーがあれば1、警告だけなら0で終わります(--strictなら1)"
           "。"},
      .options = {{.name = "watch", .help = {"check again when a file changes", "変更のたびに検査"}, .not_built = true},
                  {.name = "stdin-filename",
                   .value = "FILE",
                   .help = {"read this file from stdin", "標準入力をこのファイルとして読む"},
                   .not_built = true},
                  {.name = "against",
                   .value = "REF",
                   .help = {"breaking changes of public names", "公開名の互換性を検査"},
                   .not_built = true}},
      .examples = {{"saiten check", {"the project here", "現在のプロジェクト"}},
                   {"saiten check score.rules --lang ja", {"one file, in Japanese", "1つのファイルを日本語で"}},
                   {"saiten check --output concise --output json:check.json",
                    {"one line each on the screen, all of it in a file", "画面には1行ずつ、ファイルには全部"}}},
      .max_arguments = 100'000,
      .run = Run};
}

}  // namespace saiten::cli
