#pragma once

#include <string>

namespace saiten::cli {

// `saiten 0.1.0`, or with what it was built from, as JSON (`--version --json`).
std::string VersionText(bool json);

}  // namespace saiten::cli
