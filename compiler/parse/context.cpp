#include "compiler/parse/context.h"

#include <algorithm>
#include <cstdlib>

#include <utf8proc.h>

#include "compiler/parse/reader.h"
#include "compiler/parse/recover.h"

namespace saiten::parse {
namespace {

bool IsAscii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// The parts of a line between commas outside of brackets: a mistake in one field of a record spares the others.
std::vector<Line> FieldsOf(const std::vector<Token>& tokens, Line line) {
  std::vector<Line> fields;
  uint32_t begin = line.begin;
  for (uint32_t i = line.begin; i < line.end; ++i) {
    if (tokens[i].partner != Token::kNoPartner && tokens[i].partner > i) i = std::min(tokens[i].partner, line.end - 1);
    const bool comma = tokens[i].kind == Kind::kComma;
    if (!comma && i + 1 < line.end) continue;
    const uint32_t end = comma ? i : i + 1;
    if (end > begin) fields.push_back({begin, end});
    begin = i + 1;
  }
  return fields;
}

}  // namespace

Context::Context(const SourceFile& source, TokenList list, Layout layout, Reporter& reporter, ast::File& file)
    : source_(source), list_(std::move(list)), layout_(std::move(layout)), reporter_(reporter), file_(file) {}

Span Context::SpanOf(uint32_t first, uint32_t last) const {
  const Token& end = token(last);
  const bool opens = end.partner != Token::kNoPartner && end.partner > last;
  return {token(first).span.begin, opens ? token(end.partner).span.end : end.span.end};
}

Span Context::SpanOf(const Node& node) const {
  if (!node) return {};
  if (node.empty()) {
    const uint32_t at = token(node.first_token()).span.begin;
    return {at, at};
  }
  return SpanOf(node.first_token(), node.last_token());
}

std::string_view Context::AsciiTextOf(const Node& node) {
  const std::string_view text = TextOf(node);
  if (IsAscii(text)) return text;
  std::string ascii;
  for (size_t i = 0; i < text.size();) {
    size_t length = 1;
    const std::string_view sign = AsciiOf(DecodeAt(text, i, length));
    ascii += sign.empty() ? text.substr(i, length) : sign;
    i += length;
  }
  return arena().Copy(std::string_view(ascii));
}

std::string_view Context::Nfc(std::string_view text) {
  if (IsAscii(text)) return arena().Copy(text);
  utf8proc_uint8_t* mapped = nullptr;
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  const utf8proc_ssize_t size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                             static_cast<utf8proc_ssize_t>(text.size()), &mapped, options);
  if (size < 0) return arena().Copy(text);  // not valid UTF-8: reported by the reader
  const std::string_view composed =
      arena().Copy(std::string_view(reinterpret_cast<const char*>(mapped), static_cast<size_t>(size)));
  std::free(mapped);  // NOLINT(cppcoreguidelines-no-malloc): made by utf8proc with malloc
  return composed;
}

ast::Name Context::NameOf(const Node& node) {
  if (!node || node.empty()) return {};
  const Span span = SpanOf(node);
  return {Nfc(source_.Slice(span)), span};
}

std::string_view Context::DocsAbove(uint32_t index) {
  const uint32_t end = token(index).comments;
  const uint32_t begin = index == 0 ? 0 : token(index - 1).comments;
  uint32_t first = end;
  while (first > begin && list_.comments[first - 1].kind == ast::Comment::Kind::kDoc &&
         list_.comments[first - 1].own_line) {
    --first;
  }
  std::string docs;
  for (uint32_t i = first; i < end; ++i) {
    std::string_view line = source_.Slice(list_.comments[i].span).substr(3);
    if (line.starts_with(' ')) line.remove_prefix(1);
    if (i > first) docs += '\n';
    docs += line;
  }
  return arena().Copy(std::string_view(docs));
}

