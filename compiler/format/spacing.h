#pragma once

#include <vector>

#include "compiler/format/statement.h"
#include "compiler/parse/tree.h"

namespace saiten::format {

// Where a word stands: the rule it is a child of, the innermost one that it shares with the word before it, and which
// child of this one it begins.
struct Place {
  parse::Rule rule = parse::Rule::kDeclaration;
  parse::Rule shared = parse::Rule::kDeclaration;
  parse::Rule child = parse::Rule::kDeclaration;  // == shared where it is the word itself
  bool in_brackets = false;                       // round or square ones
};

// Spaces between two words of one line.
uint32_t GapBetween(parse::Kind left, const Place& left_at, parse::Kind right, const Place& right_at);

// Whether a line may end between them. The layout of the language decides where it can (compiler/parse/layout.h), this
// says where it reads well.
Breaking BreakingBetween(parse::Kind left, parse::Kind right, const Place& right_at);

// The children of a node in the order that language.md shows them in, options first of all.
std::vector<parse::Node> InOrder(const parse::Node& node);

// What the braces of a node hold: the entry rule of their lines (grammar/RulesParser.g4 names it beside each).
parse::Rule EntryOf(const parse::Node& parent);

// Whether several things of this rule may share a line: members, rows, bands, properties, fields.
bool IsItem(parse::Rule rule);

}  // namespace saiten::format
