#include "compiler/format/read.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "compiler/diag/diagnostic.h"
#include "compiler/format/spacing.h"
#include "compiler/parse/context.h"
#include "compiler/parse/layout.h"
#include "compiler/parse/lex.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/statement.h"

namespace saiten::format {
namespace {

using parse::Kind;
using parse::Line;
using parse::Node;
using parse::Rule;
using parse::Token;

class BodyReader {
 public:
  BodyReader(const SourceFile& source, parse::TokenList list, parse::Layout layout, std::vector<Span> mistakes)
      : source_(source),
        comments_(std::move(list.comments)),
        layout_(std::move(layout)),
        mistakes_(std::move(mistakes)) {}

  // The statements between two tokens; `end` is the one that closes them.
  Body Read(uint32_t begin, uint32_t end, Rule entry) {
    Body body;
    uint32_t comment = begin == 0 ? 0 : token(begin - 1).comments;
    uint32_t last_end = begin == 0 ? 0 : token(begin - 1).span.end;
    if (begin > 0) {
      body.open = LineEndIn(last_end, token(begin).span.begin);
      TakeTrailing(last_end, comment, token(end).comments, begin_trailing_);
    }
    for (const Line& line : parse::LinesOf(layout_.tokens, begin, end)) {
      if (entry == Rule::kDeclaration) KeepUnread(body, last_end, comment, token(line.begin).span.begin);
      Add(body, ReadStatement(line, entry), last_end, comment);
    }
    if (entry == Rule::kDeclaration) KeepUnread(body, last_end, comment, token(end).span.begin);
    bool ignored = false;
    TakeAbove(last_end, comment, token(end).comments, token(end).span.begin, body.below, &ignored);
    return body;
  }

 private:
  // With the comments around it. Two things on one line are kept as they are.
  void Add(Body& body, Statement statement, uint32_t& last_end, uint32_t& comment) {
    const bool joined =
        statement.rule == Rule::kDeclaration && !body.statements.empty() && !LineEndIn(last_end, statement.span.begin);
    if (joined) {
      Statement& before = body.statements.back();
      statement = Kept(before.span.To(statement.span));
      statement.above = std::move(before.above);
      statement.blank_above = before.blank_above;
      body.statements.pop_back();
    } else {
      TakeAbove(last_end, comment, CommentsUpTo(statement.span.begin, comment), statement.span.begin, statement.above,
                &statement.blank_above);
    }
    last_end = statement.span.end;
    comment = CommentsUpTo(last_end, comment);
    TakeTrailing(last_end, comment, static_cast<uint32_t>(comments_.size()), statement.trailing);
    body.statements.push_back(std::move(statement));
  }

  // What could not be read between two declarations.
  void KeepUnread(Body& body, uint32_t& last_end, uint32_t& comment, uint32_t end) {
    if (const auto unread = UnreadIn(last_end, end)) Add(body, Kept(*unread), last_end, comment);
  }

  const Token& token(uint32_t index) const { return layout_.tokens[index]; }

  bool LineEndIn(uint32_t begin, uint32_t end) const {
    return begin < end && source_.text().substr(begin, end - begin).find_first_of("\r\n") != std::string_view::npos;
  }

  // Whether a line without anything lies between.
  bool BlankLineIn(uint32_t begin, uint32_t end) const {
    const std::string_view between = source_.text().substr(begin, std::max(begin, end) - begin);
    const size_t first = between.find('\n');
    return first != std::string_view::npos && between.find('\n', first + 1) != std::string_view::npos;
  }

  // The number of comments that begin before a byte, which are at least `known`.
  uint32_t CommentsUpTo(uint32_t offset, uint32_t known) const {
    while (known < comments_.size() && comments_[known].span.begin < offset) ++known;
    return known;
  }

  std::string TextOf(const ast::Comment& comment) const {
    std::string text(source_.Slice(comment.span));
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.pop_back();
    return text;
  }

  // Comments on the line that ends a statement or opens a block.
  void TakeTrailing(uint32_t& last_end, uint32_t& comment, uint32_t end, std::string& into) {
    for (; comment < end && !comments_[comment].own_line; ++comment) {
      if (LineEndIn(last_end, comments_[comment].span.begin)) return;
      into += (into.empty() ? "" : " ") + TextOf(comments_[comment]);
      last_end = comments_[comment].span.end;
    }
  }

