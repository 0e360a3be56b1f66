#include "driver/lint.h"

#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "base/json.h"
#include "compiler/diag/fingerprint.h"
#include "compiler/lint/lint.h"
#include "driver/files.h"
#include "driver/fixes.h"
#include "driver/git.h"
#include "driver/loaded.h"
#include "driver/words.h"
#include "runtime/civil.h"

namespace saiten::driver {
namespace {

// House rules that only those want who ask for them.
constexpr diag::Code kAskedFor[] = {diag::Code::kNoReviewDate};

bool Begins(std::string_view id, const std::vector<std::string>& beginnings) {
  return std::ranges::any_of(beginnings, [&](const std::string& one) { return id.starts_with(one); });
}

Status CheckBeginnings(const std::vector<std::string>& beginnings) {
  for (const std::string& one : beginnings) {
    const auto fits = [&](const diag::CodeInfo& info) { return info.id.starts_with(one); };
    if (!one.empty() && std::ranges::any_of(diag::AllCodes(), fits)) continue;
    return Fail(ErrorKind::kUsage,
                {fmt::format("no code begins with `{}`", one), fmt::format("`{}`で始まるコードはありません", one)},
                {"write a code such as L1002, or the beginning of some, as L1 or E41",
                 "L1002のようなコードか、L1やE41のようなコードの先頭を書いてください"});
  }
  return {};
}

Result<std::map<std::string, lint::Naming, std::less<>>> NamingOf(const Config& config) {
  std::map<std::string, lint::Naming, std::less<>> naming;
  static constexpr std::string_view kKinds[] = {"enum",     "member", "object",   "property", "event",    "list",
                                                "let",      "fn",     "score",    "grid",     "table",    "segment",
                                                "template", "action", "workflow", "sequence", "evaluate", "calendar"};
  for (const auto& [kind, pattern] : config.lint_naming) {
    if (std::ranges::find(kKinds, kind) == std::end(kKinds)) {
      const std::string all = fmt::format("{}", fmt::join(kKinds, ", "));
      return Fail(ErrorKind::kUsage,
                  {fmt::format("[lint.naming]: `{}` is no kind of declaration", kind),
                   fmt::format("[lint.naming]: `{}`という種類の宣言はありません", kind)},
                  {fmt::format("there are: {}", all), fmt::format("使える種類: {}", all)});
    }
    auto matcher = rt::RegexMatcher::Compile("^(?:" + pattern + ")$");
    if (!matcher.ok()) {
      return Fail(ErrorKind::kUsage, {fmt::format("[lint.naming] {}: {}", kind, matcher.error().message),
                                      fmt::format("[lint.naming]の{}: {}", kind, matcher.error().message_ja)});
    }
    naming[kind] = {pattern, std::shared_ptr<const rt::RegexMatcher>(std::move(*matcher))};
  }
  return naming;
}

// Which findings are wanted at all.
class Selection {
 public:
  Selection(const Compiled& compiled, const LintOptions& options) : compiled_(compiled) {
    const Config& config = compiled.project.config.config;
    select_ = options.select.empty() ? config.lint_select : options.select;
    ignore_ = options.ignore.empty() ? config.lint_ignore : options.ignore;
  }

  Status Check() const {
    SAITEN_RETURN_IF_ERROR(CheckBeginnings(select_));
    SAITEN_RETURN_IF_ERROR(CheckBeginnings(ignore_));
    for (const auto& [pattern, codes] : compiled_.project.config.config.lint_ignore_by_file) {
      SAITEN_RETURN_IF_ERROR(CheckBeginnings(codes));
    }
    return {};
  }

  bool Wants(diag::Code code) const {
    const diag::CodeInfo& info = diag::InfoOf(code);
    if (info.severity == diag::Severity::kError) return true;
    if (Begins(info.id, ignore_)) return false;
    if (std::ranges::find(kAskedFor, code) != std::end(kAskedFor)) {
      return std::ranges::find(select_, info.id) != select_.end();
    }
    return select_.empty() || Begins(info.id, select_);
  }

  bool WantsIn(const diag::Diagnostic& diagnostic) {
    if (!Wants(diagnostic.code)) return false;
    const diag::CodeInfo& info = diag::InfoOf(diagnostic.code);
    if (info.severity == diag::Severity::kError || !diagnostic.at.file.valid()) return true;
    return !Begins(info.id, IgnoredIn(diagnostic.at.file));
  }

