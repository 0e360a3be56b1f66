#include <algorithm>
#include <string>

#include "compiler/parse/build_expr.h"

namespace saiten::parse {
namespace {

using diag::Code;

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

// A stretch of a text as written, or a `${ }`.
struct Piece {
  Span span;
  const ast::Expr* expr = nullptr;
};

// What is taken off the lines of a block text.
struct Trim {
  size_t indent = 0;  // bytes of common indentation
  Span inner;         // without a blank first and last line
};

Trim TrimOf(std::string_view file, Span inner) {
  const auto at = [&](uint32_t i) { return file[i]; };
  uint32_t begin = inner.begin;
  while (begin < inner.end && IsBlank(at(begin))) ++begin;
  if (begin < inner.end && at(begin) == '\r') ++begin;
  const bool first_blank = begin < inner.end && at(begin) == '\n';
  if (first_blank) inner.begin = begin + 1;
  uint32_t end = inner.end;
  while (end > inner.begin && IsBlank(at(end - 1))) --end;
  if (end > inner.begin && at(end - 1) == '\n') {
    inner.end = end - 1;
    if (inner.end > inner.begin && at(inner.end - 1) == '\r') --inner.end;
  } else if (end == inner.begin && first_blank) {
    inner.end = end;
  }
  Trim trim{SIZE_MAX, inner};
  bool line_start = first_blank;
  size_t indent = 0;
  for (uint32_t i = inner.begin; i < inner.end; ++i) {
    if (at(i) == '\n') {
      line_start = true;
      indent = 0;
    } else if (line_start && IsBlank(at(i))) {
      ++indent;
    } else if (line_start && at(i) != '\r') {
      trim.indent = std::min(trim.indent, indent);
      line_start = false;
    }
  }
  if (trim.indent == SIZE_MAX) trim.indent = 0;
  return trim;
}

class TextBuilder {
 public:
  TextBuilder(Context& context, Span span, bool block) : context_(context), span_(span), block_(block) {
    const uint32_t mark = block ? 3 : 1;
    const std::string_view file = context.source().text();
    Span inner{std::min(span.begin + mark, span.end), span.end};
    const std::string_view closing = block ? "\"\"\"" : "\"";
    if (context.source().Slice(inner).ends_with(closing)) inner.end -= mark;
    trim_ = block ? TrimOf(file, inner) : Trim{0, inner};
    line_start_ = block && inner.begin != trim_.inner.begin;
  }

  void AddChars(Span span) {
    const uint32_t begin = std::max(span.begin, trim_.inner.begin);
    const uint32_t end = std::min(span.end, trim_.inner.end);
    if (begin >= end) return;
    if (chars_.empty()) chars_span_ = {begin, begin};
    for (uint32_t i = begin; i < end; ++i) i = AddChar(i, end);
    chars_span_.end = end;
  }

  void AddExpr(Span span, const ast::Expr* expr) {
    Flush();
    line_start_ = false;
    parts_.push_back({.expr = expr, .span = span});
  }

  const ast::Expr* Finish() {
    Flush();
    auto* text = Make<ast::TextLit>(context_, span_);
    text->parts = context_.Copy(parts_);
    text->block = block_;
    return text;
  }

 private:
  // Adds the character at byte `i`; gives back the last byte that it used.
  uint32_t AddChar(uint32_t i, uint32_t end) {
    const std::string_view file = context_.source().text();
    const char c = file[i];
    if (c == '\r' && i + 1 < end && file[i + 1] == '\n') return i;
    if (c == '\n') {
      line_start_ = block_;
      column_ = 0;
    } else if (line_start_) {
      if (IsBlank(c) && column_ < trim_.indent) {
        ++column_;
        return i;
      }
      line_start_ = false;
    }
    if (c == '\\' && i + 1 < end) return AddEscape(i);
    chars_ += c;
    return i;
  }

  uint32_t AddEscape(uint32_t i) {
    const char next = context_.source().text()[i + 1];
    switch (next) {
      case '"':
      case '\\':
      case '$':
        chars_ += next;
        return i + 1;
      case 'n':
        chars_ += '\n';
        return i + 1;
      case 't':
        chars_ += '\t';
        return i + 1;
      default:
        break;
    }
    uint32_t end = i + 2;
    const std::string_view file = context_.source().text();
    while (end < file.size() && (static_cast<unsigned char>(file[end]) & 0xC0) == 0x80) ++end;
    context_.reporter()
        .Report(Code::kBadEscape, {i, end}, {std::string(context_.source().Slice({i, end}))})
        .Note("only `\\\"`, `\\\\`, `\\n`, `\\t` and `\\$` mean something behind `\\`",
              "`\\`のあとに書けるのは `\\\"` `\\\\` `\\n` `\\t` `\\$` だけです")
        .Fix("write `\\\\`", "`\\\\`と書く", {context_.reporter().Replace({i, i + 1}, "\\\\")},
             diag::FixSafety::kUnsafe);
    chars_ += '\\';
    return i;
  }

  void Flush() {
    if (chars_.empty()) return;
    parts_.push_back({.text = context_.arena().Copy(std::string_view(chars_)), .span = chars_span_});
    chars_.clear();
  }

  Context& context_;
  Span span_;
  bool block_;
  Trim trim_;
  std::vector<ast::TextPart> parts_;
  std::string chars_;
  Span chars_span_;
  bool line_start_ = false;
  size_t column_ = 0;
};

const ast::Expr* BuildInterpolation(Context& context, uint32_t open, uint32_t close) {
  const ast::Expr* result = nullptr;
  if (close == open + 1) {
    const Span span = context.SpanOf(open, open);
    context.reporter().Report(Code::kEmptyInterpolation, span);
    return ErrorAt(context, span);
  }
  context.ReadOne({open + 1, close}, Rule::kInterpolation, [&](const Node& root) {
    if (root.tree().ok) result = BuildExpr(context, root.Child(Rule::kExpr));
  });
  return result ? result : ErrorAt(context, context.SpanOf(open, open));
}

}  // namespace

const ast::Expr* BuildText(Context& context, const Node& node) {
  if (!node) return nullptr;
  const uint32_t open = node.first_token();
  const uint32_t close = context.token(open).partner;
  TextBuilder builder(context, context.SpanOf(node), context.token(open).kind == Kind::kBlockOpen);
  for (uint32_t i = open + 1; i < close; ++i) {
    const Token& token = context.token(i);
    if (token.kind != Kind::kInterp) {
      builder.AddChars(token.span);
      continue;
    }
    const Span span = context.SpanOf(i, i);
    builder.AddExpr(span, BuildInterpolation(context, i, token.partner));
    i = token.partner;
  }
  return builder.Finish();
}

}  // namespace saiten::parse
