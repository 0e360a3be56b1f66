#include "compiler/diag/render.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "compiler/diag/snippet.h"
#include "compiler/diag/style.h"
#include "compiler/diag/text_width.h"

namespace saiten::diag {
namespace {

Ink InkOf(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return Ink::kError;
    case Severity::kWarning:
      return Ink::kWarning;
    case Severity::kNote:
      return Ink::kNote;
  }
  return Ink::kPlain;
}

std::string Head(const Diagnostic& diagnostic, Language language, bool color) {
  const CodeInfo& info = InfoOf(diagnostic.code);
  return Paint(fmt::format("{}[{}]", NameOf(info.severity, language), info.id), InkOf(info.severity), color);
}

// `   = help: text`, further lines of the text indented to where it begins.
void AppendNote(std::string_view word, std::string_view text, uint32_t margin, const RenderOptions& options,
                std::string& out) {
  const std::string indent(margin + 1, ' ');
  out += indent + Paint("=", Ink::kFrame, options.color) + ' ' +
         Paint(fmt::format("{}:", word), Ink::kBold, options.color) + ' ';
  const std::string hanging(margin + 4 + TextWidth(word) + 1, ' ');
  for (char c : Printable(text, true)) {
    out += c;
    if (c == '\n') out += hanging;
  }
  out += '\n';
}

std::string RecordText(const Diagnostic& diagnostic) {
  std::string out;
  for (const auto& [name, value] : diagnostic.counterexample) {
    if (!out.empty()) out += ", ";
    out += fmt::format("{}: {}", name, value);
  }
  return "{ " + out + " }";
}

using RenderOne = std::string (*)(const Diagnostic&, const SourceSet&, const RenderOptions&);

// Which are shown where not all may be: the errors first, in the order of the files.
std::vector<const Diagnostic*> Chosen(std::span<const Diagnostic> diagnostics, size_t limit) {
  std::vector<const Diagnostic*> chosen;
  for (const Diagnostic& d : diagnostics) chosen.push_back(&d);
  if (limit == 0 || chosen.size() <= limit) return chosen;
  std::ranges::stable_sort(chosen, {}, [](const Diagnostic* d) { return InfoOf(d->code).severity; });
  chosen.resize(limit);
  // Pointers into one array: their order is the order of the diagnostics.
  std::ranges::sort(chosen);
  return chosen;
}

std::string RenderAll(std::span<const Diagnostic> diagnostics, const SourceSet& sources, const RenderOptions& options,
                      RenderOne one, std::string_view between) {
  std::string out;
  const auto chosen = Chosen(diagnostics, options.limit);
  for (const Diagnostic* diagnostic : chosen) {
    out += one(*diagnostic, sources, options);
    out += between;
  }
  if (const size_t more = diagnostics.size() - chosen.size(); more > 0) {
    const std::string count = WithThousands(more);
    out += options.language == Language::kJapanese ? fmt::format("... ほかに{}件\n", count)
                                                   : fmt::format("... and {} more\n", count);
    out += between;
  }
  return out;
}

std::string Plural(size_t count, std::string_view word) {
  return fmt::format("{} {}{}", WithThousands(count), word, count == 1 ? "" : "s");
}

}  // namespace

std::string WithThousands(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

Counts Count(std::span<const Diagnostic> diagnostics) {
  Counts counts;
  std::set<uint32_t> files;
  for (const Diagnostic& d : diagnostics) {
    switch (InfoOf(d.code).severity) {
      case Severity::kError:
        ++counts.errors;
        break;
      case Severity::kWarning:
        ++counts.warnings;
        break;
      case Severity::kNote:
        ++counts.notes;
        break;
    }
    if (d.at.file.valid()) files.insert(d.at.file.value);
  }
  counts.files = files.size();
  return counts;
}

std::string Summary(const Counts& counts, Language language) {
  const bool ja = language == Language::kJapanese;
  std::vector<std::string> parts;
  auto add = [&](size_t count, Severity severity) {
    if (count == 0) return;
    parts.push_back(ja ? fmt::format("{}{}件", NameOf(severity, language), WithThousands(count))
                       : Plural(count, NameOf(severity, language)));
  };
  add(counts.errors, Severity::kError);
  add(counts.warnings, Severity::kWarning);
  add(counts.notes, Severity::kNote);
  if (parts.empty()) return {};
  std::string all = fmt::format("{}", fmt::join(parts, ja ? "、" : ", "));
  if (counts.files == 0) return all;
  return ja ? fmt::format("{}個のファイルに{}", WithThousands(counts.files), all)
            : fmt::format("{} in {}", all, Plural(counts.files, "file"));
}

std::string RenderConcise(const Diagnostic& diagnostic, const SourceSet& sources, const RenderOptions& options) {
  std::string place;
  if (diagnostic.at.file.valid()) {
    const SourceFile& file = sources[diagnostic.at.file];
    const LineColumn at = file.LineColumnOf(diagnostic.at.span.begin);
    place = fmt::format("{}:{}:{}: ", Printable(file.path()), at.line, at.column);
  }
  // The word is English in every language: editors and scripts find their places by it.
  return fmt::format("{}{}: {}\n", place, Head(diagnostic, Language::kEnglish, options.color),
                     Printable(Message(diagnostic, options.language)));
}

std::string RenderFull(const Diagnostic& diagnostic, const SourceSet& sources, const RenderOptions& options) {
  const bool ja = options.language == Language::kJapanese;
  std::vector<Mark> marks;
  marks.push_back({diagnostic.at, true, diagnostic.label.In(options.language)});
  for (const Label& label : diagnostic.others) marks.push_back({label.at, false, label.text.In(options.language)});
  const uint32_t margin = MarginFor(sources, marks, diagnostic.fixes);
  const SnippetOptions snippet{options.color, options.max_width, InkOf(InfoOf(diagnostic.code).severity)};

  std::string out = Head(diagnostic, options.language, options.color) + ": ";
  out += Paint(Printable(Message(diagnostic, options.language)), Ink::kBold, options.color) + '\n';
  out += RenderSnippet(sources, marks, margin, snippet);
  if (!diagnostic.counterexample.empty()) {
    AppendNote(ja ? "例となるレコード" : "for example", RecordText(diagnostic), margin, options, out);
  }
  for (const Text& note : diagnostic.notes)
    AppendNote(ja ? "ヒント" : "help", note.In(options.language), margin, options, out);
  for (const Fix& fix : diagnostic.fixes) {
    std::string word = ja ? "修正" : "fix";
    if (fix.safety == FixSafety::kUnsafe) word += ja ? "(要確認)" : " (look before you apply)";
    AppendNote(word, fix.title.In(options.language), margin, options, out);
    out += RenderReplacement(sources, fix.edits, margin, snippet);
  }
  return out;
}

std::string RenderAllFull(std::span<const Diagnostic> diagnostics, const SourceSet& sources,
                          const RenderOptions& options) {
  return RenderAll(diagnostics, sources, options, RenderFull, "\n");
}

std::string RenderAllConcise(std::span<const Diagnostic> diagnostics, const SourceSet& sources,
                             const RenderOptions& options) {
  return RenderAll(diagnostics, sources, options, RenderConcise, "");
}

}  // namespace saiten::diag
