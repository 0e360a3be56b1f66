#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/source.h"
#include "driver/config.h"

// Which files belong together, and what their saiten.toml says.
namespace saiten::driver {

struct ProjectOptions {
  std::vector<std::string> paths;     // files or folders given; empty: the current folder
  std::vector<std::string> settings;  // --config FILE or KEY=VAL
  bool isolated = false;              // read no saiten.toml
};

// A project on disk. The files are those of the folder `root` and everything below it, in the order of their paths.
// Left out: hidden files and folders, build folders (build, build-*, target, node_modules), folders with a saiten.toml
// of their own (other projects), links to folders, and, with a warning, what is no file (pipes, devices). With files as
// paths: below a saiten.toml they belong to its project, which is compiled whole; `only` then names them, for reports
// are about those. Without one exactly these files are the project.
struct Project {
  std::string root;
  std::vector<std::string> files;  // as shown to the user: seen from where one stands
  std::vector<std::string> only;   // empty: all
  // Files of rules that lie beside these and are not read, because files were given and there is no saiten.toml.
  std::vector<std::string> not_read;
  LoadedConfig config;
};

// kUsage: no such path, or paths of different projects. kIo: the folder cannot be read; of folders below it a warning.
Result<Project> FindProject(const ProjectOptions& options);

// Only the settings of that project; it need not have any rules.
Result<LoadedConfig> FindConfig(const ProjectOptions& options);

// Which of these paths, seen from the project's folder with `/` between their parts, are its files of rules by the
// rules of Project; sorted.
std::vector<std::string> RulesAmong(const std::vector<std::string>& paths);

// Reads the files into `sources`. kIo: one cannot be read or has 1 GiB or more.
Status ReadFiles(const Project& project, SourceSet& sources);

}  // namespace saiten::driver
