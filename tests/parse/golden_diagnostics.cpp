#include "tests/parse/golden_diagnostics.h"

#include <algorithm>
#include <sstream>

#include "base/source.h"
#include "compiler/diag/text_width.h"

namespace saiten::test {
namespace {

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

bool IsExpectation(const std::string& line) {
  if (!line.starts_with("//")) return false;
  size_t at = 2;
  if (at < line.size() && line[at] == '@') at = line.find(' ', at);
  if (at == std::string::npos) return false;
  at = line.find_first_not_of(' ', at);
  if (at == std::string::npos || line[at] != '^') return false;
  at = line.find_first_not_of('^', at);
  if (at == std::string::npos) return false;
  const std::string rest = line.substr(at);
  return rest.starts_with(" error[") || rest.starts_with(" warning[") || rest.starts_with(" note[");
}

std::string JoinLines(const std::vector<std::string>& lines) {
  std::string text;
  for (size_t i = 0; i < lines.size(); ++i) text += (i ? "\n" : "") + lines[i];
  return text;
}

std::string ExpectationOf(const SourceFile& source, const diag::Diagnostic& d) {
  const Span line = source.LineSpan(source.LineOf(d.at.span.begin));
  const diag::DisplayLine shown(source.Slice(line));
  const uint32_t column = shown.ColumnOf(d.at.span.begin - line.begin);
  const uint32_t end = shown.ColumnOf(std::min(d.at.span.end, line.end) - line.begin);
  const std::string carets(std::max(1u, end > column ? end - column : 1u), '^');
  static constexpr const char* kSeverity[] = {"error", "warning", "note"};
  const diag::CodeInfo& info = diag::InfoOf(d.code);
  const std::string place =
      column >= 2 ? "//" + std::string(column - 2, ' ') : "//@" + std::to_string(column + 1) + " ";
  return place + carets + " " + kSeverity[static_cast<size_t>(info.severity)] + "[" + std::string(info.id) +
         "]: " + diag::Message(d, diag::Language::kEnglish);
}

}  // namespace

std::string WithoutExpectations(const std::string& text) {
  std::vector<std::string> kept;
  for (const std::string& line : LinesOf(text)) {
    if (!IsExpectation(line)) kept.push_back(line);
  }
  return JoinLines(kept);
}

std::string WithExpectations(const std::string& text, const std::vector<diag::Diagnostic>& diagnostics) {
  const SourceFile source("golden.rules", text);
  std::vector<std::string> result;
  const std::vector<std::string> lines = LinesOf(text);
  auto next = diagnostics.begin();
  for (size_t i = 0; i < lines.size(); ++i) {
    result.push_back(lines[i]);
    for (; next != diagnostics.end() && source.LineOf(next->at.span.begin) == i + 1; ++next) {
      result.push_back(ExpectationOf(source, *next));
    }
  }
  return JoinLines(result);
}

}  // namespace saiten::test
