#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "compiler/analyse/analyses.h"
#include "compiler/analyse/walk.h"

// W-NEG (sem N5): a negative test of a value that may be unknown leaves out the records where it is, which is hardly
// ever what its author sees in it. No warning where the rule shows that it was thought of: `or unknown`, `else`, a test
// for unknown beside it, or another test of the same value that leaves these records out anyway.
namespace saiten::analyse {
namespace {

using check::Symbol;
using diag::Code;

using Keys = std::vector<std::string>;

class NegativeChecker {
 public:
  NegativeChecker(Facts& facts, diag::Sink& sink, FileId file) : facts_(facts), sink_(sink), file_(file) {}

  // `negation`: the outermost `not` whose operand this is part of; `positive`: an even number of them.
  void Visit(const ast::Expr* expr, bool positive, const Keys& known, const ast::Not* negation) {
    expr = Bare(expr);
    if (!expr) return;
    if (auto* inner = ast::As<ast::Not>(expr)) {
      Visit(inner->operand, !positive, known, negation ? negation : inner);
      return;
    }
    if (auto* logic = ast::As<ast::Logic>(expr)) {
      Keys with = known;
      // Where all parts must hold, each may rely on what the others need. Where one is enough (an `or`, and an `and`
      // under `not`), only on tests for unknown: the others may be unknown themselves.
      const bool all_needed = logic->is_and == positive;
      for (const ast::Expr* operand : logic->operands) Settle(operand, logic->is_and, all_needed, with);
      for (const ast::Expr* operand : logic->operands) Visit(operand, positive, with, negation);
      return;
    }
    if (auto* choice = ast::As<ast::If>(expr)) {
      Visit(choice->condition, true, known, nullptr);
      Keys then = known;
      Keys otherwise = known;
      Settle(choice->condition, true, true, then);
      Settle(choice->condition, false, false, otherwise);
      Visit(choice->then, true, then, nullptr);
      Visit(choice->otherwise, true, otherwise, nullptr);
      return;
    }
    if (auto* choice = ast::As<ast::Else>(expr)) {
      // `(x != A) else true` says what unknown means.
      if (!facts_.TypeOf(expr).is(TypeKind::kBool)) Visit(choice->value, true, known, nullptr);
      Visit(choice->fallback, true, known, nullptr);
      return;
    }
    if (facts_.TypeOf(expr).is(TypeKind::kBool) && IsNegative(expr) == positive) Test(expr, known, negation);
    ForEachChild(expr, [&](const ast::Expr* child) { Visit(child, true, known, nullptr); });
  }

 private:
  Location At(const ast::Expr* expr) const { return {file_, expr->span}; }

  static bool IsNegative(const ast::Expr* expr) {
    if (auto* compare = ast::As<ast::Compare>(expr)) return compare->op == ast::CompareOp::kNe;
    if (auto* in = ast::As<ast::In>(expr)) return in->negated;
    if (auto* in = ast::As<ast::InWindow>(expr)) return in->negated;
    if (auto* in = ast::As<ast::InGroup>(expr)) return in->negated;
    return false;
  }

  // Adds the values that must be known for `expr` to be true (or, if `truth` is false, to be false); only from tests
  // for unknown if not `all_tests`.
  void Settle(const ast::Expr* expr, bool truth, bool all_tests, Keys& known) const {
    expr = Bare(expr);
    if (!expr) return;
    if (auto* negation = ast::As<ast::Not>(expr)) return Settle(negation->operand, !truth, all_tests, known);
    if (auto* logic = ast::As<ast::Logic>(expr)) {
      if (logic->is_and != truth) return;
      for (const ast::Expr* operand : logic->operands) Settle(operand, truth, all_tests, known);
      return;
    }
    if (auto* test = ast::As<ast::IsKnown>(expr)) {
      if (test->known == truth) known.push_back(facts_.KeyOf(file_, test->value));
      return;
    }
    // A negative test that is not settled elsewhere is the very thing to warn of.
    if (!all_tests || IsNegative(expr) == truth) return;
    if (auto* compare = ast::As<ast::Compare>(expr); compare && !compare->suffix.or_unknown) {
      known.push_back(facts_.KeyOf(file_, compare->left));
      if (!ast::As<ast::ListExpr>(Bare(compare->right))) known.push_back(facts_.KeyOf(file_, compare->right));
    }
    if (auto* in = ast::As<ast::In>(expr); in && !in->suffix.or_unknown) {
      known.push_back(facts_.KeyOf(file_, in->value));
    }
    if (auto* test = ast::As<ast::TextTest>(expr); test && !test->suffix.or_unknown) {
      known.push_back(facts_.KeyOf(file_, test->left));
    }
  }

