#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "compiler/diag/text_width.h"
#include "compiler/format/flat.h"
#include "compiler/format/format.h"
#include "compiler/format/lines.h"

namespace saiten::format {
namespace {

using diag::TextWidth;
using Words = std::span<const Word>;

// What an expression usually has to its left.
constexpr uint32_t kInside = 8;
constexpr uint32_t kNoDepth = std::numeric_limits<uint32_t>::max();

// A block text keeps what it says when its lines move: what they have in common is taken off again.
std::string Moved(const std::string& text, uint32_t indent) {
  if (!text.starts_with("\"\"\"")) return text;
  std::vector<std::string> lines = {{}};
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else if (c != '\r') {
      lines.back() += c;
    }
  }
  const auto blanks = [](const std::string& line) { return std::min(line.find_first_not_of(" \t"), line.size()); };
  if (lines.size() < 3 || blanks(lines.front().substr(3)) + 3 < lines.front().size()) return text;
  const bool closes_alone = blanks(lines.back()) + 3 == lines.back().size();
  const size_t last = closes_alone ? lines.size() - 1 : lines.size();
  size_t common = std::string::npos;
  for (size_t i = 1; i < last; ++i) {
    if (blanks(lines[i]) < lines[i].size()) common = std::min(common, blanks(lines[i]));
  }
  if (common == std::string::npos) return text;
  std::string moved = "\"\"\"";
  for (size_t i = 1; i < last; ++i) {
    const std::string rest = lines[i].substr(std::min(common, blanks(lines[i])));
    moved += "\n" + (rest.empty() ? rest : std::string(indent + 2, ' ') + rest);
  }
  return closes_alone ? moved + "\n" + std::string(indent, ' ') + "\"\"\"" : moved;
}

class Breaker {
 public:
  Breaker(const Statement& statement, uint32_t indent) : statement_(statement), indent_(indent) {
    for (const Word& word : statement.words) {
      // Blocks of one statement are open together, so that `} else {` lines up.
      opens_ |= word.body && !word.body->statements.empty() && !IsValue(word);
    }
    lines_.emplace_back(indent, ' ');
  }

  std::vector<std::string> Run() {
    const Words all = statement_.words;
    size_t begin = 0;
    for (size_t i = 0; i < all.size(); ++i) {
      if (!IsOpen(all[i])) continue;
      Put(all.subspan(begin, i - begin), 1);
      PutOpen(all[i]);
      begin = i + 1;
    }
    Put(all.subspan(begin), 0);
    return std::move(lines_);
  }

 private:
  // The rows of a `match` inside an expression, which are a value like any other where they go on one line.
  static bool IsValue(const Word& word) {
    return !word.body->statements.empty() && word.body->statements.front().rule == parse::Rule::kValueRows;
  }

  bool IsOpen(const Word& word) const {
    if (!word.body || word.body->statements.empty()) return word.body && !FlatText(*word.body);
    if (opens_ && !IsValue(word)) return true;
    const auto flat = FlatText(*word.body);
    return !flat || indent_ + kInside + TextWidth(*flat) > kWidth;
  }

  uint32_t Column() const { return TextWidth(lines_.back()); }

  std::string FlatOf(const Word& word, bool first) const {
    const std::string gap = first ? "" : word.begins_item ? "  " : std::string(word.gap, ' ');
    return gap + (word.body ? FlatText(*word.body).value_or("{") : Moved(word.text, indent_));
  }

  // Of the words on one line; of a block text its first line.
  uint32_t WidthOf(Words words) const {
    uint32_t width = 0;
    for (const Word& word : words) {
      const std::string text = FlatOf(word, false);
      const size_t line = text.find('\n');
      width += TextWidth(line == std::string::npos ? text : std::string_view(text).substr(0, line));
      if (line != std::string::npos) break;
    }
    return width;
  }

  void NewLine(uint32_t indent) {
    while (!lines_.back().empty() && lines_.back().back() == ' ') lines_.back().pop_back();
    lines_.emplace_back(indent, ' ');
  }

  bool AtLineStart() const { return lines_.back().find_first_not_of(' ') == std::string::npos; }

  void PutText(const std::string& text) {
    size_t begin = 0;
    for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
      lines_.back() += text.substr(begin, end - begin);
      lines_.emplace_back();
      begin = end + 1;
    }
    lines_.back() += text.substr(begin);
  }

