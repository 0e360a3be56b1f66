#include "tools/cli/show.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include <fmt/format.h>

#include "driver/files.h"
#include "tools/cli/project_options.h"

namespace saiten::cli {
namespace {

using driver::ReportFormat;

// GitHub shows what lies in this file on the page of the run: all findings, beside the few that it annotates.
Status AddToJobSummary(const driver::Visible& visible, const SourceSet& sources, diag::RenderOptions options) {
  const char* path = std::getenv("GITHUB_STEP_SUMMARY");
  if (path == nullptr || *path == '\0') return {};
  std::ofstream file(path, std::ios::app | std::ios::binary);
  options.color = false;
  file << diag::RenderMarkdown(visible.diagnostics, sources, options) << '\n';
  file.flush();
  if (file) return {};
  return driver::Fail(ErrorKind::kIo,
                      {fmt::format("the job summary `{}` cannot be written (GITHUB_STEP_SUMMARY)", path),
                       fmt::format("ジョブサマリー`{}`に書き込めません(GITHUB_STEP_SUMMARY)", path)});
}

// Files beside those that were given, whose declarations are missed if nobody says that they were not read.
void TellNotRead(Context& context, const driver::Project& project) {
  if (project.not_read.empty()) return;
  constexpr size_t kNamed = 3;
  const size_t named = std::min(project.not_read.size(), kNamed);
  std::string names;
  for (size_t i = 0; i < named; ++i) names += (i ? ", " : "") + project.not_read[i];
  if (named < project.not_read.size()) {
    names += fmt::format(fmt::runtime(context.Say(" and {} more", "ほか{}件")), project.not_read.size() - named);
  }
  context.console().Info(fmt::format(
      fmt::runtime(context.Say("there is no saiten.toml, so only the files given were read, not {}",
                               "saiten.tomlがないため、指定したファイルだけを読みました。読んでいないもの: {}")),
      names));
}

}  // namespace

Status ShowDiagnostics(Context& context, const driver::Compiled& compiled, Stream stream) {
  return ShowFindings(context, compiled, driver::VisibleOf(compiled), stream);
}

Status ShowFindings(Context& context, const driver::Compiled& compiled, const driver::Visible& visible, Stream stream) {
  Console& console = context.console();
  SAITEN_ASSIGN_OR_RETURN(const std::vector<OutputSpec> outputs, context.Outputs());
  for (const OutputSpec& output : outputs) {
    diag::RenderOptions options{.language = console.language()};
    const bool to_file = !output.file.empty();
    options.color = !to_file && (stream == Stream::kResult ? console.color_out() : console.color_err());
    if (to_file) options.limit = 0;
    if (output.format == ReportFormat::kGithub) {
      SAITEN_RETURN_IF_ERROR(AddToJobSummary(visible, compiled.sources, options));
    }
    const std::string text = driver::RenderReport(compiled, visible, output.format, options);
    if (to_file) {
      SAITEN_RETURN_IF_ERROR(driver::WriteFile(output.file, text));
    } else if (stream == Stream::kResult) {
      console.Result(text);
    } else if (!visible.diagnostics.empty()) {
      console.Beside(text);
    }
  }
  if (std::string summary = diag::Summary(visible.counts, console.language()); !summary.empty()) console.Info(summary);
  if (visible.errors_elsewhere > 0) {
    console.Info(fmt::format(
        fmt::runtime(context.Say("{} more in other files of the project", "ほかのファイルにもエラーが{}件あります")),
        diag::WithThousands(visible.errors_elsewhere)));
  }
  return {};
}

void TellAboutProject(Context& context, const driver::Project& project) {
  for (const driver::ConfigWarning& warning : project.config.warnings) {
    context.console().Warn(context.Say(warning.en, warning.ja));
  }
  TellNotRead(context, project);
}

std::unique_ptr<driver::Compiled> CompileProject(Context& context, bool paths_are_arguments, driver::CompileTo to,
                                                 Exit* exit) {
  auto compiled = driver::Compile(ProjectOptionsOf(context, paths_are_arguments), to);
  if (!compiled.ok()) {
    *exit = context.Fail(compiled.error());
    return nullptr;
  }
  TellAboutProject(context, (*compiled)->project);
  return std::move(*compiled);
}

Exit ExitAfter(const Context& context, const driver::Compiled& compiled) {
  const driver::Visible visible = driver::VisibleOf(compiled);
  const bool strict = context.Flag("strict") || compiled.project.config.config.strict;
  return visible.counts.errors > 0 || (strict && visible.counts.warnings > 0) ? Exit::kFindings : Exit::kOk;
}

std::unique_ptr<driver::Compiled> CompileOrExplain(Context& context, bool paths_are_arguments, driver::CompileTo to,
                                                   Exit* exit) {
  auto compiled = CompileProject(context, paths_are_arguments, to, exit);
  if (!compiled) return nullptr;
  // Who scores or imports wants to know that there are warnings, not to read them each time.
  const bool asked = context.console().verbose() || (context.Flag("output") && !context.command().own_outputs);
  if (compiled->ok() && !asked) {
    const std::string summary = diag::Summary(driver::VisibleOf(*compiled).counts, context.language());
    if (!summary.empty())
      context.console().Info(summary +
                             std::string(context.Say("; `saiten check` shows them", "。`saiten check`で表示します")));
  } else if (const Status shown = ShowDiagnostics(context, *compiled, Stream::kSide); !shown.ok()) {
    *exit = context.Fail(shown.error());
    return nullptr;
  }
  // Errors in files that were not named stop it too.
  *exit = compiled->ok() ? ExitAfter(context, *compiled) : Exit::kFindings;
  return compiled->ok() ? std::move(compiled) : nullptr;
}

void TellWithoutCode(Context& context, const std::optional<Error>& why) {
  if (!why) return;
  const Text reason{why->message, why->message_ja};
  context.console().Warn(
      fmt::format(fmt::runtime(context.Say(
                      "machine code would have been faster here but could not be made; the interpreter did its "
                      "work, with the same results: {}",
                      "ここでは機械語のほうが速いのですが、作れませんでした。代わりにインタプリタで計算しました"
                      "(結果は同じです): {}")),
                  reason.In(context.language())));
}

}  // namespace saiten::cli