  void TakeAbove(uint32_t last_end, uint32_t& comment, uint32_t end, uint32_t begin, std::vector<Comment>& into,
                 bool* blank_above) {
    for (; comment < end; ++comment) {
      const Span span = comments_[comment].span;
      into.push_back({TextOf(comments_[comment]), true, last_end > 0 && BlankLineIn(last_end, span.begin)});
      last_end = span.end;
    }
    *blank_above = last_end > 0 && BlankLineIn(last_end, begin);
  }

  static bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

  // With its indentation: where a file is broken, column 1 may mean something.
  Statement Kept(Span span) const {
    Statement statement;
    while (span.begin > 0 && (source_.text()[span.begin - 1] == ' ' || source_.text()[span.begin - 1] == '\t')) {
      --span.begin;
    }
    statement.kept = true;
    statement.span = span;
    statement.words.push_back({.text = std::string(source_.Slice(statement.span))});
    return statement;
  }

  Span SpanOf(const Line& line) const {
    Span span{token(line.begin).span.begin, token(line.end - 1).span.end};
    // A bracket that the layout has added to close what was left open lies behind blanks.
    while (span.end > span.begin &&
           std::string_view(" \t\r\n").find(source_.text()[span.end - 1]) != std::string_view::npos) {
      --span.end;
    }
    return span;
  }

  // Of what lies between two tokens, what is neither blank nor a comment: the lexer could not read it.
  std::optional<Span> UnreadIn(uint32_t begin, uint32_t end) const {
    std::optional<Span> unread;
    const auto first = std::ranges::lower_bound(comments_, begin, {}, [](const auto& c) { return c.span.begin; });
    size_t comment = static_cast<size_t>(first - comments_.begin());
    for (uint32_t i = begin; i < end; ++i) {
      if (comment < comments_.size() && i == comments_[comment].span.begin) {
        i = comments_[comment++].span.end - 1;
      } else if (!IsBlank(source_.text()[i])) {
        unread = Span{unread ? unread->begin : i, i + 1};
      }
    }
    return unread;
  }

  bool HoldsMistake(const Line& line) const {
    const Span span = SpanOf(line);
    for (uint32_t i = line.begin + 1; i < line.end; ++i) {
      if (UnreadIn(token(i - 1).span.end, token(i).span.begin)) return true;
    }
    const auto touches = [span](Span m) { return m.begin <= span.end && span.begin <= m.end; };
    return std::ranges::binary_search(layout_.too_deep, line.begin) || std::ranges::any_of(mistakes_, touches);
  }

  // A statement within a declaration that cannot be read spoils the declaration (`spoilt_`).
  Statement ReadStatement(const Line& line, Rule entry) {
    const bool declaration = entry == Rule::kDeclaration;
    if (declaration) spoilt_ = HoldsMistake(line);
    if (spoilt_) return Kept(SpanOf(line));
    parse::Tree tree;
    parse::ItemsOf(layout_.tokens, line, tree.items);
    parser_.Parse(entry, tree);
    if (!tree.ok) {
      spoilt_ = true;
      return Kept(SpanOf(line));
    }
    Statement statement;
    statement.rule = entry;
    statement.span = SpanOf(line);
    Walk walk{statement, line};
    Take(walk, Node(tree, 0), 0);
    if (spoilt_ && declaration) return Kept(SpanOf(line));
    return statement;
  }

  // On the way through the tree of one statement.
  struct Walk {
    Statement& statement;
    Line line;
    Kind left = Kind::kNil;
    Place left_at = {};
    int brackets = 0;
    // What the next word shares with the last one, where that is known.
    struct Shared {
      Rule rule;
      Rule child;
      uint32_t depth;
    };
    std::optional<Shared> shared = {};
    bool item = false;
    Node parent = {};
  };

  void Take(Walk& walk, const Node& node, uint32_t depth) {
    const std::vector<Node> children = InOrder(node);
    for (size_t i = 0; i < children.size(); ++i) {
      const Node& child = children[i];
      if (i > 0 && !walk.shared) walk.shared = {node.rule(), child.IsToken() ? node.rule() : child.rule(), depth};
      if (!child.IsToken() && IsItem(child.rule())) walk.item = true;
      if (!child.IsToken()) {
        Take(walk, child, depth + 1);
      } else if (child.kind() != Kind::kEof && !IsLooseComma(child, node)) {
        TakeWord(walk, child, node);
      }
    }
  }

