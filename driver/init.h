#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/words.h"

namespace saiten::driver {

// Writes a project that works at once into `folder`, which is made if need be: the example of the source documents with
// a few records, with comments in the language. Gives the names of the files. kUsage if one of them is there already;
// nothing is written then.
Result<std::vector<std::string>> InitProject(const std::string& folder, Language language);

}  // namespace saiten::driver
