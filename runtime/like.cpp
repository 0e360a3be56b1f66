#include "runtime/like.h"

#include "runtime/normalize.h"
#include "runtime/utf8.h"

namespace saiten::rt {

namespace {

constexpr size_t kNo = std::string_view::npos;

}  // namespace

LikeMatcher::LikeMatcher(std::string_view pattern) {
  std::string fixed;
  pieces_.emplace_back();
  const auto end_part = [this, &fixed] {
    pieces_.back().parts.push_back(Nfkc(fixed));
    fixed.clear();
  };
  for (size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '\\' && at + 1 < pattern.size() && std::string_view("*?\\").find(pattern[at + 1]) != kNo) {
      fixed.push_back(pattern[++at]);
    } else if (c == '?') {
      end_part();
    } else if (c == '*') {
      end_part();
      pieces_.emplace_back();
    } else {
      fixed.push_back(c);
    }
  }
  end_part();
}

// Where the piece, beginning at `at`, ends; kNo if it does not stand there.
size_t LikeMatcher::MatchAt(const Piece& piece, std::string_view text, size_t at) {
  for (size_t i = 0; i < piece.parts.size(); ++i) {
    if (i > 0) {
      if (at >= text.size()) return kNo;
      DecodeOne(text, &at);
    }
    const std::string& part = piece.parts[i];
    if (text.compare(at, part.size(), part) != 0) return kNo;
    at += part.size();
  }
  return at;
}

bool LikeMatcher::Matches(std::string_view text) const {
  const size_t first_end = MatchAt(pieces_.front(), text, 0);
  if (first_end == kNo) return false;
  if (pieces_.size() == 1) return first_end == text.size();

  // Each piece between two stars is taken as early as it can be: that leaves the most room for those behind it.
  size_t at = first_end;
  for (size_t i = 1; i + 1 < pieces_.size(); ++i) {
    const Piece& piece = pieces_[i];
    size_t end = kNo;
    for (size_t start = at; end == kNo; ++start) {
      start = text.find(piece.parts.front(), start);
      if (start == kNo) return false;
      if (start < text.size() && IsTail(text[start])) continue;
      end = MatchAt(piece, text, start);
    }
    at = end;
  }

  // The last piece ends where the text ends: go back by its own length.
  const Piece& last = pieces_.back();
  size_t start = text.size();
  for (size_t i = last.parts.size(); i-- > 0;) {
    if (last.parts[i].size() > start) return false;
    start -= last.parts[i].size();
    if (i == 0) break;
    if (start == 0) return false;
    do {
      --start;
    } while (start > 0 && IsTail(text[start]));
  }
  return start >= at && MatchAt(last, text, start) == text.size();
}

}  // namespace saiten::rt
