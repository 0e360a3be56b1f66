#include "driver/project.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "driver/files.h"
#include "driver/words.h"

namespace saiten::driver {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfigName = "saiten.toml";

bool IsLeftOut(const std::string& name) {
  return name.starts_with(".") || name == "build" || name.starts_with("build-") || name == "target" ||
         name == "node_modules";
}

// The nearest folder at or above `folder` that has a saiten.toml; empty if none has.
fs::path ConfigFolder(const fs::path& folder) {
  std::error_code ignored;
  for (fs::path at = folder;; at = at.parent_path()) {
    if (fs::exists(at / kConfigName, ignored)) return at;
    if (!at.has_relative_path()) return {};
  }
}

Error CannotRead(const std::string& path, const Text& why) {
  return Fail(ErrorKind::kIo,
              {fmt::format("cannot read {}: {}", path, why.en), fmt::format("{}を読めません: {}", path, why.ja)});
}

// What has the name of a file of rules and is none would have to be waited for, or never ends.
bool IsNoFile(const fs::file_status& status) {
  return status.type() == fs::file_type::fifo || status.type() == fs::file_type::socket ||
         status.type() == fs::file_type::block || status.type() == fs::file_type::character;
}

// A folder below the first one that cannot be read is told of, and the rest goes on.
Status Collect(const fs::path& folder, const fs::path& shown, bool is_root, Project& project) {
  std::error_code error;
  if (!is_root && fs::exists(folder / kConfigName, error)) return {};
  std::vector<fs::directory_entry> entries;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) entries.push_back(*it);
  if (error && is_root) return CannotRead(shown.string(), SystemReason(error.value()));
  if (error) {
    const Text why = SystemReason(error.value());
    const std::string name = shown.lexically_normal().string();
    project.config.warnings.push_back({fmt::format("the folder {} was not read: {}", name, why.en),
                                       fmt::format("フォルダー{}は読んでいません: {}", name, why.ja)});
    return {};
  }
  for (const fs::directory_entry& entry : entries) {
    const std::string name = entry.path().filename().string();
    if (IsLeftOut(name)) continue;
    if (entry.is_directory(error) && !entry.is_symlink(error)) {
      SAITEN_RETURN_IF_ERROR(Collect(entry.path(), shown / name, false, project));
    } else if (name.ends_with(".rules") && !entry.is_directory(error)) {
      const std::string file = (shown / name).lexically_normal().string();
      if (!IsNoFile(entry.status(error))) {
        project.files.push_back(file);
        continue;
      }
      project.config.warnings.push_back(
          {fmt::format("`{}` is left out: it is a pipe, a device or a socket, not a file", file),
           fmt::format("`{}`は読みません。ファイルではなく、パイプ、デバイスまたはソケットです", file)});
    }
  }
  return {};
}

// The other files of rules in the folders of these, sorted. A folder that cannot be listed has none.
std::vector<fs::path> RulesBeside(const std::vector<fs::path>& files) {
  std::set<fs::path> folders;
  for (const fs::path& file : files) folders.insert(file.parent_path());
  std::vector<fs::path> beside;
  for (const fs::path& folder : folders) {
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      const fs::path& path = it->path();
      std::error_code ignored;
      if (path.extension() != ".rules" || path.filename().string().starts_with('.') ||
          !fs::is_regular_file(path, ignored) || std::ranges::find(files, path) != files.end())
        continue;
      beside.push_back(path);
    }
  }
  std::ranges::sort(beside);
  return beside;
}

// Where one stands; all paths are shown as seen from there.
Result<fs::path> Here() {
  std::error_code error;
  fs::path path = fs::canonical(".", error);
  if (error) return CannotRead(".", SystemReason(error.value()));
  return path;
}

struct Given {
  std::vector<fs::path> folders;  // absolute
  std::vector<fs::path> files;
};

Result<Given> Sort(const fs::path& from, const std::vector<std::string>& paths) {
  Given given;
  for (const std::string& path : paths) {
    std::error_code error;
    const fs::path full = fs::canonical(from / path, error);
    if (error)
      return Fail(ErrorKind::kUsage, {fmt::format("no file or folder `{}`", path),
                                      fmt::format("`{}`というファイルやフォルダーはありません", path)});
    (fs::is_directory(full, error) ? given.folders : given.files).push_back(full);
  }
  return given;
}

Result<LoadedConfig> Settings(const ProjectOptions& options, const fs::path& from, const fs::path& folder) {
  std::vector<std::string> settings;
  std::string file = folder.empty() ? "" : (folder / kConfigName).lexically_proximate(from).string();
  for (const std::string& setting : options.settings) {
    if (setting.find('=') != std::string::npos) {
      settings.push_back(setting);
    } else {
      file = setting;
    }
  }
  if (!file.empty() && !fs::exists(file)) {
    return Fail(ErrorKind::kUsage,
                {fmt::format("no file `{}`", file), fmt::format("`{}`というファイルはありません", file)});
  }
  return LoadConfig(file, settings);
}

}  // namespace

