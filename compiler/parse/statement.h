#pragma once

#include <memory>
#include <vector>

#include "compiler/parse/tree.h"

namespace saiten::parse {

// ANTLR's parser, a statement at a time. Never throws.
class StatementParser {
 public:
  StatementParser();
  ~StatementParser();

  // Reads `tree.items` (which ends with kEof) as `entry`, one of the entry rules of the grammar. Fast prediction first,
  // the full one where that fails. On a mistake the tree holds what was read before it.
  void Parse(Rule entry, Tree& tree);
  // Does it fit? For trying out a repair: fast prediction only, keeps no tree. `reached` as in Tree.
  bool Fits(Rule entry, const std::vector<Item>& items, uint32_t* reached = nullptr);
  // Counts decisions with more than one reading (for the test of the grammar); the words tell which.
  std::vector<std::string> AmbiguitiesOf(Rule entry, const std::vector<Item>& items);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace saiten::parse
