#include "compiler/diag/diagnostic.h"

#include <algorithm>
#include <tuple>

#include <fmt/args.h>
#include <fmt/format.h>

#include "base/check.h"

namespace saiten::diag {
namespace {

constexpr int CountArgs(std::string_view args) {
  int count = args.empty() ? 0 : 1;
  for (char c : args) count += c == ',';
  return count;
}

constexpr CodeInfo kTable[] = {
#define SAITEN_CODE(name, id, severity, args, en, ja) \
  {Code::k##name, #name, id, Severity::k##severity, args, CountArgs(args), en, ja},
#include "compiler/diag/codes.def"
#undef SAITEN_CODE
};

auto Order(const Diagnostic& d) { return std::tuple(d.at.file, d.at.span.begin, d.at.span.end, d.code); }

}  // namespace

namespace {
// Between the two languages of an argument.
constexpr char kBoth = '\x1f';
}  // namespace

const CodeInfo& InfoOf(Code code) { return kTable[static_cast<size_t>(code)]; }

std::string_view NameOf(Severity severity, Language language) {
  const bool ja = language == Language::kJapanese;
  switch (severity) {
    case Severity::kError:
      return ja ? "エラー" : "error";
    case Severity::kWarning:
      return ja ? "警告" : "warning";
    case Severity::kNote:
      return ja ? "注記" : "note";
  }
  return {};
}

const CodeInfo* FindCode(std::string_view id) {
  auto found = std::ranges::find(kTable, id, &CodeInfo::id);
  return found == std::end(kTable) ? nullptr : found;
}

const std::vector<CodeInfo>& AllCodes() {
  static const std::vector<CodeInfo> all(std::begin(kTable), std::end(kTable));
  return all;
}

std::string Both(std::string_view en, std::string_view ja) { return std::string(en) + kBoth + std::string(ja); }

std::string Message(const Diagnostic& diagnostic, Language language) {
  const CodeInfo& info = InfoOf(diagnostic.code);
  fmt::dynamic_format_arg_store<fmt::format_context> store;
  for (const std::string& arg : diagnostic.args) {
    const size_t at = arg.find(kBoth);
    if (at == std::string::npos) {
      store.push_back(arg);
    } else {
      store.push_back(language == Language::kJapanese ? arg.substr(at + 1) : arg.substr(0, at));
    }
  }
  return fmt::vformat(language == Language::kJapanese ? info.ja : info.en, store);
}

namespace {

// A name or a text of the rules may be a megabyte long; a message shows where it begins.
constexpr size_t kLongest = 600;

std::string Short(std::string text) {
  if (text.size() <= kLongest) return text;
  size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text + "...";
}

}  // namespace

Sink::Builder& Sink::Builder::Caret(std::string en, std::string ja) {
  diagnostic_.label = {Short(std::move(en)), Short(std::move(ja))};
  return *this;
}

Sink::Builder& Sink::Builder::Other(Location at, std::string en, std::string ja) {
  diagnostic_.others.push_back({at, {Short(std::move(en)), Short(std::move(ja))}});
  return *this;
}

Sink::Builder& Sink::Builder::Note(std::string en, std::string ja) {
  diagnostic_.notes.push_back({Short(std::move(en)), Short(std::move(ja))});
  return *this;
}

Sink::Builder& Sink::Builder::Fix(std::string en, std::string ja, std::vector<Edit> edits, FixSafety safety) {
  diagnostic_.fixes.push_back({{Short(std::move(en)), Short(std::move(ja))}, safety, std::move(edits)});
  return *this;
}

Sink::Builder& Sink::Builder::Counterexample(std::vector<std::pair<std::string, std::string>> record) {
  diagnostic_.counterexample = std::move(record);
  return *this;
}

Sink::Builder Sink::Report(Code code, Location at, std::vector<std::string> args) {
  SAITEN_CHECK(static_cast<int>(args.size()) == InfoOf(code).arg_count);
  for (std::string& arg : args) arg = Short(std::move(arg));
  diagnostics_.push_back({.code = code, .at = at, .args = std::move(args)});
  return Builder(diagnostics_.back());
}

bool Sink::has_errors() const {
  return std::ranges::any_of(diagnostics_,
                             [](const Diagnostic& d) { return InfoOf(d.code).severity == Severity::kError; });
}

void Sink::Sort() {
  std::ranges::stable_sort(diagnostics_, [](const auto& a, const auto& b) { return Order(a) < Order(b); });
  auto repeats = std::ranges::unique(
      diagnostics_, [](const auto& a, const auto& b) { return Order(a) == Order(b) && a.args == b.args; });
  diagnostics_.erase(repeats.begin(), repeats.end());
}

}  // namespace saiten::diag
