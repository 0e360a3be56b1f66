#include "compiler/parse/words.h"

#include <algorithm>

namespace saiten::parse {
namespace {

// How many letters must change, be swapped, added or dropped to make b of a.
size_t DistanceOf(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1] ? 1 : 0)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

constexpr size_t kLongestWord = 16;

// How many letters may be wrong in a word.
size_t LimitFor(std::string_view word) { return word.size() <= 2 ? 0 : word.size() <= 4 ? 1 : 2; }

bool IsFarInLength(std::string_view a, std::string_view b, size_t limit) {
  return a.size() + limit < b.size() || b.size() + limit < a.size();
}

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
    if (candidate.size() < 2 || IsFarInLength(word, candidate, limit)) return;
    const size_t distance = DistanceOf(word, candidate);
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
    if (IsFarInLength(word, candidate, limit)) continue;
    const size_t distance = DistanceOf(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace saiten::parse
