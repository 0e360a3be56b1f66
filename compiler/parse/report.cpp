#include "compiler/parse/report.h"

#include <algorithm>

namespace saiten::parse {

diag::Sink::Builder Reporter::Report(diag::Code code, Span span, std::vector<std::string> args) {
  found_.push_back({.code = code, .at = At(span), .args = std::move(args)});
  lines_.insert(source_.LineOf(span.begin));
  return diag::Sink::Builder(found_.back());
}

void Reporter::FlushTo(diag::Sink& sink) {
  std::ranges::stable_sort(found_, {}, [](const diag::Diagnostic& d) { return d.at.span.begin; });
  std::vector<diag::Diagnostic*> kept;
  uint32_t last_line = 0;
  for (diag::Diagnostic& found : found_) {
    const uint32_t line = source_.LineOf(found.at.span.begin);
    if (line != last_line) {
      kept.push_back(&found);
      last_line = line;
      continue;
    }
    diag::Diagnostic& first = *kept.back();
    const bool same = first.code == found.code && !first.fixes.empty() && !found.fixes.empty();
    if (!same || first.at.span == found.at.span) continue;
    std::ranges::move(found.fixes[0].edits, std::back_inserter(first.fixes[0].edits));
  }
  for (diag::Diagnostic* d : kept) {
    auto report = sink.Report(d->code, d->at, std::move(d->args));
    if (!d->label.empty()) report.Caret(d->label.en, d->label.ja);
    for (auto& other : d->others) report.Other(other.at, other.text.en, other.text.ja);
    for (auto& note : d->notes) report.Note(note.en, note.ja);
    for (auto& fix : d->fixes) report.Fix(fix.title.en, fix.title.ja, std::move(fix.edits), fix.safety);
  }
}

}  // namespace saiten::parse
