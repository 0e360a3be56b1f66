#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace saiten::rt {

// The pattern of `like "/pricing*"`, made ready once: `*` stands for any characters, `?` for exactly one, a backslash
// before `*`, `?` or itself takes the character as it is. Over the whole text, on NFKC forms (sem N3a): the pattern's
// fixed parts are normalised here; a full-width `？` is no wildcard. Immutable, safe from any thread.
class LikeMatcher {
 public:
  explicit LikeMatcher(std::string_view pattern);

  // Whether the NFKC form `text` as a whole is of this pattern. No backtracking: at most pattern times text steps.
  bool Matches(std::string_view text) const;

 private:
  // What stands between two `*`: fixed texts with one free character between each two of them.
  struct Piece {
    std::vector<std::string> parts;
  };
  static size_t MatchAt(const Piece& piece, std::string_view text, size_t at);

  std::vector<Piece> pieces_;  // n pieces stand around n - 1 stars
};

}  // namespace saiten::rt
