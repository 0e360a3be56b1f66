#pragma once

#include <cstdint>
#include <vector>

#include "compiler/parse/token.h"

namespace saiten::parse {

// A token as the parser sees it: TEXT and BLOCK stand for all up to the partner of `token`.
struct Item {
  Kind kind = Kind::kEof;
  uint32_t token = 0;  // in Layout::tokens
};

// How one statement was read: its rules and tokens, without gaps, in the order of the text.
struct Tree {
  struct Entry {
    uint16_t id = 0;  // Kind or Rule
    bool is_token = false;
    uint32_t item = 0;      // the first item it covers
    uint32_t item_end = 0;  // one past the last
    uint32_t end = 0;       // one past its last descendant in `entries`
  };
  std::vector<Item> items;  // the last is kEof
  std::vector<Entry> entries;
  bool ok = false;
  // If !ok: the item that did not fit, and the furthest item that was looked at. The mistake is mostly at the second:
  // the parser gives up a whole part when it cannot be finished, and then stumbles over its first word.
  uint32_t failed_at = 0;
  uint32_t reached = 0;
  uint32_t consumed = 0;  // one past the last item that was read
};

// A place in a Tree; an empty one stands for a missing part and has no children.
class Node {
 public:
  Node() = default;
  Node(const Tree& tree, uint32_t index) : tree_(&tree), index_(index) {}

  explicit operator bool() const { return tree_ != nullptr; }
  bool Is(Rule rule) const { return tree_ && !entry().is_token && entry().id == static_cast<uint16_t>(rule); }
  bool Is(Kind kind) const { return tree_ && entry().is_token && entry().id == static_cast<uint16_t>(kind); }
  bool IsToken() const { return tree_ && entry().is_token; }
  Rule rule() const { return static_cast<Rule>(entry().id); }
  Kind kind() const { return IsToken() ? static_cast<Kind>(entry().id) : Kind::kNil; }
  const Tree& tree() const { return *tree_; }
  // Index in Layout::tokens of the first and of the last token it covers.
  uint32_t first_token() const { return tree_->items[entry().item].token; }
  uint32_t last_token() const {
    return tree_->items[entry().item_end > entry().item ? entry().item_end - 1 : entry().item].token;
  }
  // Was the statement broken off right behind it? What is there may be only a part of what was meant.
  bool BrokenOff() const { return tree_ && !tree_->ok && entry().item_end >= tree_->consumed; }
  bool empty() const { return !tree_ || entry().item == entry().item_end; }

  // The n-th child that is this rule or token; empty if there is none.
  Node Child(Rule rule, int n = 0) const { return Find(static_cast<uint16_t>(rule), false, n); }
  Node Child(Kind kind, int n = 0) const { return Find(static_cast<uint16_t>(kind), true, n); }
  bool Has(Kind kind) const { return static_cast<bool>(Child(kind)); }
  // The first child, and the one behind this.
  Node First() const;
  Node Next(const Node& child) const;
  std::vector<Node> Children() const;
  std::vector<Node> Children(Rule rule) const;

 private:
  const Tree::Entry& entry() const { return tree_->entries[index_]; }
  Node Find(uint16_t id, bool is_token, int n) const;

  const Tree* tree_ = nullptr;
  uint32_t index_ = 0;
};

}  // namespace saiten::parse
