#include "driver/junit.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "base/markup.h"
#include "runtime/utf8.h"

namespace saiten::driver {
namespace {

struct Failure {
  std::string type;
  std::string message;
  std::string details;
};

struct Case {
  std::string suite;
  std::string name;
  std::string file;
  uint32_t line = 0;  // 0: the file as a whole
  std::vector<Failure> failures;
};

// XML 1.0 knows no other control characters, not even as references.
bool IsXml(char32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xD800) || (c >= 0xE000 && c < 0xFFFE) ||
         c >= 0x10000;
}

std::string InXml(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const char32_t c = rt::DecodeOne(text, &at);
    rt::AppendUtf8(&out, IsXml(c) ? c : rt::kReplacement);
  }
  out = InMarkup(out);
  // In an attribute a line's end would be read as a space.
  for (size_t at = 0; (at = out.find('\n', at)) != std::string::npos; at += 5) out.replace(at, 1, "&#10;");
  return out;
}

std::string XmlOf(const Case& one) {
  std::string out = fmt::format("    <testcase classname=\"{}\" name=\"{}\" file=\"{}\"", InXml(one.suite),
                                InXml(one.name), InXml(one.file));
  if (one.line > 0) out += fmt::format(" line=\"{}\"", one.line);
  if (one.failures.empty()) return out + "/>\n";
  out += ">\n";
  for (const Failure& failure : one.failures) {
    out += fmt::format("      <failure type=\"{}\" message=\"{}\">{}</failure>\n", InXml(failure.type),
                       InXml(failure.message), InXml(failure.details));
  }
  return out + "    </testcase>\n";
}

std::string Numbers(std::span<const Case> cases) {
  const auto failed = std::ranges::count_if(cases, [](const Case& one) { return !one.failures.empty(); });
  return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\"", cases.size(), failed);
}

std::string Document(std::string_view name, std::span<const Case> cases) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format("<testsuites name=\"{}\" {}>\n", InXml(name), Numbers(cases));
  std::map<std::string, std::vector<Case>> suites;
  for (const Case& one : cases) suites[one.suite].push_back(one);
  for (const auto& [suite, its] : suites) {
    out += fmt::format("  <testsuite name=\"{}\" {}>\n", InXml(suite), Numbers(its));
    for (const Case& one : its) out += XmlOf(one);
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

std::string PlaceOf(const SourceSet& sources, Location at) {
  const SourceFile& file = sources[at.file];
  const LineColumn begin = file.LineColumnOf(at.span.begin);
  return fmt::format("{}:{}:{}", file.path(), begin.line, begin.column);
}

}  // namespace

std::string JUnitOfTests(const Compiled& compiled, std::span<const TestResult> results) {
  std::vector<Case> cases;
  for (const TestResult& result : results) {
    const SourceFile& file = compiled.sources[result.at.file];
    Case one{
        .suite = file.path(), .name = result.title, .file = file.path(), .line = file.LineOf(result.at.span.begin)};
    for (const TestFailure& failure : result.failures) {
      one.failures.push_back({"expect", failure.message,
                              PlaceOf(compiled.sources, failure.at) + ": " + failure.message + "\n" + failure.why});
    }
    // Whatever ended it: a reader that counts failures must not take it for passed.
    if (result.outcome == TestResult::Outcome::kFailed && one.failures.empty())
      one.failures.push_back({"test", "", ""});
    cases.push_back(std::move(one));
  }
  return Document("saiten test", cases);
}

std::string JUnitOfCheck(const Compiled& compiled, const Visible& visible, Language language) {
  std::vector<Case> cases;
  std::map<std::string, size_t> found;  // by file
  for (const diag::Diagnostic& diagnostic : visible.diagnostics) {
    const diag::CodeInfo& info = diag::InfoOf(diagnostic.code);
    Case one{.suite = "saiten.toml", .name = std::string(info.id), .file = "saiten.toml"};
    const std::string message = diag::Message(diagnostic, language);
    std::string details = message;
    if (diagnostic.at.file.valid()) {
      const SourceFile& file = compiled.sources[diagnostic.at.file];
      one.suite = one.file = file.path();
      one.line = file.LineOf(diagnostic.at.span.begin);
      one.name += fmt::format(":{}", one.line);
      details = PlaceOf(compiled.sources, diagnostic.at) + ": " + message;
    }
    ++found[one.suite];
    for (const Text& note : diagnostic.notes) details += "\n" + note.In(language);
    if (info.severity != diag::Severity::kNote) {
      one.failures.push_back({std::string(diag::NameOf(info.severity)), message, std::move(details)});
    }
    cases.push_back(std::move(one));
  }
  const Project& project = compiled.project;
  for (const std::string& file : project.only.empty() ? project.files : project.only) {
    if (!found.contains(file)) cases.push_back({.suite = file, .name = "check", .file = file});
  }
  return Document("saiten check", cases);
}

}  // namespace saiten::driver
