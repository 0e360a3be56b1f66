#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "compiler/analyse/analyses.h"
#include "compiler/analyse/formula.h"
#include "compiler/analyse/walk.h"

// Conditions that can only come out one way, reported at the smallest part that shows it.
namespace saiten::analyse {
namespace {

using diag::Code;

class ConditionChecker {
 public:
  ConditionChecker(Facts& facts, diag::Sink& sink, FileId file) : facts_(facts), sink_(sink), file_(file) {}

  // Any expression; `whole`: it is a condition of its own, so that a plain `true` is what was meant.
  void Visit(const ast::Expr* expr, bool whole) {
    if (!expr) return;
    const ast::Expr* bare = Bare(expr);
    if (!IsCondition(bare)) {
      ForEachChild(bare, [&](const ast::Expr* child) { Visit(child, true); });
      return;
    }
    if (whole && IsTrue(bare)) return;
    FormulaBuilder builder(facts_, file_);
    const auto formula = builder.Build(bare);
    if (!facts_.TypeOf(bare).is_error() && !facts_.IsBroken(At(bare))) Check(builder, *formula);
    std::unordered_set<const ast::Expr*> seen;
    for (const ast::Expr* leaf : builder.leaves()) {
      if (!leaf || !seen.insert(leaf).second) continue;
      // A leaf that is no test itself, like `exists(...)`: what is inside it.
      if (Bare(leaf) == bare || !IsCondition(Bare(leaf))) {
        ForEachChild(Bare(leaf), [&](const ast::Expr* child) { Visit(child, true); });
      } else {
        Visit(leaf, true);
      }
    }
  }

  // A whole condition that is `false`; `true` is how a rule for every record is written.
  void CheckLiteral(const ast::Expr* expr) {
    auto* literal = ast::As<ast::BoolLit>(Bare(expr));
    if (literal && !literal->value) sink_.Report(Code::kNeverTrue, At(expr));
  }

 private:
  static bool IsTrue(const ast::Expr* expr) {
    auto* literal = ast::As<ast::BoolLit>(expr);
    return literal && literal->value;
  }

  bool IsCondition(const ast::Expr* expr) const {
    using ast::ExprKind;
    const ExprKind kind = expr->kind;
    if (kind == ExprKind::kElse) return facts_.TypeOf(expr).is(TypeKind::kBool);
    // A literal `true` or `false` by itself is a value as often as a condition.
    return kind == ExprKind::kLogic || kind == ExprKind::kNot || kind == ExprKind::kCompare || kind == ExprKind::kIn ||
           kind == ExprKind::kIsKnown;
  }

  Location At(const ast::Expr* expr) const { return {file_, expr->span}; }

  // Reports the parts first; true if something was reported.
  bool Check(const FormulaBuilder& builder, const Formula& formula) {
    bool reported = false;
    for (const auto& part : formula.parts) {
      // The `false` of `unsubscribed else false` is what is taken for unknown, not a condition of its own.
      const bool value = formula.kind == Formula::Kind::kElse && part->expr && ast::As<ast::BoolLit>(Bare(part->expr));
      if (!value) reported |= Check(builder, *part);
    }
    if (reported || !formula.expr || facts_.TypeOf(formula.expr).is_error()) return reported;
    const Truths possible = builder.Possible(formula);
    if (!(possible & kTrue)) {
      ReportNever(builder, formula);
      return true;
    }
    if (possible == kTrue) {
      ReportAlways(builder, formula);
      return true;
    }
    const bool only_known = !(possible & kFalse) && formula.subjects.size() == 1 &&
                            formula.kind != Formula::Kind::kNot && !SaysKnown(formula);
    if (only_known) {
      ReportOnlyKnown(builder, formula, At(formula.expr));
      return true;
    }
    return formula.kind == Formula::Kind::kOr && CheckPairsForKnown(builder, formula);
  }

  // `x > 3 or x <= 3 or y`: two parts that together only say that x is known.
  bool CheckPairsForKnown(const FormulaBuilder& builder, const Formula& formula) {
    for (size_t j = 1; j < formula.parts.size() && formula.parts.size() < 50; ++j) {
      for (size_t i = 0; i < j; ++i) {
        const Formula& a = *formula.parts[i];
        const Formula& b = *formula.parts[j];
        if (a.kind != Formula::Kind::kTest || b.kind != Formula::Kind::kTest || a.subject != b.subject) continue;
        if (SaysKnown(a) || SaysKnown(b) || (builder.PossibleOf({&a, &b}, false) & kFalse)) continue;
        ReportOnlyKnown(builder, b, At(b.expr), &a);
        return true;
      }
    }
    return false;
  }

  // `x is known` and tests without a set, which may always be true as far as is known here.
  static bool SaysKnown(const Formula& formula) { return formula.expr->kind == ast::ExprKind::kIsKnown; }

