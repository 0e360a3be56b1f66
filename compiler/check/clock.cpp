#include "compiler/check/checker.h"

// What depends on the clock: a test that looks at it must say what time it is.
namespace saiten::check {

using diag::Code;

void Checker::UsesClock() {
  if (!current_node_) return;
  if (clock_nodes_.size() <= *current_node_) clock_nodes_.resize(*current_node_ + 1);
  clock_nodes_[*current_node_] = true;
}

void Checker::BeginTest() {
  const uint32_t node = NodeId({Node::Kind::kSegment, static_cast<uint32_t>(program_.segments.size())});
  if (uses_.size() <= node) uses_.resize(node + 1);
  if (clock_nodes_.size() <= node) clock_nodes_.resize(node + 1);
  uses_[node].clear();
  clock_nodes_[node] = false;
  current_node_ = node;
}

bool Checker::TestUsesClock() const {
  std::vector<bool> seen(uses_.size());
  std::vector<uint32_t> open = {*current_node_};
  while (!open.empty()) {
    const uint32_t node = open.back();
    open.pop_back();
    if (seen[node]) continue;
    seen[node] = true;
    if (node < clock_nodes_.size() && clock_nodes_[node]) return true;
    open.insert(open.end(), uses_[node].begin(), uses_[node].end());
  }
  return false;
}

void Checker::ReportNoClock(const ast::TestLine& line) {
  sink_.Report(Code::kTestNeedsNow, At(line.span))
      .Note("say what time it is at the beginning of the test: `now 2026-06-30 09:00`",
            "テストの最初に時刻を書いてください(例: `now 2026-06-30 09:00`)");
}

}  // namespace saiten::check