  void PutWord(const Word& word) { PutText(FlatOf(word, AtLineStart())); }

  // `after`: columns that have to stay free behind the words, for ` {`.
  void Put(Words words, uint32_t after) {
    if (words.empty()) return;
    after_ = after == 0 ? 0 : 2;
    PutPhrase(words, indent_ + (opens_ ? 4 : 2));
  }

  // Comments inside a statement end the line where they stood.
  void PutComments(const Word& word, uint32_t indent) {
    for (const Comment& comment : word.comments) {
      const bool line = comment.text.starts_with("//");
      if (comment.own_line && !AtLineStart()) NewLine(indent);
      if (!AtLineStart()) lines_.back() += line ? "  " : " ";
      PutText(comment.text);
      if (line || comment.own_line) NewLine(indent);
    }
  }

  static size_t CommentIn(Words words) {
    for (size_t i = 0; i < words.size(); ++i) {
      if (!words[i].comments.empty()) return i;
    }
    return words.size();
  }

  void PutPhrase(Words words, uint32_t indent) {
    if (const size_t at = CommentIn(words); at < words.size()) {
      if (at > 0) PutPhrase(words.first(at), indent);
      PutComments(words[at], indent);
      PutWord(words[at]);
      if (at + 1 < words.size()) PutPhrase(words.subspan(at + 1), indent);
      return;
    }
    uint32_t outermost = kNoDepth;
    bool always = false;
    bool all = false;
    for (size_t i = 1; i < words.size(); ++i) {
      always |= words[i].breaking == Breaking::kAlways;
      if (words[i].breaking == Breaking::kNever || words[i].depth > outermost) continue;
      if (words[i].depth < outermost) all = false;
      outermost = words[i].depth;
      all |= words[i].breaking != Breaking::kFill;
    }
    const bool fits = Column() + WidthOf(words) + after_ <= kWidth;
    if (!always && (fits || outermost == kNoDepth)) {
      for (const Word& word : words) PutWord(word);
      return;
    }
    PutParts(words, indent, outermost, all || always);
  }

  // The parts between the places where a phrase may be broken.
  void PutParts(Words words, uint32_t indent, uint32_t depth, bool all) {
    size_t begin = 0;
    size_t line = lines_.size();  // on which the part before began: what follows a broken one gets a line of its own
    const auto put = [&](size_t end) {
      const Words part = words.subspan(begin, end - begin);
      if (begin > 0) {
        const bool fits = lines_.size() == line && Column() + WidthOf(part) + after_ <= kWidth;
        if (all || !fits) NewLine(part.front().same_indent ? indent_ : indent);
      }
      line = lines_.size();
      // Behind a `where` or `=` that ended its line the rest has a line to itself.
      PutPhrase(part, indent + (begin > 0 && !BreaksBehind(words[begin - 1]) ? 2 : 0));
      begin = end;
    };
    for (size_t i = 1; i < words.size(); ++i) {
      if (words[i].breaking != Breaking::kNever && words[i].depth == depth) put(i);
    }
    put(words.size());
  }

  static bool BreaksBehind(const Word& word) {
    return word.kind == parse::Kind::kWhere || word.kind == parse::Kind::kAssignSign ||
           word.kind == parse::Kind::kArrow;
  }

  void PutOpen(const Word& word) {
    PutComments(word, indent_);
    // Rows of a value belong to the line that they are on.
    const auto own = static_cast<uint32_t>(lines_.back().find_first_not_of(' '));
    const uint32_t indent = IsValue(word) && !AtLineStart() ? own : indent_;
    lines_.back() += AtLineStart() ? "{" : " {";
    if (!word.body->head_comment.empty()) lines_.back() += "  " + word.body->head_comment;
    for (std::string& line : LinesOf(*word.body, indent + 2)) lines_.push_back(std::move(line));
    lines_.emplace_back(std::string(indent, ' ') + "}");
  }

  const Statement& statement_;
  uint32_t indent_;
  bool opens_ = false;
  uint32_t after_ = 0;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> BrokenLines(const Statement& statement, uint32_t indent) {
  return Breaker(statement, indent).Run();
}

}  // namespace saiten::format
