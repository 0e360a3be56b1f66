#pragma once

#include <string>
#include <string_view>

#include "base/edit_distance.h"
#include "base/words.h"

// Words for people in their language. Wherever something is said, English and Japanese stand side by side.
namespace saiten::driver {

using saiten::Fail;
using saiten::Language;
using saiten::Text;

// The language of the machine's settings: LC_ALL, LC_MESSAGES, LANG, the first that is set decides.
Language LanguageOfEnvironment();

inline std::string_view In(Language language, std::string_view en, std::string_view ja) {
  return language == Language::kJapanese ? ja : en;
}

// The word among `words` that `word` was probably meant to be; empty if none is near.
template <typename Words>
std::string_view Nearest(std::string_view word, const Words& words) {
  std::string_view best;
  size_t best_distance = word.size() < 4 ? 2 : 3;
  for (const auto& candidate : words) {
    const size_t distance = EditDistance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace saiten::driver