Result<LoadedConfig> FindConfig(const ProjectOptions& options) {
  SAITEN_ASSIGN_OR_RETURN(const fs::path from, Here());
  return Settings(options, from, options.isolated ? fs::path() : ConfigFolder(from));
}

Result<Project> FindProject(const ProjectOptions& options) {
  SAITEN_ASSIGN_OR_RETURN(const fs::path from, Here());
  SAITEN_ASSIGN_OR_RETURN(const Given given, Sort(from, options.paths));
  auto shown = [&](const fs::path& path) { return path.lexically_proximate(from).string(); };

  // All paths must lie in one project: its files see each other's declarations.
  std::vector<fs::path> starts = given.folders;
  for (const fs::path& file : given.files) starts.push_back(file.parent_path());
  if (starts.empty()) starts.push_back(from);
  const fs::path config_folder = options.isolated ? fs::path() : ConfigFolder(starts[0]);
  for (const fs::path& start : starts) {
    const fs::path other = options.isolated ? fs::path() : ConfigFolder(start);
    const bool same = other == config_folder && (!config_folder.empty() || given.folders.empty() || start == starts[0]);
    if (!same) {
      return Fail(
          ErrorKind::kUsage,
          {fmt::format("`{}` and `{}` are different projects; give them one by one", shown(starts[0]), shown(start)),
           fmt::format("`{}`と`{}`は別のプロジェクトです。1つずつ指定してください", shown(starts[0]), shown(start))});
    }
  }

  Project project;
  SAITEN_ASSIGN_OR_RETURN(project.config, Settings(options, from, config_folder));

  if (config_folder.empty() && !given.files.empty() && given.folders.empty()) {
    project.root = starts[0].string();
    for (const fs::path& file : given.files) project.files.push_back(shown(file));
    for (const fs::path& file : RulesBeside(given.files)) project.not_read.push_back(shown(file));
  } else {
    const fs::path root = config_folder.empty() ? starts[0] : config_folder;
    project.root = root.string();
    SAITEN_RETURN_IF_ERROR(Collect(root, root.lexically_proximate(from), true, project));
    for (const fs::path& file : given.files) {
      project.only.push_back(shown(file));
      if (std::ranges::find(project.files, project.only.back()) == project.files.end())
        project.files.push_back(project.only.back());
    }
    // A folder below the root: reports are about what is in it.
    for (const fs::path& folder : given.folders) {
      if (folder == root) continue;
      const std::string prefix = shown(folder) + "/";
      for (const std::string& file : project.files) {
        if (file.starts_with(prefix)) project.only.push_back(file);
      }
    }
    if (std::ranges::find(given.folders, root) != given.folders.end()) project.only.clear();
  }
  std::ranges::sort(project.files);
  const auto repeats = std::ranges::unique(project.files);
  project.files.erase(repeats.begin(), repeats.end());
  if (project.files.empty()) {
    const std::string where = shown(project.root);
    return Fail(ErrorKind::kUsage,
                {fmt::format("no .rules files in {}", where == "." ? "this folder" : "`" + where + "`"),
                 fmt::format("{}に.rulesファイルがありません", where == "." ? "このフォルダー" : "`" + where + "`")},
                {"`saiten init DIR` writes a project that works",
                 "`saiten init フォルダー`で、そのまま動くプロジェクトを作れます"});
  }
  return project;
}

std::vector<std::string> RulesAmong(const std::vector<std::string>& paths) {
  std::set<fs::path> others;  // folders of other projects
  for (const std::string& path : paths) {
    const fs::path full(path);
    if (full.filename() == kConfigName && full.has_parent_path()) others.insert(full.parent_path());
  }
  std::vector<std::string> rules;
  for (const std::string& path : paths) {
    if (!path.ends_with(".rules")) continue;
    bool is_ours = true;
    fs::path at;
    for (const fs::path& part : fs::path(path)) {
      at /= part;
      is_ours = is_ours && !IsLeftOut(part.string()) && !others.contains(at);
    }
    if (is_ours) rules.push_back(path);
  }
  std::ranges::sort(rules);
  return rules;
}

Status ReadFiles(const Project& project, SourceSet& sources) {
  for (const std::string& file : project.files) {
    SAITEN_ASSIGN_OR_RETURN(std::string text, ReadFile(file));
    sources.Add(file, std::move(text));
  }
  return {};
}

}  // namespace saiten::driver
