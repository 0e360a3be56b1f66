#pragma once

#include <string>

#include "base/result.h"
#include "base/source.h"
#include "driver/project.h"

// What git keeps of a project, asked of the command `git`.
namespace saiten::driver {

// The project's rules as the commit `ref` has them; `files` of the copy names them, under the paths that they would
// have now. The settings are those of now. kUsage: `ref` is no commit, or the project lies in no repository; kIo: there
// is no `git`, or it fails.
struct Committed {
  Project project;
  SourceSet sources;
};
Result<Committed> ProjectAt(const Project& project, const std::string& ref);

}  // namespace saiten::driver