 private:
  const std::vector<std::string>& IgnoredIn(FileId file) {
    const auto [found, fresh] = by_file_.try_emplace(file);
    if (!fresh) return found->second;
    const std::string& path = compiled_.sources[file].path();
    std::error_code ignored;
    std::string from_root = std::filesystem::relative(path, compiled_.project.root, ignored).string();
    if (ignored || from_root.empty()) from_root = path;
    for (const auto& [pattern, codes] : compiled_.project.config.config.lint_ignore_by_file) {
      if (fnmatch(pattern.c_str(), from_root.c_str(), 0) != 0) continue;
      found->second.insert(found->second.end(), codes.begin(), codes.end());
    }
    return found->second;
  }

  const Compiled& compiled_;
  std::vector<std::string> select_, ignore_;
  std::map<FileId, std::vector<std::string>> by_file_;
};

constexpr const char* kBaselineVersion = "1.0";

// The fingerprints of a baseline, each as often as it stands there.
Result<std::multiset<std::string>> ReadBaseline(const std::string& path) {
  SAITEN_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  const auto damaged = [&](const std::string& en, const std::string& ja) {
    return Fail(
        ErrorKind::kCorrupt,
        {fmt::format("the baseline `{}` {}", path, en), fmt::format("ベースライン`{}`{}", path, ja)},
        {"write it anew: `saiten lint --write-baseline`", "`saiten lint --write-baseline`で作り直してください"});
  };
  const Json json = ParseJson(text);
  if (!json.is_object() || !json.contains("findings") || !json["findings"].is_array()) {
    return damaged("is no baseline", "は読み取れません");
  }
  if (!json.contains("format_version") || json["format_version"] != kBaselineVersion) {
    return damaged("is of another version of Saiten", "は別のバージョンのものです");
  }
  std::multiset<std::string> prints;
  for (const Json& finding : json["findings"]) {
    if (!finding.is_object() || !finding.contains("fingerprint") || !finding["fingerprint"].is_string()) {
      return damaged("has a finding without a fingerprint", "にフィンガープリントのない項目があります");
    }
    prints.insert(finding["fingerprint"].get<std::string>());
  }
  return prints;
}

bool IsError(const diag::Diagnostic& diagnostic) {
  return diag::InfoOf(diagnostic.code).severity == diag::Severity::kError;
}

bool IsDoc(const SourceFile& file, uint32_t line) {
  const std::string_view text = file.Slice(file.LineSpan(line));
  return text.substr(std::min(text.find_first_not_of(" \t"), text.size())).starts_with("///");
}

// Takes out what the baseline knows. Errors stay: no rules run with them.
size_t LeaveOut(std::multiset<std::string>& known, const SourceSet& sources, Visible& visible) {
  std::vector<diag::Diagnostic>& all = visible.diagnostics;
  const size_t before = all.size();
  const std::vector<std::string> prints = diag::Fingerprints(all, sources);
  std::vector<diag::Diagnostic> left;
  for (size_t i = 0; i < all.size(); ++i) {
    const auto found = known.find(prints[i]);
    if (found == known.end() || IsError(all[i])) {
      left.push_back(std::move(all[i]));
    } else {
      known.erase(found);
    }
  }
  all = std::move(left);
  return before - all.size();
}

// In the project's zone, days since 1970-01-01.
Result<int64_t> TodayOf(const Compiled& compiled, const std::string& as_of) {
  SAITEN_ASSIGN_OR_RETURN(const rt::Zone* zone, ZoneOf(compiled));
  SAITEN_ASSIGN_OR_RETURN(const Clock clock, ClockOf(compiled, {.as_of = as_of}));
  return rt::DayOfLocal((zone ? zone : rt::Zone::Utc())->LocalOf(clock.now));
}

Status FindAll(Compiled& compiled, const LintOptions& options, Selection& selection) {
  lint::Options house;
  SAITEN_ASSIGN_OR_RETURN(house.today, TodayOf(compiled, options.as_of));
  SAITEN_ASSIGN_OR_RETURN(house.naming, NamingOf(compiled.project.config.config));
  lint::Lint(compiled.checked, compiled.sources, house, compiled.sink);
  compiled.ignores.Apply(compiled.sources, compiled.sink);
  compiled.ignores.ReportUnused(compiled.sources, compiled.sink,
                                [&](diag::Code code) { return selection.Wants(code); });
  compiled.ignores.Apply(compiled.sources, compiled.sink);
  compiled.sink.Sort();
  return {};
}

// Leaves out what the rules of that commit have, too.
Status LeaveOutOld(const Compiled& compiled, const LintOptions& options, LintReport& report) {
  SAITEN_ASSIGN_OR_RETURN(Committed committed, ProjectAt(compiled.project, options.new_from));
  // A finding may have come from another file.
  committed.project.only.clear();
  const auto old = CompileSources(std::move(committed.project), std::move(committed.sources), CompileTo::kChecked);
  LintOptions then = options;
  then.new_from.clear();
  then.use_baseline = false;
  SAITEN_ASSIGN_OR_RETURN(const LintReport had, Lint(*old, then));
  report.commit_had_errors = !old->ok();
  const std::vector<std::string> prints = diag::Fingerprints(had.visible.diagnostics, old->sources);
  std::multiset<std::string> known(prints.begin(), prints.end());
  report.not_new = LeaveOut(known, compiled.sources, report.visible);
  return {};
}

}  // namespace

Result<LintReport> Lint(Compiled& compiled, const LintOptions& options) {
  Selection selection(compiled, options);
  SAITEN_RETURN_IF_ERROR(selection.Check());
  if (compiled.ok()) SAITEN_RETURN_IF_ERROR(FindAll(compiled, options, selection));
  LintReport report{.visible = VisibleOf(compiled)};
  std::erase_if(report.visible.diagnostics,
                [&](const diag::Diagnostic& diagnostic) { return !selection.WantsIn(diagnostic); });
  if (!options.new_from.empty()) SAITEN_RETURN_IF_ERROR(LeaveOutOld(compiled, options, report));
  const std::string& of_project = compiled.project.config.config.lint_baseline;
  const std::string& baseline = options.baseline.empty() ? of_project : options.baseline;
  if (options.use_baseline && !baseline.empty()) {
    SAITEN_ASSIGN_OR_RETURN(auto known, ReadBaseline(baseline));
    report.in_baseline = LeaveOut(known, compiled.sources, report.visible);
    report.gone_of_baseline = known.size();
  }
  report.visible.counts = diag::Count(report.visible.diagnostics);
  return report;
}

std::string BaselineOf(const Compiled& compiled, const Visible& visible) {
  Json findings = Json::array();
  const std::vector<std::string> prints = diag::Fingerprints(visible.diagnostics, compiled.sources);
  for (size_t i = 0; i < visible.diagnostics.size(); ++i) {
    const diag::Diagnostic& diagnostic = visible.diagnostics[i];
    if (IsError(diagnostic)) continue;
    const std::string file = diagnostic.at.file.valid() ? compiled.sources[diagnostic.at.file].path() : "";
    findings.push_back({{"code", diag::InfoOf(diagnostic.code).id},
                        {"file", file},
                        {"message", diag::Message(diagnostic, Language::kEnglish)},
                        {"fingerprint", prints[i]}});
  }
  return JsonPage({{"format_version", kBaselineVersion}, {"findings", std::move(findings)}});
}

std::vector<std::pair<diag::Code, size_t>> CountByCode(const Visible& visible) {
  std::map<diag::Code, size_t> counts;
  for (const diag::Diagnostic& diagnostic : visible.diagnostics) ++counts[diagnostic.code];
  std::vector<std::pair<diag::Code, size_t>> sorted(counts.begin(), counts.end());
  std::ranges::stable_sort(sorted, std::greater(), &std::pair<diag::Code, size_t>::second);
  return sorted;
}

std::vector<FixedFile> AddIgnores(const Compiled& compiled, const Visible& visible, std::string_view reason) {
  // By file and line: the codes found there.
  std::map<FileId, std::map<uint32_t, std::set<std::string_view>>> found;
  for (const diag::Diagnostic& diagnostic : visible.diagnostics) {
    if (IsError(diagnostic) || !diagnostic.at.file.valid()) continue;
    const SourceFile& file = compiled.sources[diagnostic.at.file];
    if (file.path().starts_with('<')) continue;
    uint32_t line = file.LineOf(diagnostic.at.span.begin);
    // Documentation stays where it is, just above what it documents.
    while (line > 1 && IsDoc(file, line - 1)) --line;
    found[diagnostic.at.file][line].insert(diag::InfoOf(diagnostic.code).id);
  }
  std::vector<FixedFile> files;
  for (const auto& [id, lines] : found) {
    const SourceFile& file = compiled.sources[id];
    FixedFile fixed{.file = id, .text = {}, .fixes = lines.size()};
    uint32_t at = 0;
    for (const auto& [line, codes] : lines) {
      const Span span = file.LineSpan(line);
      const std::string_view text = file.Slice(span);
      fixed.text += file.text().substr(at, span.begin - at);
      fixed.text += text.substr(0, std::min(text.find_first_not_of(" \t"), text.size()));
      fixed.text += fmt::format("// saiten ignore {}: {}\n", fmt::join(codes, ", "), reason);
      at = span.begin;
    }
    fixed.text += file.text().substr(at);
    files.push_back(std::move(fixed));
  }
  return files;
}

}  // namespace saiten::driver
