#include "compiler/parse/words.h"

#include <algorithm>

#include "base/edit_distance.h"

namespace saiten::parse {
namespace {

constexpr size_t kLongestWord = 16;

// How many letters may be wrong in a word.
size_t LimitFor(std::string_view word) { return word.size() <= 2 ? 0 : word.size() <= 4 ? 1 : 2; }

constexpr std::string_view kUnitWords[] = {"second",  "seconds",  "minute", "minutes", "hour",  "hours",
                                           "day",     "days",     "week",   "weeks",   "month", "months",
                                           "quarter", "quarters", "year",   "years"};

}  // namespace

std::string_view SpellingOf(Kind kind) {
  const auto index = static_cast<size_t>(kind);
  return index < std::size(grammar::kSpellings) ? grammar::kSpellings[index] : std::string_view();
}

std::vector<KeywordMatch> KeywordsNear(std::string_view word) {
  std::vector<KeywordMatch> found;
  if (word.empty() || word.size() > kLongestWord) return found;
  const size_t limit = LimitFor(word);
  const auto consider = [&](Kind kind, std::string_view candidate) {
    if (candidate.size() < 2) return;
    const size_t distance = EditDistance(word, candidate, limit);
    if (distance <= limit) found.push_back({kind, candidate, distance});
  };
  for (auto kind = static_cast<uint16_t>(Kind::kAnd); kind <= static_cast<uint16_t>(Kind::kInFlight); ++kind) {
    consider(static_cast<Kind>(kind), grammar::kSpellings[kind]);
  }
  for (std::string_view unit : kUnitWords) consider(Kind::kUnit, unit);
  std::ranges::stable_sort(found, {}, &KeywordMatch::distance);
  if (found.size() > 6) found.resize(6);
  return found;
}

std::string_view NearestWord(std::string_view word, const std::vector<std::string_view>& words) {
  if (word.size() > kLongestWord) return {};
  const size_t limit = LimitFor(word);
  std::string_view best;
  size_t best_distance = limit + 1;
  for (std::string_view candidate : words) {
    const size_t distance = EditDistance(word, candidate, limit);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string LowerAscii(std::string_view word) {
  std::string lower(word);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace saiten::parse
