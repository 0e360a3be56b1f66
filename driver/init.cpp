#include "driver/init.h"

#include <filesystem>
#include <span>

#include <fmt/format.h>

#include "base/embedded.h"
#include "driver/files.h"
#include "driver/words.h"

namespace saiten {
std::span<const EmbeddedFile> StarterFiles();  // made by saiten_embed
}  // namespace saiten

namespace saiten::driver {

namespace fs = std::filesystem;

Result<std::vector<std::string>> InitProject(const std::string& folder) {
  std::error_code error;
  for (const EmbeddedFile& file : StarterFiles()) {
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
  for (const EmbeddedFile& file : StarterFiles()) {
    SAITEN_RETURN_IF_ERROR(WriteFile((fs::path(folder) / file.name).string(), file.text));
    names.emplace_back(file.name);
  }
  return names;
}

}  // namespace saiten::driver
