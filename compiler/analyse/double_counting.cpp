#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "compiler/analyse/analyses.h"
#include "compiler/analyse/formula.h"
#include "compiler/analyse/walk.h"

// One signal that gives points in two scores which a formula adds: it counts twice, which is seldom meant.
namespace saiten::analyse {
namespace {

using check::Symbol;
using diag::Code;

// What one rule looks at.
struct Signal {
  std::string words;  // as the user wrote it
  std::string key;    // of the subject, or of the path of events
  std::string where;  // further conditions, as written; empty: none
  ValueSet values;    // of a test: those that give points
  std::vector<EventId> events;
  bool negative = false;  // takes points away
  Location at;
};

class DoubleCounting {
 public:
  DoubleCounting(Facts& facts, diag::Sink& sink) : facts_(facts), sink_(sink) {}

  void Check(uint32_t index) {
    const check::ScoreInfo& total = facts_.program().scores[index];
    if (!total.decl->formula) return;
    std::vector<uint32_t> summed;
    Summands(total.decl->formula, summed);
    std::unordered_map<std::string_view, std::vector<Earlier>> earlier;
    for (uint32_t score : summed) {
      const std::vector<Signal>& signals = SignalsOf(score);
      for (const Signal& signal : signals) Compare(signal, score, earlier[signal.key], total);
      for (const Signal& signal : signals) earlier[signal.key].push_back({score, &signal});
    }
  }

 private:
  struct Earlier {
    uint32_t score;
    const Signal* signal;
  };

  // The scores of the same record that the expression adds, with or without weights. A score that is itself a sum
  // stands for its parts, so that every pair is seen.
  void Summands(const ast::Expr* expr, std::vector<uint32_t>& scores) {
    expr = Bare(expr);
    if (auto* arith = ast::As<ast::Arith>(expr)) {
      if (arith->op == ast::ArithOp::kSub) return Summands(arith->left, scores);
      Summands(arith->left, scores);
      if (arith->op != ast::ArithOp::kDiv) Summands(arith->right, scores);
      return;
    }
    const check::ExprInfo& info = facts_.program().InfoOf(expr);
    if (!ast::As<ast::NameRef>(expr) || info.symbol.kind != Symbol::Kind::kScore) return;
    const check::ScoreInfo& score = facts_.program().scores[info.symbol.index];
    if (score.decl->formula) {
      if (++depth_ < 50) Summands(score.decl->formula, scores);
      --depth_;
    } else if (std::ranges::find(scores, info.symbol.index) == scores.end()) {
      scores.push_back(info.symbol.index);
    }
  }

  bool IsNegative(const ast::Expr* points) {
    const auto milli = facts_.MilliOf(points);
    return milli && *milli < 0;
  }

  const std::vector<Signal>& SignalsOf(uint32_t index) {
    auto [at, fresh] = signals_.try_emplace(index);
    if (!fresh) return at->second;
    const check::ScoreInfo& score = facts_.program().scores[index];
    std::vector<Signal>& signals = at->second;
    ForEachItem(score.decl->items, [&](const ast::ScoreItem& item) {
      if (auto* rule = ast::As<ast::PerRule>(&item)) AddEvents(score, *rule, signals);
      if (auto* rule = ast::As<ast::WhenRule>(&item)) AddCondition(score, *rule, signals);
      if (auto* rule = ast::As<ast::MatchRule>(&item)) AddMatch(score, *rule, signals);
    });
    return signals;
  }

  void AddEvents(const check::ScoreInfo& score, const ast::PerRule& rule, std::vector<Signal>& signals) {
    auto found = facts_.program().sources.find(&rule.source);
    if (found == facts_.program().sources.end() || found->second.steps.empty()) return;
    Signal signal;
    signal.at = {score.file, rule.source.span};
    signal.words = rule.source.path ? facts_.Written({score.file, rule.source.path->span}) : "";
    for (const check::PathStep& step : found->second.steps) {
      if (step.kind == check::PathStep::Kind::kEvents) {
        const EventId id(step.index);
        const auto& union_of = facts_.catalog()[id].any_of;
        signal.events = union_of.empty() ? std::vector<EventId>{id} : union_of;
        signal.key += "/events";
      } else {
        signal.key += fmt::format("/{}", step.index);
      }
    }
    if (rule.source.where) signal.where = facts_.Written({score.file, rule.source.where->span});
    signal.negative = IsNegative(rule.points);
    signals.push_back(std::move(signal));
  }

