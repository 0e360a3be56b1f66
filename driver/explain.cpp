#include "driver/explain.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/embedded.h"
#include "compiler/diag/diagnostic.h"

namespace saiten {
std::span<const EmbeddedFile> ErrorPages();  // made by saiten_embed
}  // namespace saiten

namespace saiten::driver {
namespace {

constexpr std::string_view kJapaneseHeading = "\n## 日本語\n";

std::string Upper(std::string_view id) {
  std::string upper(id);
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return upper;
}

std::string_view RawPage(std::string_view id) {
  for (const EmbeddedFile& page : ErrorPages()) {
    if (page.name == std::string(id) + ".md") return page.text;
  }
  return {};
}

// The pattern of a message with its arguments named: `no column ‹column›`.
std::string Title(const diag::CodeInfo& info, std::string_view pattern) {
  std::string title(pattern);
  std::string_view rest = info.arg_names;
  for (int i = 0; i < info.arg_count; ++i) {
    const size_t comma = rest.find(',');
    std::string_view name = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    while (name.starts_with(' ')) name.remove_prefix(1);
    const std::string place = fmt::format("{{{}}}", i);
    for (size_t at; (at = title.find(place)) != std::string::npos;)
      title.replace(at, place.size(), fmt::format("‹{}›", name));
  }
  // What stands for itself in a pattern is written twice.
  for (const char* twice : {"{{", "}}"}) {
    for (size_t at; (at = title.find(twice)) != std::string::npos;) title.erase(at, 1);
  }
  return title;
}

std::string_view SeverityWord(diag::Severity severity, Language language) {
  switch (severity) {
    case diag::Severity::kError:
      return In(language, "error", "エラー");
    case diag::Severity::kWarning:
      return In(language, "warning", "警告");
    case diag::Severity::kNote:
      return In(language, "note", "注記");
  }
  return {};
}

// The blocks of code of a text, which both languages share.
std::string CodeBlocks(std::string_view text) {
  std::string out;
  for (size_t at = 0; (at = text.find("```", at)) != std::string_view::npos;) {
    size_t end = text.find("\n```", at);
    if (end == std::string_view::npos) break;
    end += 4;
    out += "\n" + std::string(text.substr(at, end - at)) + "\n";
    at = end;
  }
  return out;
}

CodePage PageOf(const diag::CodeInfo& info, Language language) {
  CodePage page;
  page.id = info.id;
  page.severity = SeverityWord(info.severity, Language::kEnglish);
  page.severity_word = SeverityWord(info.severity, language);
  page.title = Title(info, language == Language::kJapanese ? info.ja : info.en);
  std::string_view raw = RawPage(info.id);
  raw.remove_prefix(std::min(raw.size(), raw.find('\n') == std::string_view::npos ? raw.size() : raw.find('\n') + 1));
  const size_t japanese = raw.find(kJapaneseHeading);
  const std::string_view english = raw.substr(0, japanese);
  if (language == Language::kEnglish || japanese == std::string_view::npos) {
    page.body = english;
  } else {
    page.body = raw.substr(japanese + kJapaneseHeading.size());
    if (page.body.find("```") == std::string::npos) page.body += CodeBlocks(english);
  }
  // A remark for whoever writes pages.
  if (const size_t remark = page.body.find("<!-- no example:"); remark != std::string::npos) {
    const size_t end = page.body.find("-->", remark);
    page.body.erase(remark, end == std::string::npos ? std::string::npos : end + 3 - remark);
  }
  while (page.body.starts_with('\n')) page.body.erase(0, 1);
  while (page.body.ends_with('\n')) page.body.pop_back();
  return page;
}

}  // namespace

std::optional<CodePage> PageOf(std::string_view id, Language language) {
  const diag::CodeInfo* info = diag::FindCode(Upper(id));
  if (!info) return std::nullopt;
  return PageOf(*info, language);
}

std::vector<CodePage> AllPages(Language language) {
  std::vector<CodePage> pages;
  for (const diag::CodeInfo& info : diag::AllCodes()) pages.push_back(PageOf(info, language));
  return pages;
}

std::string NearestCode(std::string_view id) {
  std::vector<std::string_view> ids;
  for (const diag::CodeInfo& info : diag::AllCodes()) ids.push_back(info.id);
  return std::string(Nearest(Upper(id), ids));
}

std::string HeadingOf(std::string_view id) {
  const diag::CodeInfo* info = diag::FindCode(id);
  return info ? fmt::format("# {}: {}", id, Title(*info, info->en)) : std::string();
}

}  // namespace saiten::driver
