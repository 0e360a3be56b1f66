#include "driver/fixes.h"

#include <algorithm>
#include <map>

namespace saiten::driver {
namespace {

// The parts of texts that are changed already.
class Taken {
 public:
  bool Touches(const diag::Edit& edit) const {
    const auto file = ends_.find(edit.at.file);
    if (file == ends_.end()) return false;
    const auto next = file->second.lower_bound(edit.at.span.begin);
    // Two insertions at one place have no order.
    if (next != file->second.end() && (next->first == edit.at.span.begin || next->first < edit.at.span.end))
      return true;
    return next != file->second.begin() && std::prev(next)->second > edit.at.span.begin;
  }
  void Add(const diag::Edit& edit) { ends_[edit.at.file][edit.at.span.begin] = edit.at.span.end; }

 private:
  std::map<FileId, std::map<uint32_t, uint32_t>> ends_;  // by file and begin
};

// The one to apply without being asked further; null if there is none. Where there are several ways, a person chooses.
const diag::Fix* FixOf(const diag::Diagnostic& diagnostic, bool unsafe_too) {
  const auto safe = std::ranges::find(diagnostic.fixes, diag::FixSafety::kSafe, &diag::Fix::safety);
  if (safe != diagnostic.fixes.end()) return &*safe;
  return unsafe_too && diagnostic.fixes.size() == 1 ? &diagnostic.fixes.front() : nullptr;
}

std::string Apply(std::string_view text, std::vector<const diag::Edit*>& edits) {
  std::ranges::sort(edits, {}, [](const diag::Edit* edit) { return edit->at.span.begin; });
  std::string out;
  uint32_t at = 0;
  for (const diag::Edit* edit : edits) {
    out += text.substr(at, edit->at.span.begin - at);
    out += edit->replacement;
    at = edit->at.span.end;
  }
  return out + std::string(text.substr(at));
}

}  // namespace

std::vector<FixedFile> ApplyFixes(std::span<const diag::Diagnostic> diagnostics, const SourceSet& sources,
                                  bool unsafe_too) {
  Taken taken;
  std::map<FileId, std::vector<const diag::Edit*>> by_file;
  std::map<FileId, size_t> fixes;
  for (const diag::Diagnostic& diagnostic : diagnostics) {
    const diag::Fix* fix = FixOf(diagnostic, unsafe_too);
    if (fix == nullptr || fix->edits.empty()) continue;
    const bool can = std::ranges::none_of(fix->edits, [&](const diag::Edit& edit) {
      return sources[edit.at.file].path().starts_with('<') || taken.Touches(edit);
    });
    if (!can) continue;
    for (const diag::Edit& edit : fix->edits) {
      taken.Add(edit);
      by_file[edit.at.file].push_back(&edit);
    }
    ++fixes[fix->edits.front().at.file];
  }
  std::vector<FixedFile> fixed;
  for (auto& [file, edits] : by_file) fixed.push_back({file, Apply(sources[file].text(), edits), fixes[file]});
  return fixed;
}

}  // namespace saiten::driver