  // Two parts that settle the whole by themselves; null if it takes more of them.
  std::pair<const Formula*, const Formula*> Pair(const FormulaBuilder& builder, const Formula& formula, bool never) {
    const bool is_and = formula.kind == Formula::Kind::kAnd;
    for (size_t j = 1; j < formula.parts.size(); ++j) {
      for (size_t i = 0; i < j; ++i) {
        const Formula* a = formula.parts[i].get();
        const Formula* b = formula.parts[j].get();
        if (!std::ranges::any_of(a->subjects, [&](size_t s) { return std::ranges::binary_search(b->subjects, s); }))
          continue;
        const Truths possible = builder.PossibleOf({a, b}, is_and);
        if (never ? !(possible & kTrue) : !(possible & kFalse)) return {a, b};
      }
    }
    return {nullptr, nullptr};
  }

  void ReportNever(const FormulaBuilder& builder, const Formula& formula) {
    auto* in = ast::As<ast::In>(formula.expr);
    auto* range = in && !in->negated ? ast::As<ast::RangeExpr>(Bare(in->set)) : nullptr;
    if (range && ReportEmptyRange(facts_, sink_, range, At(in->set))) return;
    if (formula.kind == Formula::Kind::kAnd) {
      auto [first, second] = Pair(builder, formula, true);
      if (second) return ReportPair(Code::kNeverBoth, *first, *second);
    }
    auto report = sink_.Report(Code::kNeverTrue, At(formula.expr));
    Explain(builder, formula, report);
  }

  void ReportAlways(const FormulaBuilder& builder, const Formula& formula) {
    if (formula.kind == Formula::Kind::kOr) {
      auto [first, second] = Pair(builder, formula, false);
      if (second) return ReportPair(Code::kAlwaysEither, *first, *second);
    }
    auto report = sink_.Report(Code::kAlwaysTrue, At(formula.expr));
    Explain(builder, formula, report);
  }

  void ReportPair(Code code, const Formula& first, const Formula& second) {
    sink_.Report(code, At(second.expr), {facts_.Written(At(first.expr))})
        .Other(At(first.expr), "the other condition", "もう一方の条件");
  }

  void ReportOnlyKnown(const FormulaBuilder& builder, const Formula& formula, Location at,
                       const Formula* with = nullptr) {
    const Subject& subject = builder.subject(formula.subjects[0]);
    const std::string name = facts_.Written(At(subject.expr));
    auto report = sink_.Report(Code::kOnlyKnown, at, {name});
    if (with) {
      report.Caret("together with the other condition", "もう一方の条件と合わせて");
      report.Other(At(with->expr), "the other condition", "もう一方の条件");
    } else {
      report.Fix("say that", "そのことを書く", {{at, name + " is known"}}, diag::FixSafety::kUnsafe);
    }
    report.Counterexample({{name, "unknown"}});
  }

  // What the subject of a single test can be.
  void Explain(const FormulaBuilder& builder, const Formula& formula, diag::Sink::Builder& report) {
    if (formula.kind != Formula::Kind::kTest) return;
    const Subject& subject = builder.subject(formula.subject);
    const auto& intervals = subject.domain.intervals();
    if (subject.type.is(TypeKind::kBool) || subject.type.is(TypeKind::kText) || subject.is_open) return;
    const std::string name = facts_.Written(At(subject.expr));
    if (subject.type.is(TypeKind::kEnum)) {
      report.Note("every member is named here or left out", "すべての値がここで決まっています");
      return;
    }
    if (intervals.empty()) return;
    const Interval all = ValueSet::AllKnown().intervals()[0];
    const std::string low = intervals.front().low == all.low ? "" : facts_.Spell(subject, intervals.front().low);
    const std::string high = intervals.back().high == all.high ? "" : facts_.Spell(subject, intervals.back().high);
    if (low.empty() && high.empty()) {
      report.Note(fmt::format("`{}` is always a multiple of the smallest unit it can have", name),
                  fmt::format("`{}` はこの値になりません", name));
      return;
    }
    const std::string range = low == high ? low : low + ".." + high;
    const check::Symbol symbol = facts_.program().InfoOf(Bare(subject.expr)).symbol;
    if (symbol.kind == check::Symbol::Kind::kScore || symbol.kind == check::Symbol::Kind::kBand) {
      const check::ScoreInfo& score = facts_.program().scores[symbol.index];
      report.Other({score.file, score.decl->name.span}, fmt::format("this score lies in {}", range),
                   fmt::format("このスコアの範囲は {} です", range));
    } else {
      report.Note(fmt::format("`{}` lies in `{}`", name, range), fmt::format("`{}` の範囲は `{}` です", name, range));
    }
  }

  Facts& facts_;
  diag::Sink& sink_;
  FileId file_;
};

}  // namespace

void AnalyseConditions(Facts& facts, diag::Sink& sink) {
  for (const auto& file : facts.program().files) {
    ConditionChecker checker(facts, sink, file->id);
    for (const ast::Decl* decl : file->decls) {
      if (decl->kind == ast::DeclKind::kTest) continue;
      if (auto* segment = ast::As<ast::SegmentDecl>(decl)) checker.CheckLiteral(segment->condition);
      if (auto* score = ast::As<ast::ScoreDecl>(decl)) {
        ForEachItem(score->items, [&](const ast::ScoreItem& item) {
          if (auto* rule = ast::As<ast::WhenRule>(&item)) checker.CheckLiteral(rule->condition);
        });
      }
      ForEachExpr(decl, [&](const ast::Expr* expr) { checker.Visit(expr, true); });
    }
  }
}

}  // namespace saiten::analyse