  bool IsKnown(const ast::Expr* value, const Keys& known) const {
    value = Bare(value);
    if (!value || !facts_.TypeOf(value).optional) return true;
    if (std::ranges::find(known, facts_.KeyOf(file_, value)) != known.end()) return true;
    // `company.name` is only unknown where `company` is, if the name itself is required.
    auto* member = ast::As<ast::Member>(value);
    return member && !OwnOptional(*member) && IsKnown(member->base, known);
  }

  bool OwnOptional(const ast::Member& member) const {
    const Symbol symbol = facts_.program().InfoOf(&member).symbol;
    const Type base = facts_.TypeOf(member.base);
    if (symbol.kind == Symbol::Kind::kProperty && base.is(TypeKind::kRef)) {
      return facts_.catalog()[base.object_id()].properties[symbol.index].type.optional;
    }
    if (symbol.kind == Symbol::Kind::kField && base.is(TypeKind::kEvent)) {
      return facts_.catalog()[base.event_id()].fields[symbol.index].type.optional;
    }
    return symbol.kind != Symbol::Kind::kScore && symbol.kind != Symbol::Kind::kBand &&
           symbol.kind != Symbol::Kind::kEventTime;
  }

  void Test(const ast::Expr* expr, const Keys& known, const ast::Not* negation) {
    // `or unknown` makes the test itself known.
    if (!facts_.TypeOf(expr).optional || facts_.IsBroken(At(expr))) return;
    std::vector<const ast::Expr*> operands;
    if (auto* compare = ast::As<ast::Compare>(expr)) operands = {compare->left, compare->right};
    if (auto* in = ast::As<ast::In>(expr)) operands = {in->value};
    if (auto* in = ast::As<ast::InWindow>(expr)) operands = {in->value};
    if (auto* in = ast::As<ast::InGroup>(expr)) operands = {in->value};
    if (auto* test = ast::As<ast::TextTest>(expr)) operands = {test->left};
    if (operands.empty()) operands = {expr};
    const ast::Expr* unknown = nullptr;
    for (const ast::Expr* operand : operands) {
      if (!unknown && operand && !IsKnown(operand, known)) unknown = Bare(operand);
    }
    if (!unknown) return;
    const ast::Expr* whole = negation ? static_cast<const ast::Expr*>(negation) : expr;
    if (!reported_.insert(whole).second) return;
    const std::string name = facts_.Written(At(unknown));
    auto report = sink_.Report(Code::kNegativeTest, At(whole), {name});
    AddFix(report, expr, negation, name);
    report.Note(fmt::format("to leave such records out knowingly, write `{} is known and ...`", name),
                fmt::format("対象から外してよければ `{} is known and ...` と明示してください", name));
    report.Counterexample({{name, "unknown"}});
  }

  void AddFix(diag::Sink::Builder& report, const ast::Expr* expr, const ast::Not* negation, const std::string& name) {
    const char* title_en = "let unknown count as well";
    const char* title_ja = "不明も含める";
    if (!negation) {
      const Location end{file_, {expr->span.end, expr->span.end}};
      if (!ast::As<ast::InGroup>(expr)) {
        report.Fix(title_en, title_ja, {{end, " or unknown"}}, diag::FixSafety::kUnsafe);
      }
      return;
    }
    if (Bare(negation->operand) != expr) return;
    auto* compare = ast::As<ast::Compare>(expr);
    if (compare && compare->op == ast::CompareOp::kEq && compare->right) {
      const std::string text =
          fmt::format("{} != {} or unknown", facts_.Slice(At(compare->left)), facts_.Slice(At(compare->right)));
      report.Fix(title_en, title_ja, {{At(negation), text}}, diag::FixSafety::kUnsafe);
    } else if (ast::As<ast::NameRef>(expr) || ast::As<ast::Member>(expr)) {
      report.Fix(title_en, title_ja, {{At(negation), fmt::format("not ({} else false)", name)}},
                 diag::FixSafety::kUnsafe);
    }
  }

  Facts& facts_;
  diag::Sink& sink_;
  FileId file_;
  std::unordered_set<const ast::Expr*> reported_;
};

}  // namespace

void AnalyseNegativeTests(Facts& facts, diag::Sink& sink) {
  for (const auto& file : facts.program().files) {
    NegativeChecker checker(facts, sink, file->id);
    for (const ast::Decl* decl : file->decls) {
      if (decl->kind == ast::DeclKind::kTest) continue;
      ForEachExpr(decl, [&](const ast::Expr* expr) { checker.Visit(expr, true, {}, nullptr); });
    }
  }
}

}  // namespace saiten::analyse
