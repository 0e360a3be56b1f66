#include "compiler/parse/mistake.h"

namespace saiten::parse {

Kind Attempt::KindAt(int offset) const {
  const auto at = static_cast<int64_t>(tree_.failed_at) + offset;
  return at >= 0 && at < static_cast<int64_t>(tree_.items.size()) ? tree_.items[static_cast<size_t>(at)].kind
                                                                  : Kind::kNil;
}

Span Attempt::SpanAt(int offset) const {
  if (KindAt(offset) == Kind::kNil || KindAt(offset) == Kind::kEof) return End();
  const uint32_t token = tree_.items[static_cast<size_t>(static_cast<int64_t>(tree_.failed_at) + offset)].token;
  return context_.SpanOf(token, token);
}

std::string Attempt::TextAt(int offset) const {
  const Kind kind = KindAt(offset);
  if (kind == Kind::kBlock) return "{";
  std::string text(context_.source().Slice(SpanAt(offset)));
  const size_t line_end = text.find_first_of("\r\n");
  return line_end == std::string::npos ? text : text.substr(0, line_end);
}

Span Attempt::End() const {
  if (tree_.items.size() < 2) return {};
  const uint32_t last = tree_.items[tree_.items.size() - 2].token;
  const uint32_t end = context_.SpanOf(last, last).end;
  return {end, end};
}

int Attempt::Gain(const std::vector<Item>& changed) {
  if (!context_.SpendTrial(changed.size())) return 0;
  uint32_t reached = 0;
  if (context_.parser().Fits(entry_, changed, &reached)) return 2;
  // Further means: fewer items are left over, and the one behind the change is not among them.
  return changed.size() - reached + 2 <= tree_.items.size() - tree_.reached ? 1 : 0;
}

int Attempt::GainAs(Kind kind, int offset) {
  return Gain(With(static_cast<size_t>(static_cast<int64_t>(at()) + offset), 1, {kind}));
}

std::vector<Item> Attempt::With(size_t at, size_t remove, std::initializer_list<Kind> put) const {
  std::vector<Item> changed(tree_.items.begin(), tree_.items.begin() + static_cast<std::ptrdiff_t>(at));
  const bool has_token = at < tree_.items.size() && (remove > 0 || at == 0);
  const uint32_t token = has_token ? tree_.items[at].token : tree_.items[at - 1].token;
  for (Kind kind : put) changed.push_back({kind, token});
  changed.insert(changed.end(), tree_.items.begin() + static_cast<std::ptrdiff_t>(at + remove), tree_.items.end());
  return changed;
}

void Attempt::SayWritten(Span span, std::string_view want, diag::FixSafety safety) {
  const std::string word(want);
  const std::string_view text = context_.source().text();
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  // A word never touches its neighbours; a sign stands between spaces if one follows it.
  const bool before = span.begin > 0 && !is_blank(text[span.begin - 1]) && text[span.begin - 1] != '(' &&
                      text[span.begin - 1] != '[' && !word.empty();
  const bool after = span.end < text.size() && !is_blank(text[span.end]);
  const bool sign = word == "=>" || word == "=" || word == "==" || word == ">=";
  const bool bare_word = !word.empty() && word.front() >= 'a' && word.front() <= 'z';
  std::string put = word;
  if (before && (bare_word || (sign && !after))) put.insert(0, " ");
  if (after && is_word(word.back()) && text[span.end] != ')' && text[span.end] != ']' && text[span.end] != ',') {
    put += " ";
  }
  reporter()
      .Report(diag::Code::kForeignSign, span, {std::string(context_.source().Slice(span)), word})
      .Fix("write `" + word + "`", "`" + word + "`と書く", {reporter().Replace(span, put)}, safety);
}

}  // namespace saiten::parse