  // Between the fields of a record a comma may stand or not: the writer puts them where they belong.
  static bool IsLooseComma(const Node& word, const Node& parent) {
    return word.Is(Kind::kComma) && (parent.Is(Rule::kRecordLine) || parent.Is(Rule::kActionItem));
  }

  // `if a then b` stays together as long as it can, and a `where` with what it says.
  static uint32_t DepthOf(Kind kind, uint32_t depth) {
    constexpr uint32_t kLast = 1'000'000;
    return kind == Kind::kWhere ? kLast : 2 * depth + (kind == Kind::kThen ? 1 : 0);
  }

  void TakeWord(Walk& walk, const Node& node, const Node& parent) {
    const uint32_t first = node.first_token();
    const Token& begins = token(first);
    const bool opens = begins.partner != Token::kNoPartner && begins.partner > first;
    const bool is_whole = node.Is(Kind::kText) || node.Is(Kind::kBlock);
    const uint32_t end = is_whole && opens ? token(begins.partner).span.end : begins.span.end;
    Word word{.kind = node.kind()};
    Place at{.rule = parent.rule(), .shared = parent.rule(), .child = parent.rule(), .in_brackets = walk.brackets > 0};
    if (walk.shared) {
      at.shared = walk.shared->rule;
      at.child = walk.shared->child;
      word.depth = DepthOf(word.kind, walk.shared->depth);
    }
    const bool is_first = walk.statement.words.empty();
    word.gap = is_first ? 0 : GapBetween(walk.left, walk.left_at, word.kind, at);
    word.breaking = is_first ? Breaking::kNever : BreakingBetween(walk.left, word.kind, at);
    word.same_indent = word.breaking == Breaking::kAlways;
    word.begins_item = std::exchange(walk.item, false);
    word.newline_before = begins.newline_before && !is_first;
    if (!is_first) TakeInside(first, word.comments);
    if (node.Is(Kind::kBlock)) {
      word.body = std::make_shared<Body>(ReadBlock(first, EntryOf(parent)));
    } else {
      word.text = source_.Slice({begins.span.begin, end});
    }
    if (word.kind == Kind::kLp || word.kind == Kind::kLb) ++walk.brackets;
    if (word.kind == Kind::kRp || word.kind == Kind::kRb) --walk.brackets;
    walk.left = word.kind;
    walk.left_at = at;
    walk.shared.reset();
    walk.statement.words.push_back(std::move(word));
  }

  // Comments between two words of a statement.
  void TakeInside(uint32_t index, std::vector<Comment>& into) {
    for (uint32_t i = token(index - 1).comments; i < token(index).comments; ++i) {
      into.push_back({TextOf(comments_[i]), comments_[i].own_line, false});
    }
  }

  Body ReadBlock(uint32_t brace, Rule entry) {
    std::string outer = std::exchange(begin_trailing_, {});
    Body body = Read(brace + 1, token(brace).partner, entry);
    body.head_comment = std::exchange(begin_trailing_, std::move(outer));
    return body;
  }

  const SourceFile& source_;
  std::vector<ast::Comment> comments_;
  parse::Layout layout_;
  std::vector<Span> mistakes_;
  parse::StatementParser parser_;
  std::string begin_trailing_;  // comments behind the brace that opened the body being read
  bool spoilt_ = false;
};

}  // namespace

std::optional<Body> ReadBody(const SourceFile& source) {
  diag::Sink sink;
  (void)Parse(source, FileId(0), sink);
  if (std::ranges::find(sink.all(), diag::Code::kNotUtf8File, &diag::Diagnostic::code) != sink.all().end()) return {};
  std::vector<Span> mistakes;
  for (const diag::Diagnostic& mistake : sink.all()) mistakes.push_back(mistake.at.span);
  parse::Reporter told_already(source, FileId(0));
  parse::TokenList list = parse::Lex(source, told_already);
  parse::Layout layout = parse::LayOut(source, list, told_already);
  const auto last = static_cast<uint32_t>(layout.tokens.size() - 1);
  return BodyReader(source, std::move(list), std::move(layout), std::move(mistakes)).Read(0, last, Rule::kDeclaration);
}

}  // namespace saiten::format
