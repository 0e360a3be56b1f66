#pragma once

#include <string>

namespace saiten::store {

// The folder that holds what is kept of a database, `FILE.saiten`, beside what a link leads to. All of it may be
// deleted at any time: that costs time and nothing else.
std::string CacheFolderOf(const std::string& database);

}  // namespace saiten::store
