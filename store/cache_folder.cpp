#include "store/cache_folder.h"

#include <filesystem>

namespace saiten::store {

std::string CacheFolderOf(const std::string& database) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(database, error);
  return (error ? database : real.string()) + ".saiten";
}

}  // namespace saiten::store
