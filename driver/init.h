#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/words.h"

namespace saiten::driver {

// A project for a common need of automation, ready to change (examples/automation).
struct ProjectTemplate {
  std::string_view name;     // as in `init --template NAME`
  std::string_view summary;  // one line, in the language asked for
};

// All of them, by name.
std::vector<ProjectTemplate> ProjectTemplates(Language language);

// Writes a project that works at once into `folder`, which is made if need be, with comments in the language: the
// template of that name, or for an empty name the example of the source documents with a few records. Gives the names
// of the files. kUsage if there is no such template, or if one of the files is there already; nothing is written then.
Result<std::vector<std::string>> InitProject(const std::string& folder, Language language,
                                             std::string_view template_name = {});

}  // namespace saiten::driver
