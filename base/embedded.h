#pragma once

#include <span>
#include <string_view>

namespace saiten {

// A file that was made part of the program when it was built (cmake/SaitenEmbed.cmake).
struct EmbeddedFile {
  std::string_view name;  // without its folder, or its path from the ROOT of the embedding
  std::string_view text;
};

}  // namespace saiten
