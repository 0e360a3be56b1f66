#include "driver/compile.h"

#include <set>

#include <fmt/format.h>

#include "compiler/analyse/analyse.h"
#include "compiler/check/check.h"
#include "compiler/parse/parse.h"
#include "driver/handover.h"
#include "driver/seen.h"
#include "driver/words.h"
#include "runtime/hash.h"
#include "stdlib/modules.h"
#include "stdlib/records.h"

namespace saiten::driver {
namespace {

std::string HashOf(const SourceSet& sources) {
  uint64_t first = rt::kFnvStart, second = rt::Mix64(rt::kFnvStart);
  for (size_t i = 0; i < sources.size(); ++i) {
    const SourceFile& file = sources[FileId(i)];
    for (std::string_view part : {file.text(), std::string_view("\x1E")}) {
      first = rt::Fnv1a64(part, first);
      second = rt::Fnv1a64(part, second);
    }
  }
  return fmt::format("{:016x}{:016x}", rt::Mix64(first), rt::Mix64(second));
}

// Brings in what `use std.x` names, once each; a module may use others.
class Modules {
 public:
  Modules(SourceSet& sources, diag::Sink& sink) : sources_(sources), sink_(sink) {}

  void Take(const ast::File& file, std::vector<std::unique_ptr<ast::File>>& files) {
    for (const ast::Decl* decl : file.decls) {
      if (auto* use = ast::As<ast::UseDecl>(decl)) Use(*use, file.id, files);
    }
  }

 private:
  void Use(const ast::UseDecl& use, FileId from, std::vector<std::unique_ptr<ast::File>>& files) {
    if (use.path.empty() || !use.path.back().valid()) return;
    std::string path;
    for (const ast::Name& part : use.path) path += (path.empty() ? "" : ".") + std::string(part.text);
    const Location at{from, use.path.front().span.To(use.path.back().span)};
    const stdlib::Module* module = stdlib::FindModule(path);
    if (!module) {
      auto builder = sink_.Report(diag::Code::kUnknownModule, at, {path});
      const std::string near(Nearest(path, Names()));
      if (!near.empty()) {
        builder.Fix(fmt::format("use `{}`", near), fmt::format("`{}` を使う", near), {{at, near}},
                    diag::FixSafety::kUnsafe);
      } else {
        const std::string all = fmt::format("`{}`", fmt::join(Names(), "`, `"));
        builder.Note(fmt::format("there are: {}", all), fmt::format("使えるモジュール: {}", all));
      }
      return;
    }
    if (!taken_.insert(path).second) return;
    const FileId id = sources_.Add(fmt::format("<{}>", path), std::string(module->text));
    files.push_back(Parse(sources_[id], id, sink_));
    Take(*files.back(), files);
  }

  static std::vector<std::string_view> Names() {
    std::vector<std::string_view> names;
    for (const stdlib::Module& module : stdlib::Modules()) names.push_back(module.name);
    return names;
  }

  SourceSet& sources_;
  diag::Sink& sink_;
  std::set<std::string, std::less<>> taken_;
};

}  // namespace

std::unique_ptr<Compiled> CompileSources(Project project, SourceSet sources, CompileTo to) {
  auto compiled = std::make_unique<Compiled>();
  compiled->project = std::move(project);
  compiled->sources = std::move(sources);
  std::vector<std::unique_ptr<ast::File>> files;
  const size_t own = compiled->sources.size();
  for (size_t i = 0; i < own; ++i) files.push_back(Parse(compiled->sources[FileId(i)], FileId(i), compiled->sink));
  Modules modules(compiled->sources, compiled->sink);
  for (size_t i = 0; i < own; ++i) {
    // Taking a module makes the vector of files grow; the file itself stays where it is.
    const ast::File& file = *files[i];
    modules.Take(file, files);
  }
  compiled->rules_hash = HashOf(compiled->sources);
  compiled->own_sources = compiled->sources.size();
  const Config& config = compiled->project.config.config;
  compiled->checked = check::Check(std::move(files), compiled->sources, stdlib::Records(),
                                   {.currency = config.currency}, compiled->sink);
  analyse::Analyse(compiled->checked, compiled->sources, compiled->sink);
  compiled->ignores = lint::Ignores(compiled->checked.files, compiled->sources, compiled->sink);
  compiled->ignores.Apply(compiled->sources, compiled->sink);
  if (to == CompileTo::kProgram && !compiled->sink.has_errors()) {
    lower::LowerResult lowered = lower::Lower(compiled->checked, {.extras = HandoverDates(compiled->checked)});
    const std::string breach = ir::Verify(lowered.program) + ir::Verify(lowered.program, lowered.automation);
    SAITEN_CHECK(breach.empty());
    NameInputs(*compiled, lowered);
    compiled->lowered = std::move(lowered);
  }
  compiled->sink.Sort();
  return compiled;
}

Result<std::unique_ptr<Compiled>> Compile(const ProjectOptions& options, CompileTo to) {
  SAITEN_ASSIGN_OR_RETURN(Project project, FindProject(options));
  SourceSet sources;
  SAITEN_RETURN_IF_ERROR(ReadFiles(project, sources));
  return CompileSources(std::move(project), std::move(sources), to);
}

}  // namespace saiten::driver
