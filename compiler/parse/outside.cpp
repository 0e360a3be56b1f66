#include "compiler/parse/outside.h"

#include "compiler/parse/words.h"

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

}  // namespace

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
