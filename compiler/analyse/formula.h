#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/analyse/facts.h"

namespace saiten::analyse {

// What a condition can come out as: any of these bits (sem N4).
using Truths = uint8_t;
inline constexpr Truths kTrue = 1;
inline constexpr Truths kFalse = 2;
inline constexpr Truths kUnknown = 4;

// A condition as a formula over tests of subjects. A test is true for the values of one set, false for those of
// another, unknown for the rest.
struct Formula {
  enum class Kind : uint8_t { kTest, kConstant, kAnd, kOr, kNot, kElse };
  Kind kind = Kind::kTest;
  const ast::Expr* expr = nullptr;
  size_t subject = 0;  // kTest
  ValueSet when_true;
  ValueSet when_false;
  bool constant = false;
  std::vector<std::unique_ptr<Formula>> parts;
  std::vector<size_t> subjects;  // of the whole formula, rising
};

// Builds formulas of one condition and finds out what they can come out as, for all records together.
class FormulaBuilder {
 public:
  FormulaBuilder(Facts& facts, FileId file) : facts_(facts), file_(file) {}

  std::unique_ptr<Formula> Build(const ast::Expr* expr);
  // Of an expression that stands in another file and is about the same record: the condition of a segment.
  std::unique_ptr<Formula> Build(const ast::Expr* expr, FileId file) {
    const FileId own = std::exchange(file_, file);
    auto formula = Build(expr);
    file_ = own;
    return formula;
  }
  // Which results are possible. Exact where the tests of one subject are few; else everything.
  Truths Possible(const Formula& formula) const;
  // The same of several formulas joined by `and` or `or`.
  Truths PossibleOf(const std::vector<const Formula*>& parts, bool is_and) const;
  const Subject& subject(size_t index) const { return subjects_[index]; }
  // The parts of tests that are no conditions: they may hold conditions of their own.
  const std::vector<const ast::Expr*>& leaves() const { return leaves_; }

 private:
  std::unique_ptr<Formula> Test(const ast::Expr* expr, Subject subject, std::string key, const ValueSet& when_true,
                                const ast::TestSuffix& suffix, bool negated);
  std::unique_ptr<Formula> Opaque(const ast::Expr* expr, std::string key, ValueSet truths,
                                  const ast::TestSuffix& suffix, bool negated);
  std::unique_ptr<Formula> BuildLogic(const ast::Logic& logic);
  std::unique_ptr<Formula> BuildCompare(const ast::Compare& compare);
  std::unique_ptr<Formula> BuildIn(const ast::In& in);
  std::unique_ptr<Formula> BuildIsKnown(const ast::IsKnown& test);
  std::unique_ptr<Formula> BuildDifference(const ast::Compare& compare);
  // The subject behind an expression; a band stands for the score it is made of.
  Subject SubjectFor(const ast::Expr* expr, std::string* key) const;
  std::optional<ValueSet> SetFor(const ast::Expr* subject_expr, const Subject& subject, ast::CompareOp op,
                                 const ast::Expr* constant) const;
  Truths Enumerate(const std::vector<const Formula*>& parts, bool is_and) const;

  Facts& facts_;
  FileId file_;
  std::vector<Subject> subjects_;
  std::unordered_map<std::string, size_t> by_key_;
  std::vector<const ast::Expr*> leaves_;
};

}  // namespace saiten::analyse
