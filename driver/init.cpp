#include "driver/init.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <span>

#include <fmt/format.h>

#include "base/embedded.h"
#include "driver/files.h"
#include "driver/words.h"

namespace saiten {
std::span<const EmbeddedFile> StarterFiles();          // made by saiten_embed
std::span<const EmbeddedFile> JapaneseStarterFiles();  // what differs in Japanese
std::span<const EmbeddedFile> TemplateFiles();         // nurture/en/crm.rules
}  // namespace saiten

namespace saiten::driver {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kSettings = "saiten.toml";

std::string_view FolderOf(Language language) { return language == Language::kEnglish ? "en" : "ja"; }

std::vector<EmbeddedFile> StarterFor(Language language) {
  std::vector<EmbeddedFile> files(StarterFiles().begin(), StarterFiles().end());
  if (language == Language::kEnglish) return files;
  for (EmbeddedFile& file : files) {
    const auto translated = std::ranges::find(JapaneseStarterFiles(), file.name, &EmbeddedFile::name);
    if (translated != JapaneseStarterFiles().end()) file = *translated;
  }
  return files;
}

// Those of a template, and the settings, which are the starter's; empty if there is no template of this name.
std::vector<EmbeddedFile> TemplateFor(std::string_view name, Language language) {
  const std::string folder = fmt::format("{}/{}/", name, FolderOf(language));
  std::vector<EmbeddedFile> files;
  for (const EmbeddedFile& file : TemplateFiles()) {
    if (file.name.starts_with(folder)) files.push_back({file.name.substr(folder.size()), file.text});
  }
  if (files.empty()) return files;
  std::ranges::copy_if(StarterFor(language), std::back_inserter(files),
                       [](const EmbeddedFile& file) { return file.name == kSettings; });
  return files;
}

// `# Webinar: what it is for` without the sign.
std::string_view Heading(std::string_view readme) {
  const size_t begin = readme.find_first_not_of("# ");
  return readme.substr(begin, readme.find('\n') - begin);
}

}  // namespace

std::vector<ProjectTemplate> ProjectTemplates(Language language) {
  const std::string readme = fmt::format("/{}/README.md", FolderOf(language));
  std::vector<ProjectTemplate> templates;
  for (const EmbeddedFile& file : TemplateFiles()) {
    if (!file.name.ends_with(readme)) continue;
    templates.push_back({file.name.substr(0, file.name.size() - readme.size()), Heading(file.text)});
  }
  std::ranges::sort(templates, {}, &ProjectTemplate::name);
  return templates;
}

Result<std::vector<std::string>> InitProject(const std::string& folder, Language language,
                                             std::string_view template_name) {
  const std::vector<EmbeddedFile> files =
      template_name.empty() ? StarterFor(language) : TemplateFor(template_name, language);
  if (files.empty()) {
    return Fail(ErrorKind::kUsage,
                {fmt::format("there is no template `{}`", template_name),
                 fmt::format("テンプレート`{}`はありません", template_name)},
                {"`saiten init --template list` shows them", "`saiten init --template list`で一覧を表示します"});
  }
  std::error_code error;
  for (const EmbeddedFile& file : files) {
    const fs::path path = fs::path(folder) / file.name;
    if (fs::exists(path, error)) {
      return Fail(ErrorKind::kUsage,
                  {fmt::format("{} is there already; nothing was written", path.string()),
                   fmt::format("{}がすでにあります。何も書き込んでいません", path.string())},
                  {"give the name of a new folder: saiten init my_rules",
                   "新しいフォルダー名を指定してください: saiten init my_rules"});
    }
  }
  fs::create_directories(folder, error);
  if (error) {
    return Fail(ErrorKind::kIo, {fmt::format("cannot make the folder {}: {}", folder, error.message()),
                                 fmt::format("フォルダー{}を作れません: {}", folder, error.message())});
  }
  std::vector<std::string> names;
  for (const EmbeddedFile& file : files) {
    SAITEN_RETURN_IF_ERROR(WriteFile((fs::path(folder) / file.name).string(), file.text));
    names.emplace_back(file.name);
  }
  return names;
}

}  // namespace saiten::driver
