#include "compiler/parse/report.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>

namespace saiten::parse {

diag::Sink::Builder Reporter::Report(diag::Code code, Span span, std::vector<std::string> args) {
  found_.push_back({.code = code, .at = At(span), .args = std::move(args)});
  return diag::Sink::Builder(found_.back());
}

void Reporter::FlushTo(diag::Sink& sink) {
  std::vector<diag::Diagnostic*> kept;
  std::unordered_map<uint32_t, diag::Diagnostic*> by_line;
  for (diag::Diagnostic& found : found_) {
    const auto [first, is_first] = by_line.try_emplace(source_.LineOf(found.at.span.begin), &found);
    if (is_first) {
      kept.push_back(&found);
      continue;
    }
    diag::Diagnostic& told = *first->second;
    const bool same = told.code == found.code && !told.fixes.empty() && !found.fixes.empty();
    if (!same || told.at.span == found.at.span) continue;
    std::ranges::move(found.fixes[0].edits, std::back_inserter(told.fixes[0].edits));
  }
  std::ranges::stable_sort(kept, {}, [](const diag::Diagnostic* d) { return d->at.span.begin; });
  for (diag::Diagnostic* d : kept) {
    auto report = sink.Report(d->code, d->at, std::move(d->args));
    if (!d->label.empty()) report.Caret(d->label.en, d->label.ja);
    for (auto& other : d->others) report.Other(other.at, other.text.en, other.text.ja);
    for (auto& note : d->notes) report.Note(note.en, note.ja);
    for (auto& fix : d->fixes) report.Fix(fix.title.en, fix.title.ja, std::move(fix.edits), fix.safety);
  }
}

}  // namespace saiten::parse
