#include "compiler/parse/tree.h"

namespace saiten::parse {

Node Node::First() const {
  if (!tree_ || index_ + 1 >= entry().end) return {};
  return {*tree_, index_ + 1};
}

Node Node::Next(const Node& child) const {
  const uint32_t next = child.entry().end;
  return next < entry().end ? Node(*tree_, next) : Node();
}

Node Node::Find(uint16_t id, bool is_token, int n) const {
  for (Node child = First(); child; child = Next(child)) {
    const Tree::Entry& e = child.entry();
    if (e.id != id || e.is_token != is_token || (!tree_->ok && child.empty())) continue;
    if (n-- == 0) return child;
  }
  return {};
}

std::vector<Node> Node::Children() const {
  std::vector<Node> all;
  for (Node child = First(); child; child = Next(child)) all.push_back(child);
  return all;
}

std::vector<Node> Node::Children(Rule rule) const {
  std::vector<Node> all;
  for (Node child = First(); child; child = Next(child)) {
    if (child.Is(rule) && (tree_->ok || !child.empty())) all.push_back(child);
  }
  return all;
}

}  // namespace saiten::parse
