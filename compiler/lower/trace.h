#pragma once

#include <cstdint>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/ir/ir.h"

// Which value of the IR belongs to which clause of the rules: what `why` reads after the interpreter has run a row. Of
// the program as lowered; the optimiser renumbers values, so explanations run the program without it.
namespace saiten::lower {

// What an expression came to. An expression that is written once may be lowered more often (lets, functions); then it
// stands here once for each, in the order of evaluation.
struct TracedExpr {
  const ast::Expr* expr = nullptr;
  ir::ValueId value;
  bool in_block = false;  // of each element of a list: read it through Interpreter::Recorded
};

// One line of an explanation. Contributions add up exactly: the `points` of the children, plus what the limit changes
// (points - sum), are the `points` of the node (sem SC9). Invalid ids: the line has no such value.
struct ScoreNode {
  enum class Kind : uint8_t {
    kScore,    // the whole score; children are groups and rules
    kFormula,  // `= fit + behaviour`
    kGroup,
    kWhen,        // condition; `raw` the points if it holds; `steps`: of `and -10 more every`
    kPer,         // list, count, and for each occurrence raw_each, points_each
    kPerWithout,  // the same over the ends of stretches
    kMatch,       // children are rows
    kRow,         // condition; raw
    kGranted,     // granted points, as kPer; without an item where the score has no rule for them
    kRunning,     // children's points are what their occurrences would add; the rest is the limit at work
  };
  Kind kind = Kind::kScore;
  const ast::ScoreItem* item = nullptr;  // not of kScore, kFormula, kRow
  const ast::MatchRow* row = nullptr;
  Span span;
  ir::ValueId condition;    // bool
  ir::ValueId raw;          // points before the condition is asked
  ir::ValueId steps;        // int
  ir::ValueId matching;     // list: occurrences before `distinct by` and `at most`
  ir::ValueId list;         // list: those that count
  ir::ValueId raw_each;     // in the block over `list`: points before decay
  ir::ValueId points_each;  // in the block over `list`: points that are added
  ir::ValueId sum;          // before max and min; invalid where the node has none
  ir::ValueId points;       // the contribution, after max and min
  std::vector<ScoreNode> children;
};

// What was lowered for one declaration (or one extra expression): the kernel that computes it and its values.
struct ItemTrace {
  uint32_t kernel = 0;
  std::vector<TracedExpr> exprs;
  ScoreNode score;          // of scores
  ir::ValueId reset_after;  // of scores with `reset on`: the latest instant of those events, before kMinInstant if none
  std::vector<ir::ValueId> conditions;  // of the rows of grids and tables
  std::vector<ir::ValueId> columns;     // of tables: what each column gives; invalid where it is not stored
  // Of scores in whose bands one has `leave below`: the band of the run before (may be unknown), the one that the total
  // alone would give, and the result.
  ir::ValueId previous_band;
  ir::ValueId pure_band;
  ir::ValueId band;
  ir::ValueId value;  // the score's total, the grid's label, the segment's truth, an extra's value
};

// Of every declaration, by its index in the checked program.
struct Trace {
  std::vector<ItemTrace> scores;  // numbered as in the checked program
  std::vector<ItemTrace> grids;
  std::vector<ItemTrace> tables;
  std::vector<ItemTrace> segments;
  std::vector<ItemTrace> extras;  // numbered as in LowerOptions
  std::vector<ItemTrace> levels;  // numbered as in LowerResult
  std::vector<ItemTrace> asked;   // by Program::asked, whose number is `kernel` here
};

}  // namespace saiten::lower
