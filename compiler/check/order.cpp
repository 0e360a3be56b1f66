#include <algorithm>

#include "compiler/check/checker.h"

// The graph of what uses what: order of computation, and cycles (sem SC1a).
namespace saiten::check {
namespace {

using diag::Code;

// Where a cycle is long, this many of its declarations are named.
constexpr size_t kNamedInCycle = 8;

// A `let` and a `fn` are put in place of their names, one inside the other: how deep that may go. A `let` is computed
// once for a record; a `fn` once for each set of arguments, so this many uses of fns inside fns may be written.
// People stay under 10 and 100; the limits keep the stack and the memory whole.
constexpr uint32_t kMaxUseDepth = 1'000;
constexpr uint64_t kMaxUses = 100'000;

struct InPlace {
  uint32_t depth = 0;
  uint64_t uses = 0;
};

}  // namespace

uint32_t Checker::NodeId(Node node) const {
  uint32_t base = 0;
  switch (node.kind) {
    case Node::Kind::kSegment:
      base += static_cast<uint32_t>(program_.tables.size());
      [[fallthrough]];
    case Node::Kind::kTable:
      base += static_cast<uint32_t>(program_.grids.size());
      [[fallthrough]];
    case Node::Kind::kGrid:
      base += static_cast<uint32_t>(program_.scores.size());
      [[fallthrough]];
    case Node::Kind::kScore:
      base += static_cast<uint32_t>(program_.fns.size());
      [[fallthrough]];
    case Node::Kind::kFn:
      base += static_cast<uint32_t>(program_.lets.size());
      [[fallthrough]];
    case Node::Kind::kLet:
      break;
  }
  return base + node.index;
}

std::string Checker::NodeName(Node node) const {
  switch (node.kind) {
    case Node::Kind::kLet:
      return std::string(program_.lets[node.index].decl->name.text);
    case Node::Kind::kFn:
      return std::string(program_.fns[node.index].decl->name.text);
    case Node::Kind::kScore:
      return std::string(program_.scores[node.index].decl->name.text);
    case Node::Kind::kGrid:
      return std::string(program_.grids[node.index].decl->name.text);
    case Node::Kind::kTable:
      return std::string(program_.tables[node.index].decl->name.text);
    case Node::Kind::kSegment:
      return std::string(program_.segments[node.index].decl->name.text);
  }
  return {};
}

Location Checker::NodeLocation(Node node) const {
  switch (node.kind) {
    case Node::Kind::kLet:
      return {program_.lets[node.index].file, program_.lets[node.index].decl->name.span};
    case Node::Kind::kFn:
      return {program_.fns[node.index].file, program_.fns[node.index].decl->name.span};
    case Node::Kind::kScore:
      return {program_.scores[node.index].file, program_.scores[node.index].decl->name.span};
    case Node::Kind::kGrid:
      return {program_.grids[node.index].file, program_.grids[node.index].decl->name.span};
    case Node::Kind::kTable:
      return {program_.tables[node.index].file, program_.tables[node.index].decl->name.span};
    case Node::Kind::kSegment:
      return {program_.segments[node.index].file, program_.segments[node.index].decl->name.span};
  }
  return {};
}

void Checker::Use(Node node) {
  const size_t count = NodeId({Node::Kind::kSegment, static_cast<uint32_t>(program_.segments.size())});
  if (uses_.size() < count) uses_.resize(count);
  if (current_node_) uses_[*current_node_].push_back(NodeId(node));
}

Type Checker::TypeOfLet(uint32_t index) {
  Use({Node::Kind::kLet, index});
  CheckLet(index);
  return program_.lets[index].type;
}

void Checker::CheckLet(uint32_t index) {
  if (let_state_.size() < program_.lets.size()) let_state_.resize(program_.lets.size());
  // Done, or a cycle or a chain of uses that OrderComputed reports.
  if (let_state_[index] != 0 || use_depth_ > kMaxUseDepth) return;
  ++use_depth_;
  let_state_[index] = 1;
  LetInfo& let = program_.lets[index];
  const auto node = std::exchange(current_node_, NodeId({Node::Kind::kLet, index}));
  const FileId file = std::exchange(file_, let.file);
  Scope scope;
  if (let.decl->object.valid()) scope.frames.push_back(Type::Ref(let.object));
  const Type type = let.decl->object.valid() && !let.object.valid() ? Type::Error() : Expr(let.decl->value, scope);
  program_.lets[index].type = type;
  file_ = file;
  current_node_ = node;
  let_state_[index] = 2;
  --use_depth_;
}

void Checker::CheckFn(uint32_t index) {
  if (fn_state_.size() < program_.fns.size()) fn_state_.resize(program_.fns.size());
  if (fn_state_[index] != 0 || use_depth_ > kMaxUseDepth) return;
  ++use_depth_;
  fn_state_[index] = 1;
  FnInfo& fn = program_.fns[index];
  const auto node = std::exchange(current_node_, NodeId({Node::Kind::kFn, index}));
  const FileId file = std::exchange(file_, fn.file);
  for (const ast::Param& param : fn.decl->params) fn.params.push_back(ResolveType(param.type));
  Scope scope;
  scope.params = fn.decl->params;
  scope.param_types = fn.params;
  fn.result = Expr(fn.decl->body, scope);
  file_ = file;
  current_node_ = node;
  fn_state_[index] = 2;
  --use_depth_;
}

void Checker::OrderComputed() {
  const size_t count = NodeId({Node::Kind::kSegment, static_cast<uint32_t>(program_.segments.size())});
  uses_.resize(count);
  std::vector<Node> nodes(count);
  auto fill = [&](Node::Kind kind, size_t n) {
    for (uint32_t i = 0; i < n; ++i) nodes[NodeId({kind, i})] = {kind, i};
  };
  fill(Node::Kind::kLet, program_.lets.size());
  fill(Node::Kind::kFn, program_.fns.size());
  fill(Node::Kind::kScore, program_.scores.size());
  fill(Node::Kind::kGrid, program_.grids.size());
  fill(Node::Kind::kTable, program_.tables.size());
  fill(Node::Kind::kSegment, program_.segments.size());
  // Depth first without recursion: a chain of thousands of scores must not overflow the stack.
  std::vector<uint8_t> state(count);  // 0 new, 1 on the path, 2 done
  std::vector<InPlace> in_place(count);
  for (uint32_t start = 0; start < count; ++start) {
    if (state[start] != 0) continue;
    std::vector<std::pair<uint32_t, size_t>> path = {{start, 0}};
    state[start] = 1;
    while (!path.empty()) {
      auto& [node, next] = path.back();
      if (next < uses_[node].size()) {
        const uint32_t used = uses_[node][next++];
        if (state[used] == 0) {
          state[used] = 1;
          path.push_back({used, 0});
        } else if (state[used] == 1) {
          ReportCycle(nodes, path, used);
        }
        continue;
      }
      state[node] = 2;
      const Node done = nodes[node];
      InPlace& own = in_place[node];
      for (uint32_t used : uses_[node]) {
        const bool is_fn = nodes[used].kind == Node::Kind::kFn;
        if (nodes[used].kind != Node::Kind::kLet && !is_fn) continue;
        own.depth = std::max(own.depth, in_place[used].depth + 1);
        if (is_fn) own.uses = std::min(kMaxUses + 1, own.uses + in_place[used].uses + 1);
      }
      // Said once, where the limit is passed, not by everything that builds on it.
      const bool in_place_itself = done.kind == Node::Kind::kLet || done.kind == Node::Kind::kFn;
      if (own.depth > kMaxUseDepth && in_place_itself) {
        sink_.Report(Code::kUsedTooDeep, NodeLocation(done), {NodeName(done), std::to_string(kMaxUseDepth)});
        own = {};
      } else if (own.uses > kMaxUses) {
        sink_.Report(Code::kUsedTooOften, NodeLocation(done), {NodeName(done), std::to_string(kMaxUses)});
        own = {};
      }
      path.pop_back();
      switch (done.kind) {
        case Node::Kind::kLet:
        case Node::Kind::kFn:
          break;
        case Node::Kind::kScore:
          program_.order.push_back({Computed::Kind::kScore, done.index});
          break;
        case Node::Kind::kGrid:
          program_.order.push_back({Computed::Kind::kGrid, done.index});
          break;
        case Node::Kind::kTable:
          program_.order.push_back({Computed::Kind::kTable, done.index});
          break;
        case Node::Kind::kSegment:
          program_.order.push_back({Computed::Kind::kSegment, done.index});
          break;
      }
    }
  }
}

// `path` is how the search came to a node that uses `used`, which is on the path already.
void Checker::ReportCycle(std::span<const Node> nodes, std::span<const std::pair<uint32_t, size_t>> path,
                          uint32_t used) {
  const auto from = std::ranges::find(path, used, &std::pair<uint32_t, size_t>::first);
  const auto round = std::span(from, path.end());
  std::string names;
  for (const auto& [node, next] : round.first(std::min(round.size(), kNamedInCycle)))
    names += NodeName(nodes[node]) + " -> ";
  if (round.size() > kNamedInCycle) names += "... -> ";
  auto builder = sink_.Report(Code::kCycle, NodeLocation(nodes[used]), {names + NodeName(nodes[used])});
  for (const auto& [node, next] : round.first(std::min(round.size(), kNamedInCycle)).subspan(1)) {
    builder.Other(NodeLocation(nodes[node]), "through this", "これを経由します");
  }
}

}  // namespace saiten::check
