#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/parse/token.h"

namespace saiten::parse {

// How a keyword or sign is written; empty for a kind of many spellings.
std::string_view SpellingOf(Kind kind);

// A keyword and the letters it takes to get there.
struct KeywordMatch {
  Kind kind = Kind::kNil;
  std::string_view word;
  size_t distance = 0;
};
// Keywords that `word` may have been meant to be, the nearest first.
std::vector<KeywordMatch> KeywordsNear(std::string_view word);
// The one of `words` that `word` was probably meant to be; empty if none is near.
std::string_view NearestWord(std::string_view word, const std::vector<std::string_view>& words);

// `A` to `Z` as small letters.
std::string LowerAscii(std::string_view word);

}  // namespace saiten::parse
