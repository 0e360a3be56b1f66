#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "compiler/parse/layout.h"
#include "compiler/parse/report.h"
#include "compiler/parse/statement.h"

namespace saiten::parse {

// A statement: the tokens [begin, end) of the layout, without its kEnd.
struct Line {
  uint32_t begin = 0;
  uint32_t end = 0;
};

// What every function that makes tree nodes needs: the file, its tokens, the parser, the arena of the result.
class Context {
 public:
  Context(const SourceFile& source, TokenList list, Layout layout, Reporter& reporter, ast::File& file);

  const SourceFile& source() const { return source_; }
  Reporter& reporter() { return reporter_; }
  Arena& arena() { return file_.arena; }
  StatementParser& parser() { return parser_; }
  const std::vector<Token>& tokens() const { return layout_.tokens; }
  const Token& token(uint32_t index) const { return layout_.tokens[index]; }

  // ---- places and words
  Span SpanOf(const Node& node) const;
  // From the first token to the end of what the last one opens.
  Span SpanOf(uint32_t first, uint32_t last) const;
  std::string_view TextOf(const Node& node) const { return source_.Slice(SpanOf(node)); }
  // The same with full-width digits and signs (which have been reported) as ASCII: for literals.
  std::string_view AsciiTextOf(const Node& node);
  // The name that a `name` rule or a token is, NFC; empty for an empty node.
  ast::Name NameOf(const Node& node);
  std::string_view Nfc(std::string_view text);
  // The `///` lines right above the token, joined by line ends.
  std::string_view DocsAbove(uint32_t token);

  // May a repair of so many items be tried out? A file of nothing but mistakes gets plainer messages after a while.
  bool SpendTrial(size_t items) {
    trials_left_ -= std::min(trials_left_, items);
    return trials_left_ > 0;
  }

  // ---- statements
  // Calls `read` with what was read of every statement in the block (a BLOCK token; nothing for an empty node). A
  // statement with a mistake is reported and repaired where possible; else its tree is not ok and holds the beginning.
  void ReadBlock(const Node& block, Rule entry, const std::function<void(const Node&)>& read);
  // The same for the block that begins with the brace `token`.
  void ReadBlockAt(uint32_t token, Rule entry, const std::function<void(const Node&)>& read);
  void ReadLines(uint32_t begin, uint32_t end, Rule entry, const std::function<void(const Node&)>& read);
  // Reads tokens [begin, end) as one statement, or as several where a mistake shows that they are. `next` is the
  // statement behind it in the same place; true if that was read, too.
  bool ReadOne(Line line, Rule entry, const std::function<void(const Node&)>& read, const Line* next = nullptr);

  // Looks for a second reading of every statement from now on (slow; for tests of the grammar). Null: does not.
  void CollectAmbiguities(std::vector<std::string>* into) { ambiguities_ = into; }

  template <typename T>
  std::span<const T> Copy(const std::vector<T>& items) {
    return arena().Copy(items);
  }

 private:
  void CollectAmbiguitiesOf(Rule entry, Line line, const Tree& tree);
  std::unique_ptr<Tree> TakeTree();
  void GiveBack(std::unique_ptr<Tree> tree);

  const SourceFile& source_;
  TokenList list_;
  Layout layout_;
  Reporter& reporter_;
  ast::File& file_;
  StatementParser parser_;
  std::vector<std::unique_ptr<Tree>> free_trees_;
  std::vector<std::string>* ambiguities_ = nullptr;
  size_t trials_left_ = 400'000;  // items
};

// The statements between the tokens `begin` and `end`.
std::vector<Line> LinesOf(const std::vector<Token>& tokens, uint32_t begin, uint32_t end);
// Fills `items` with the tokens of a statement; texts and blocks become one item each.
void ItemsOf(const std::vector<Token>& tokens, Line line, std::vector<Item>& items);
// The last BLOCK of a statement as a token index; Token::kNoPartner if it has none. For statements that were not read
// to their end.
uint32_t LastBlockOf(const Tree& tree);

}  // namespace saiten::parse
