#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "compiler/analyse/facts.h"
#include "compiler/diag/diagnostic.h"

namespace saiten::analyse {

// Looks at the rows of one `match`, grid or table. Rows whose patterns are no constants take an unknown part of the
// values and are left out of every claim.
class RowChecker {
 public:
  enum class Place : uint8_t {
    kScoreMatch,  // results are points; a value without a row adds nothing
    kMatchAll,    // every row that fits adds its points, so rows may meet
    kExpression,
    kGrid,
    kTable,
    kSteps,  // of a `match` of a workflow: a value without a row goes on behind it
  };

  RowChecker(Facts& facts, diag::Sink& sink, FileId file, Place place, std::span<const ast::Expr* const> subjects,
             std::span<const ast::MatchRow> rows);
  // `at` is where a missing case is reported.
  void Run(Location at);

 private:
  void CheckNeverSeen(const ast::MatchRow& row);
  void ReportNeverSeen(const ast::Pattern& cell, const Subject& subject);
  void CheckRow(size_t index);
  // `alive`: what of the row is not wholly taken by single rows above it.
  void CheckOverlap(size_t index, const Region& alive);
  void CheckGaps();
  void CheckMissing(Location at);
  void CheckUnknown();

  Location At(Span span) const { return {file_, span}; }
  void Join(Region& region, const Region& more) const;
  Span PatternSpan(const ast::MatchRow& row) const;
  std::string ResultOf(const ast::MatchRow& row) const;
  bool SameResult(const ast::MatchRow& a, const ast::MatchRow& b) const;
  std::vector<std::pair<std::string, std::string>> Example(const Box& box) const;
  std::string ExampleText(const Box& box) const;
  const ast::MatchRow* FirstTaking(const Region& region, size_t before) const;
  std::string SpellInterval(const Subject& subject, const Interval& interval) const;

  Facts& facts_;
  diag::Sink& sink_;
  FileId file_;
  Place place_;
  std::span<const ast::MatchRow> rows_;
  std::vector<Subject> subjects_;
  std::vector<Facts::RowShape> shapes_;
  Region taken_;  // by the rows above the one looked at
  bool broken_ = false;
};

}  // namespace saiten::analyse
