#include "compiler/diag/fingerprint.h"

#include <fmt/format.h>

#include <map>

#include "runtime/hash.h"

namespace saiten::diag {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Words with one blank between them.
std::string Respaced(std::string_view line) {
  std::string out;
  for (char c : line) {
    if (!IsBlank(c)) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

bool BeginsDeclaration(std::string_view line) {
  return !line.empty() && !IsBlank(line[0]) && line[0] != '}' && !line.starts_with("//");
}

// The first two words of the declaration's line: `score lead_score`.
std::string DeclarationAt(const SourceFile& file, uint32_t line) {
  for (; line > 0; --line) {
    const std::string_view text = file.Slice(file.LineSpan(line));
    if (!BeginsDeclaration(text)) continue;
    const std::string words = Respaced(text);
    const size_t first = words.find(' ');
    return words.substr(0, first == std::string::npos ? first : words.find(' ', first + 1));
  }
  return {};
}

std::string LinesOf(const SourceFile& file, Span span) {
  std::string lines;
  const uint32_t last = file.LineOf(span.end);
  for (uint32_t line = file.LineOf(span.begin); line <= last; ++line) {
    lines += Respaced(file.Slice(file.LineSpan(line))) + "\n";
  }
  return lines;
}

}  // namespace

std::vector<std::string> Fingerprints(std::span<const Diagnostic> diagnostics, const SourceSet& sources) {
  std::vector<std::string> prints;
  std::map<uint64_t, uint64_t> alike;
  for (const Diagnostic& diagnostic : diagnostics) {
    uint64_t hash = rt::Fnv1a64(InfoOf(diagnostic.code).id);
    if (diagnostic.at.file.valid()) {
      const SourceFile& file = sources[diagnostic.at.file];
      hash = rt::Fnv1a64(DeclarationAt(file, file.LineOf(diagnostic.at.span.begin)), rt::Fnv1a64("\x1F", hash));
      hash = rt::Fnv1a64(LinesOf(file, diagnostic.at.span), rt::Fnv1a64("\x1F", hash));
    } else {
      // It is about no file: its words tell it from others.
      hash = rt::Fnv1a64(Message(diagnostic, Language::kEnglish), hash);
    }
    const uint64_t number = alike[hash]++;
    prints.push_back(fmt::format("{:016x}", number == 0 ? hash : rt::Mix64(hash + number)));
  }
  return prints;
}

}  // namespace saiten::diag