std::unique_ptr<Tree> Context::TakeTree() {
  if (free_trees_.empty()) return std::make_unique<Tree>();
  std::unique_ptr<Tree> tree = std::move(free_trees_.back());
  free_trees_.pop_back();
  return tree;
}

void Context::GiveBack(std::unique_ptr<Tree> tree) { free_trees_.push_back(std::move(tree)); }

bool Context::ReadOne(Line line, Rule entry, const std::function<void(const Node&)>& read, const Line* next) {
  std::unique_ptr<Tree> tree = TakeTree();
  bool took_next = false;
  while (true) {
    ItemsOf(tokens(), line, tree->items);
    parser_.Parse(entry, *tree);
    if (ambiguities_) CollectAmbiguitiesOf(entry, line, *tree);
    Recovery recovery;
    if (!tree->ok && entry == Rule::kRecordLine) {
      const std::vector<Line> fields = FieldsOf(tokens(), line);
      if (fields.size() > 1) {
        for (const Line& field : fields) ReadOne(field, entry, read);
        break;
      }
    }
    if (!tree->ok) recovery = Recover(*this, entry, next, *tree);
    if (!tree->entries.empty()) read(Node(*tree, 0));
    took_next |= recovery.took_next;
    if (!recovery.rest) break;
    line.begin = *recovery.rest;
  }
  GiveBack(std::move(tree));
  return took_next;
}

void Context::CollectAmbiguitiesOf(Rule entry, Line line, const Tree& tree) {
  for (const std::string& found : parser_.AmbiguitiesOf(entry, tree.items)) {
    ambiguities_->push_back(found + ": " + std::string(source_.Slice(SpanOf(line.begin, line.end - 1))));
  }
}

void Context::ReadLines(uint32_t begin, uint32_t end, Rule entry, const std::function<void(const Node&)>& read) {
  const std::vector<Line> lines = LinesOf(tokens(), begin, end);
  for (size_t i = 0; i < lines.size(); ++i) {
    const Line* next = i + 1 < lines.size() ? &lines[i + 1] : nullptr;
    if (ReadOne(lines[i], entry, read, next)) ++i;
  }
}

void Context::ReadBlock(const Node& block, Rule entry, const std::function<void(const Node&)>& read) {
  if (block) ReadBlockAt(block.first_token(), entry, read);
}

void Context::ReadBlockAt(uint32_t brace, Rule entry, const std::function<void(const Node&)>& read) {
  if (brace == Token::kNoPartner || token(brace).partner == Token::kNoPartner) return;
  ReadLines(brace + 1, token(brace).partner, entry, read);
}

std::vector<Line> LinesOf(const std::vector<Token>& tokens, uint32_t begin, uint32_t end) {
  std::vector<Line> lines;
  uint32_t first = begin;
  for (uint32_t i = begin; i < end; ++i) {
    if (tokens[i].kind == Kind::kEnd) {
      if (i > first) lines.push_back({first, i});
      first = i + 1;
    } else if (tokens[i].partner != Token::kNoPartner && tokens[i].partner > i) {
      i = std::min(tokens[i].partner, end - 1);
    }
  }
  if (end > first) lines.push_back({first, end});
  return lines;
}

void ItemsOf(const std::vector<Token>& tokens, Line line, std::vector<Item>& items) {
  items.clear();
  for (uint32_t i = line.begin; i < line.end; ++i) {
    const Kind kind = tokens[i].kind;
    const bool text = kind == Kind::kStrOpen || kind == Kind::kBlockOpen;
    if (text || kind == Kind::kLc) {
      items.push_back({text ? Kind::kText : Kind::kBlock, i});
      i = tokens[i].partner;
    } else {
      items.push_back({kind, i});
    }
  }
  items.push_back({Kind::kEof, line.end});
}

uint32_t LastBlockOf(const Tree& tree) {
  for (size_t i = tree.items.size(); i-- > 0;) {
    if (tree.items[i].kind == Kind::kBlock) return tree.items[i].token;
  }
  return Token::kNoPartner;
}

}  // namespace saiten::parse
