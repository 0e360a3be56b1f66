#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "compiler/diag/fingerprint.h"
#include "compiler/diag/render.h"
#include "compiler/diag/text_width.h"

// SARIF 2.1.0 (OASIS), which GitHub, GitLab and editors read. Columns are UTF-16 code units from 1.
namespace saiten::diag {
namespace {

// A path as a relative URI reference: what may not stand in one is percent-encoded.
std::string UriOf(std::string_view path) {
  constexpr std::string_view kPlain = "-._~/!$&'()*+,;=@";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string uri;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool word = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
    if (word || kPlain.find(c) != std::string_view::npos) {
      uri += c;
    } else {
      uri += '%';
      uri += kDigits[byte >> 4];
      uri += kDigits[byte & 15];
    }
  }
  return uri;
}

Json ArtifactOf(const SourceFile& file) {
  Json artifact = {{"uri", UriOf(file.path())}};
  if (!file.path().starts_with('/')) artifact["uriBaseId"] = "SRCROOT";
  return artifact;
}

uint32_t ColumnOf(const SourceFile& file, uint32_t offset) {
  const Span line = file.LineSpan(file.LineOf(offset));
  const uint32_t in_line = std::min(std::max(offset, line.begin), std::max(line.end, line.begin)) - line.begin;
  return Utf16Length(file.Slice(line).substr(0, in_line)) + 1;
}

Json RegionOf(const SourceFile& file, Span span) {
  return {{"startLine", file.LineOf(span.begin)},
          {"startColumn", ColumnOf(file, span.begin)},
          {"endLine", file.LineOf(span.end)},
          {"endColumn", ColumnOf(file, span.end)}};
}

Json PhysicalLocationOf(const SourceSet& sources, Location at) {
  const SourceFile& file = sources[at.file];
  return {{"artifactLocation", ArtifactOf(file)}, {"region", RegionOf(file, at.span)}};
}

Json FixOf(const SourceSet& sources, const Fix& fix, Language language) {
  Json changes = Json::array();
  for (const Edit& edit : fix.edits) {
    const SourceFile& file = sources[edit.at.file];
    changes.push_back({{"artifactLocation", ArtifactOf(file)},
                       {"replacements", Json::array({{{"deletedRegion", RegionOf(file, edit.at.span)},
                                                      {"insertedContent", {{"text", edit.replacement}}}}})}});
  }
  return {{"description", {{"text", fix.title.In(language)}}}, {"artifactChanges", std::move(changes)}};
}

// Message, help and counterexample as one text.
std::string WordsOf(const Diagnostic& diagnostic, Language language) {
  std::string text = Message(diagnostic, language);
  if (!diagnostic.label.empty()) text += "\n" + diagnostic.label.In(language);
  for (const Text& note : diagnostic.notes) text += "\n" + note.In(language);
  return text;
}

Json ResultOf(const Diagnostic& diagnostic, const SourceSet& sources, size_t rule, const std::string& fingerprint,
              Language language) {
  const CodeInfo& info = InfoOf(diagnostic.code);
  Json result = {{"ruleId", info.id},
                 {"ruleIndex", rule},
                 {"level", NameOf(info.severity)},
                 {"message", {{"text", WordsOf(diagnostic, language)}}}};
  if (diagnostic.at.file.valid()) {
    result["locations"] = Json::array({{{"physicalLocation", PhysicalLocationOf(sources, diagnostic.at)}}});
  }
  Json related = Json::array();
  for (const Label& other : diagnostic.others) {
    if (!other.at.file.valid()) continue;
    related.push_back({{"physicalLocation", PhysicalLocationOf(sources, other.at)},
                       {"message", {{"text", other.text.In(language)}}}});
  }
  if (!related.empty()) result["relatedLocations"] = std::move(related);
  result["partialFingerprints"] = {{"saiten/v1", fingerprint}};
  Json fixes = Json::array();
  for (const Fix& fix : diagnostic.fixes) {
    if (!fix.edits.empty()) fixes.push_back(FixOf(sources, fix, language));
  }
  if (!fixes.empty()) result["fixes"] = std::move(fixes);
  return result;
}

}  // namespace

std::string RenderSarif(std::span<const Diagnostic> diagnostics, const SourceSet& sources,
                        const RenderOptions& options) {
  std::vector<Code> codes;
  Json rules = Json::array();
  Json results = Json::array();
  const std::vector<std::string> fingerprints = Fingerprints(diagnostics, sources);
  for (size_t i = 0; i < diagnostics.size(); ++i) {
    const CodeInfo& info = InfoOf(diagnostics[i].code);
    auto rule = std::ranges::find(codes, info.code);
    if (rule == codes.end()) {
      rule = codes.insert(codes.end(), info.code);
      rules.push_back({{"id", info.id},
                       {"name", info.name},
                       {"defaultConfiguration", {{"level", NameOf(info.severity)}}},
                       {"help", {{"text", fmt::format("saiten explain {}", info.id)}}}});
    }
    results.push_back(ResultOf(diagnostics[i], sources, static_cast<size_t>(rule - codes.begin()), fingerprints[i],
                               options.language));
  }
  const Json document = {
      {"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
      {"version", "2.1.0"},
      {"runs",
       Json::array({{{"tool", {{"driver", {{"name", "saiten"}, {"version", options.version}, {"rules", rules}}}}},
                     {"columnKind", "utf16CodeUnits"},
                     {"results", std::move(results)}}})}};
  return JsonPage(document);
}

}  // namespace saiten::diag
