#include "compiler/parse/outside.h"

#include <algorithm>

namespace saiten::parse {
namespace {

using diag::Code;

const std::vector<std::string_view>& DeclarationWords() {
  static const std::vector<std::string_view> words = [] {
    std::vector<std::string_view> all;
    for (auto kind = static_cast<uint16_t>(Kind::kUse); kind <= static_cast<uint16_t>(Kind::kEvaluate); ++kind) {
      all.push_back(grammar::kSpellings[kind]);
    }
    return all;
  }();
  return words;
}

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

}  // namespace

std::string_view NearestWord(std::string_view word, const std::vector<std::string_view>& words) {
  if (word.size() < 2 || word.size() > 24) return {};
  const size_t limit = word.size() <= 4 ? 1 : 2;
  std::string_view best;
  size_t best_distance = limit + 1;
  for (std::string_view candidate : words) {
    if (candidate.size() + limit < word.size() || word.size() + limit < candidate.size()) continue;
    const size_t distance = DistanceOf(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

bool OutsideLines::IsDeclaration(Line line) {
  const Token& token = context_.token(line.begin);
  if (IsDeclarationWord(token.kind)) {
    told_indented_ = false;
    if (!token.column_one && token.newline_before) {
      const Span gap{context_.source().LineSpan(context_.source().LineOf(token.span.begin)).begin, token.span.begin};
      context_.reporter()
          .Report(Code::kIndentedDeclaration, token.span, {std::string(context_.source().Slice(token.span))})
          .Fix("move it to column 1", "行の先頭に移す", {context_.reporter().Replace(gap, "")});
    }
    return true;
  }
  const bool indented = !token.column_one;
  if (indented && told_indented_) return false;
  told_indented_ = indented;
  const std::string word(context_.source().Slice(token.span));
  auto report = context_.reporter().Report(Code::kNoDeclaration, token.span, {word});
  const std::string near(token.kind == Kind::kId ? NearestWord(word, DeclarationWords()) : "");
  if (!near.empty()) {
    report.Fix("write `" + near + "`", "`" + near + "`と書く", {context_.reporter().Replace(token.span, near)},
               diag::FixSafety::kUnsafe);
  } else if (indented) {
    report.Note("an earlier `}` may have closed too much", "上の`}`が閉じすぎているかもしれません");
  }
  return false;
}

}  // namespace saiten::parse
