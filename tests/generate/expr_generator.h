#pragma once

#include <string>

#include "tests/generate/generator.h"

namespace saiten::test {

// The types that generated expressions have.
enum class GenType { kBool, kInt, kDecimal, kKind, kLevel, kText, kDate, kTime, kMoney };

// An expression as rules and, if it can be said, as SQL over the row `c` (contacts), `v` (companies) or `e` (an event).
struct GenExpr {
  std::string text;
  std::string sql;
  bool optional = false;
};

// Whose bare names may be used.
enum class GenFrame { kContact, kCompany, kPing };

// Makes one expression after the other from a Random; depth bounds the size.
class ExprGenerator {
 public:
  explicit ExprGenerator(Random& random) : random_(random) {}
  GenExpr Bool(GenFrame frame, int depth);
  GenExpr Int(GenFrame frame, int depth);
  GenExpr Value(GenType type, GenFrame frame, int depth);

 private:
  GenExpr Compare(GenFrame frame, int depth);
  GenExpr Membership(GenFrame frame, int depth);
  GenExpr TextTest(GenFrame frame, int depth);
  GenExpr Aggregate(GenFrame frame, int depth);
  GenExpr Window(GenFrame frame);
  GenExpr Leaf(GenType type, GenFrame frame);
  GenExpr Literal(GenType type);
  // Makes an optional value known with `else`, or leaves it.
  GenExpr Known(GenExpr expr, GenType type, GenFrame frame);

  Random& random_;
};

}  // namespace saiten::test
