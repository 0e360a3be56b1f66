#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/analyse/box.h"
#include "compiler/analyse/reach.h"
#include "compiler/check/program.h"
#include "compiler/diag/diagnostic.h"
#include "runtime/zone.h"

namespace saiten::analyse {

// A length of a fixed unit (seconds to weeks) beyond the range of a duration.
bool IsTooLong(const ast::Duration& duration);

// A value that the rules write out: raw as in compiler/types/type.h, of a text its number in this analysis.
struct Constant {
  int64_t raw = 0;
  Type type;
};

// Something that is compared: an expression, and which values it can have. Values of the sets are multiples of `unit`
// in raw units of the type: a score of whole points counts in 1000 milli-points, so that 49 and 50 are neighbours.
struct Subject {
  const ast::Expr* expr = nullptr;
  Type type;
  int64_t unit = 1;
  ValueSet domain;       // what it can be, unknown included if it is optional
  bool is_open = false;  // its values are not looked into (a set, a record): nothing can be said of it
};

// One part of a score and what it can add.
struct ScorePart {
  const ast::ScoreItem* item;
  Reach reach;
};
// What a score can come to, and what of it each part can add.
struct ScoreReach {
  Reach before_limits;  // the sum of the parts, or the formula
  Reach reach;
  std::vector<ScorePart> parts;
};

// What can be known of a checked program without data; shared by all analyses. Everything is computed once, on demand.
// Parts with an error are "anything".
class Facts {
 public:
  // `sink`: the errors found so far; nothing is claimed of what they touch.
  Facts(const check::CheckedProgram& program, const SourceSet& sources, const diag::Sink& sink);

  const check::CheckedProgram& program() const { return program_; }
  const Catalog& catalog() const { return program_.catalog; }
  Type TypeOf(const ast::Expr* expr) const { return program_.TypeOf(expr); }
  // The text as written, runs of white space as one blank.
  std::string Written(Location at) const;
  std::string_view Slice(Location at) const { return sources_.Slice(at); }
  // Whether an error lies in this place: what is there may not be all that was meant.
  bool IsBroken(Location at) const;
  // A module of the standard library: its path is in angle brackets. Projects use of it what they like.
  bool IsLibrary(FileId file) const { return sources_[file].path().starts_with('<'); }

  // ---- constants.cpp
  // The value of a literal, a member of an enum, a named value that is one of these, or arithmetic of them.
  std::optional<Constant> ConstantOf(const ast::Expr* expr);
  // Whether both sides are constants and the result is beyond every number (sem N7).
  bool Overflows(const ast::Arith& arith);
  // A date and a length that are constants, and the result is no date of the years 1 to 9999.
  bool MovesPastCalendar(const ast::Arith& arith);
  // The number of a text: texts that are equal by N3a have the same.
  int64_t NumberOfText(std::string_view text);
  // A limit, bound or points in milli-points.
  std::optional<int64_t> MilliOf(const ast::Expr* expr);

  // ---- subjects.cpp
  Subject SubjectOf(const ast::Expr* expr);
  // The values of `subject` for which `subject OP constant` holds; nothing if `constant` is none.
  std::optional<ValueSet> Where(const Subject& subject, ast::CompareOp op, const ast::Expr* constant);
  std::optional<ValueSet> WhereIn(const Subject& subject, const ast::RangeExpr& range);
  // A known value of the subject as the user would write it.
  std::string Spell(const Subject& subject, int64_t value);
  // A value for a counterexample: known if there is one, else `unknown`.
  std::string SpellSample(const Subject& subject, const ValueSet& set);
  // Two expressions of one rule with the same key have the same value for a record.
  std::string KeyOf(FileId file, const ast::Expr* expr) const;
  // The milli-points of the score (in steps of its reach) that make band `member`.
  ValueSet ScoresOfBand(uint32_t score, uint32_t member);
  Subject SubjectOfScore(uint32_t score, const ast::Expr* expr);

  // ---- patterns.cpp
  // What one row takes, over all its subjects. `exact` is false if a pattern is no constant: the row may take less.
  struct RowShape {
    Region region;
    bool exact = true;
    bool is_otherwise = false;
  };
  RowShape ShapeOf(const ast::MatchRow& row, const std::vector<Subject>& subjects);
  RowShape ShapeOf(const ast::Pattern& pattern, const std::vector<Subject>& subjects);
  // Every combination of values that the subjects can have.
  static Region AllOf(const std::vector<Subject>& subjects);

  // ---- ranges.cpp, score_ranges.cpp
  // Which numbers the expression can give, in the units of its type.
  Reach ReachOf(const ast::Expr* expr);
  const ScoreReach& ReachOfScore(uint32_t score);

 private:
  std::optional<Constant> ConstantOfArith(const ast::Arith& arith, bool* saturated);
  std::optional<ValueSet> CellSet(const ast::Pattern& pattern, const Subject& subject);
  Reach ReachOfArith(const ast::Arith& arith);
  Reach ReachOfCall(const ast::Call& call);
  Reach ReachOfAggregate(const ast::Aggregate& aggregate);
  Reach ReachOfSymbol(const check::Symbol& symbol);
  // Of the value of a let or the body of a fn.
  Reach ReachOfBody(const ast::Expr* body);
  // The reach of `expr` as a number of another scale.
  Reach ReachAs(const ast::Expr* expr, Type type);
  Reach ReachOfItem(const ast::ScoreItem& item);
  Reach ReachOfPoints(const ast::Expr* points);
  Reach ReachOfRows(const ast::Match& match);
  Reach Limit(Reach reach, const ast::Limits& limits);

  const check::CheckedProgram& program_;
  const SourceSet& sources_;
  const rt::Zone* zone_ = nullptr;
  std::vector<std::vector<uint32_t>> errors_;  // by file: where errors begin, rising
  std::vector<bool> granted_;                  // by score: a step grants points to it
  std::vector<std::string> texts_;
  std::unordered_map<std::string, int64_t> text_numbers_;
  std::vector<std::optional<ScoreReach>> scores_;
  std::vector<uint8_t> score_state_;
  // Of each let and each body of a fn once: what uses another twice would double with each step.
  std::unordered_map<uint32_t, std::optional<Constant>> let_constants_;
  std::unordered_map<const ast::Expr*, Reach> body_reaches_;
  int depth_ = 0;  // of lets and fns followed
};

}  // namespace saiten::analyse
