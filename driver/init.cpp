#include "driver/init.h"

#include <algorithm>
#include <filesystem>
#include <span>

#include <fmt/format.h>

#include "base/embedded.h"
#include "driver/files.h"
#include "driver/words.h"

namespace saiten {
std::span<const EmbeddedFile> StarterFiles();          // made by saiten_embed
std::span<const EmbeddedFile> JapaneseStarterFiles();  // what differs in Japanese
}  // namespace saiten

namespace saiten::driver {

namespace fs = std::filesystem;

namespace {

std::vector<EmbeddedFile> FilesFor(Language language) {
  std::vector<EmbeddedFile> files(StarterFiles().begin(), StarterFiles().end());
  if (language == Language::kEnglish) return files;
  for (EmbeddedFile& file : files) {
    const auto translated = std::ranges::find(JapaneseStarterFiles(), file.name, &EmbeddedFile::name);
    if (translated != JapaneseStarterFiles().end()) file = *translated;
  }
  return files;
}

}  // namespace

Result<std::vector<std::string>> InitProject(const std::string& folder, Language language) {
  const std::vector<EmbeddedFile> files = FilesFor(language);
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
