#include "store/schema/placeholder.h"

#include <algorithm>
#include <array>
#include <string>

#include "runtime/normalize.h"
#include "runtime/trim.h"

namespace saiten::store {
namespace {

constexpr std::array<std::string_view, 17> kWords = {"n/a",
                                                     "na",
                                                     "null",
                                                     "unknown",
                                                     "nan",
                                                     "#n/a",
                                                     "select",
                                                     "please select",
                                                     "select one",
                                                     "choose",
                                                     "choose one",
                                                     "選択",
                                                     "選択してください",
                                                     "未選択",
                                                     "不明",
                                                     "未設定",
                                                     "?"};

// Only between signs: plain `none` is often a value (no loan, no pets).
constexpr std::array<std::string_view, 4> kDecorated = {"none", "empty", "なし", "空"};

constexpr std::string_view kDecoration = " -_=*.<>()[]{}";
constexpr size_t kLongest = 60;

}  // namespace

bool IsPlaceholder(std::string_view text) {
  if (text.size() > kLongest) return false;
  // Folding makes full-width signs ASCII ones.
  const std::string folded = rt::Fold(rt::Trim(text));
  if (std::ranges::find(kWords, folded) != kWords.end()) return true;
  const size_t begin = folded.find_first_not_of(kDecoration);
  if (begin == std::string::npos) return folded.find('-') != std::string::npos;
  const std::string_view word =
      std::string_view(folded).substr(begin, folded.find_last_not_of(kDecoration) + 1 - begin);
  if (word.size() == folded.size()) return false;
  return std::ranges::find(kWords, word) != kWords.end() || std::ranges::find(kDecorated, word) != kDecorated.end();
}

bool IsWord(std::string_view text) { return rt::Nfkc(rt::Trim(text)).find_first_of("0123456789") == std::string::npos; }

}  // namespace saiten::store
