#pragma once

#include <string>
#include <string_view>

namespace saiten::diag {

// What a piece of output is; the terminal colours follow from it.
enum class Ink { kPlain, kError, kWarning, kNote, kFrame, kSecond, kAdded, kBold, kDim };

// `text` in the colour of `ink`, or as it is where `color` is off.
inline std::string Paint(std::string_view text, Ink ink, bool color) {
  if (!color || ink == Ink::kPlain || text.empty()) return std::string(text);
  std::string_view code;
  switch (ink) {
    case Ink::kPlain:
      break;
    case Ink::kError:
      code = "1;31";
      break;
    case Ink::kWarning:
      code = "1;33";
      break;
    case Ink::kNote:
      code = "1;36";
      break;
    case Ink::kFrame:
      code = "1;34";
      break;
    case Ink::kSecond:
      code = "1;34";
      break;
    case Ink::kAdded:
      code = "32";
      break;
    case Ink::kBold:
      code = "1";
      break;
    case Ink::kDim:
      code = "2";
      break;
  }
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace saiten::diag