  void AddCondition(const check::ScoreInfo& score, const ast::WhenRule& rule, std::vector<Signal>& signals) {
    if (!rule.condition || facts_.TypeOf(rule.condition).is_error()) return;
    FormulaBuilder builder(facts_, score.file);
    const auto formula = builder.Build(rule.condition);
    Signal signal;
    signal.at = {score.file, rule.condition->span};
    signal.words = facts_.Written(signal.at);
    signal.negative = IsNegative(rule.points);
    if (formula->kind == Formula::Kind::kTest) {
      signal.key = facts_.KeyOf(score.file, builder.subject(formula->subject).expr);
      signal.values = formula->when_true;
    } else {
      // Conditions of several parts are only compared as a whole.
      signal.key = "written " + signal.words;
      signal.values = ValueSet::Point(1);
    }
    signals.push_back(std::move(signal));
  }

  void AddMatch(const check::ScoreInfo& score, const ast::MatchRule& rule, std::vector<Signal>& signals) {
    if (!rule.match || rule.match->subjects.size() != 1 || !rule.match->subjects[0]) return;
    const Subject subject = facts_.SubjectOf(rule.match->subjects[0]);
    if (subject.type.is_error()) return;
    for (bool negative : {false, true}) {
      Signal signal;
      signal.at = {score.file, subject.expr->span};
      signal.words = facts_.Written(signal.at);
      signal.key = facts_.KeyOf(score.file, subject.expr);
      signal.negative = negative;
      for (const ast::MatchRow& row : rule.match->rows) {
        const auto milli = facts_.MilliOf(row.result);
        const Facts::RowShape shape = facts_.ShapeOf(row, {subject});
        if ((milli && *milli == 0) || (milli && *milli < 0) != negative || shape.is_otherwise) continue;
        for (const Box& box : shape.region) signal.values = signal.values.Union(box[0]);
      }
      if (!signal.values.empty()) signals.push_back(std::move(signal));
    }
  }

  static bool Same(const Signal& a, const Signal& b) {
    if (a.key != b.key || a.negative != b.negative) return false;
    if (!a.events.empty() || !b.events.empty()) {
      const bool shared =
          std::ranges::any_of(a.events, [&](EventId id) { return std::ranges::find(b.events, id) != b.events.end(); });
      // One of them counts all that the other counts; two different conditions may well keep apart.
      return shared && (a.where == b.where || a.where.empty() || b.where.empty());
    }
    return !a.values.Intersect(b.values).empty();
  }

  // Of several scores that count the signal already, the first is named: the others are reported against it as well.
  void Compare(const Signal& signal, uint32_t score, std::span<const Earlier> earlier, const check::ScoreInfo& total) {
    const auto found = std::ranges::find_if(earlier, [&](const Earlier& e) { return Same(*e.signal, signal); });
    // A sum of sums shows a signal again.
    if (found == earlier.end() || !reported_.emplace(signal.at.file, signal.at.span.begin).second) return;
    const std::string first(facts_.program().scores[found->score].decl->name.text);
    const std::string second(facts_.program().scores[score].decl->name.text);
    auto report =
        sink_.Report(Code::kCountedTwice, signal.at, {signal.words, first, second, std::string(total.decl->name.text)});
    report.Caret(fmt::format("counted in `{}`", second), fmt::format("`{}` で加点", second));
    report.Other(found->signal->at, fmt::format("and in `{}`", first), fmt::format("`{}` でも加点", first));
    report.Other({total.file, total.decl->formula->span}, "both are added here", "ここで合算されます");
    report.Note("keep it in one of them, or put both rules into one score where they are seen together",
                "どちらか一方に残すか、両方のルールを一つのスコアにまとめてください");
  }

  Facts& facts_;
  diag::Sink& sink_;
  std::map<uint32_t, std::vector<Signal>> signals_;
  std::set<std::pair<FileId, uint32_t>> reported_;
  int depth_ = 0;
};

}  // namespace

void AnalyseDoubleCounting(Facts& facts, diag::Sink& sink) {
  DoubleCounting counting(facts, sink);
  for (uint32_t i = 0; i < facts.program().scores.size(); ++i) counting.Check(i);
}

}  // namespace saiten::analyse
