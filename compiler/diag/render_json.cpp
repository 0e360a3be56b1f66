
#include "base/json.h"
#include "compiler/diag/render.h"
#include "compiler/diag/text_width.h"

namespace saiten::diag {
namespace {

Json PlaceJson(const SourceFile& file, uint32_t offset) {
  const LineColumn at = file.LineColumnOf(offset);
  const Span line = file.LineSpan(at.line);
  const uint32_t in_line = std::min(std::max(offset, line.begin), std::max(line.end, line.begin)) - line.begin;
  return {{"line", at.line},
          {"column", at.column},
          {"utf16", Utf16Length(file.Slice(line).substr(0, in_line))},
          {"byte", offset}};
}

Json RangeJson(const SourceSet& sources, Location at) {
  if (!at.file.valid()) return nullptr;
  const SourceFile& file = sources[at.file];
  return {{"file", file.path()}, {"start", PlaceJson(file, at.span.begin)}, {"end", PlaceJson(file, at.span.end)}};
}

Json FixJson(const SourceSet& sources, const Fix& fix, Language language) {
  Json edits = Json::array();
  for (const Edit& edit : fix.edits)
    edits.push_back({{"range", RangeJson(sources, edit.at)}, {"replacement", edit.replacement}});
  return {{"title", fix.title.In(language)},
          {"safety", fix.safety == FixSafety::kSafe ? "safe" : "unsafe"},
          {"edits", std::move(edits)}};
}

Json DiagnosticJson(const Diagnostic& diagnostic, const SourceSet& sources, Language language) {
  const CodeInfo& info = InfoOf(diagnostic.code);
  Json json = {{"code", info.id},
               {"severity", NameOf(info.severity)},
               {"message", Message(diagnostic, language)},
               {"range", RangeJson(sources, diagnostic.at)}};
  if (!diagnostic.label.empty()) json["label"] = diagnostic.label.In(language);
  Json related = Json::array();
  for (const Label& other : diagnostic.others) {
    related.push_back({{"range", RangeJson(sources, other.at)}, {"message", other.text.In(language)}});
  }
  json["related"] = std::move(related);
  Json help = Json::array();
  for (const Text& note : diagnostic.notes) help.push_back(note.In(language));
  json["help"] = std::move(help);
  Json fixes = Json::array();
  for (const Fix& fix : diagnostic.fixes) fixes.push_back(FixJson(sources, fix, language));
  json["fixes"] = std::move(fixes);
  if (!diagnostic.counterexample.empty()) {
    Json record = Json::object();
    for (const auto& [name, value] : diagnostic.counterexample) record[name] = value;
    json["counterexample"] = std::move(record);
  }
  return json;
}

}  // namespace

std::string RenderJson(std::span<const Diagnostic> diagnostics, const SourceSet& sources,
                       const RenderOptions& options) {
  const Counts counts = Count(diagnostics);
  Json list = Json::array();
  for (const Diagnostic& diagnostic : diagnostics)
    list.push_back(DiagnosticJson(diagnostic, sources, options.language));
  const Json document = {{"format_version", "1.0"},      {"valid", counts.errors == 0},
                         {"error_count", counts.errors}, {"warning_count", counts.warnings},
                         {"note_count", counts.notes},   {"diagnostics", std::move(list)}};
  return JsonPage(document);
}

std::string RenderJsonLines(std::span<const Diagnostic> diagnostics, const SourceSet& sources,
                            const RenderOptions& options) {
  std::string lines;
  for (const Diagnostic& diagnostic : diagnostics) {
    lines += JsonLine(DiagnosticJson(diagnostic, sources, options.language)) + "\n";
  }
  return lines;
}

}  // namespace saiten::diag
