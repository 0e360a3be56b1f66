#include "driver/why_score.h"

#include <algorithm>

#include <fmt/format.h>

#include "runtime/decimal.h"
#include "runtime/decimal_text.h"

namespace saiten::driver {
namespace {

using lower::ScoreNode;

constexpr size_t kOccurrences = 10;

// Goes down the rules of a score.
class ScoreLines {
 public:
  ScoreLines(const WhyReader& read, const ast::Expr* formula, bool every_occurrence, std::vector<WhyLine>& lines)
      : read_(read), formula_(formula), every_occurrence_(every_occurrence), lines_(lines) {}

  void Score() {
    Node(read_.trace().score, 0);
    if (!read_.trace().reset_after.valid()) return;
    const CallValue reset = read_.interpreter().ValueOf(read_.trace().reset_after);
    if (!reset.known || reset.value <= rt::kMinInstant) return;
    Add({.text = fmt::format(fmt::runtime(read_.Word("reset at {}: what came before does not count",
                                                     "{}にリセット: それ以前は数えません")),
                             read_.SpellInstant(reset.value))});
  }

 private:
  void Add(WhyLine line) { lines_.push_back(std::move(line)); }

  // What a rule over occurrences came to. In a running score no value holds it: it is what its occurrences add.
  int64_t PointsOf(const ScoreNode& node) const {
    if (node.points.valid()) return read_.Milli(node.points);
    bool saturated = false;
    int64_t sum = 0;
    for (const CallValue& each : read_.interpreter().Recorded(node.points_each)) {
      if (each.known) sum = rt::Add(sum, each.value, &saturated);
    }
    return sum;
  }

  void Limit(const ScoreNode& node, int depth) {
    if (!node.sum.valid() || !node.points.valid()) return;
    const int64_t change = read_.Milli(node.points) - read_.Milli(node.sum);
    if (change == 0) return;
    const std::string bound = rt::FormatPoints(read_.Milli(node.points));
    Add({.depth = depth,
         .points = change,
         .text = change < 0 ? fmt::format("max {}", bound) : fmt::format("min {}", bound)});
  }

  void Node(const ScoreNode& node, int depth) {
    switch (node.kind) {
      case ScoreNode::Kind::kScore:
        for (const ScoreNode& child : node.children) Node(child, depth);
        Limit(node, depth);
        break;
      case ScoreNode::Kind::kFormula:
        Formula(node, depth);
        break;
      case ScoreNode::Kind::kGroup:
        Group(node, depth);
        break;
      case ScoreNode::Kind::kWhen:
        When(node, depth);
        break;
      case ScoreNode::Kind::kMatch:
        Match(node, depth);
        break;
      case ScoreNode::Kind::kRow:
        break;  // said by its match
      case ScoreNode::Kind::kPer:
      case ScoreNode::Kind::kPerWithout:
        Occurrences(node, depth);
        break;
      case ScoreNode::Kind::kGranted:
        Add({.depth = depth,
             .points = PointsOf(node),
             .text = node.item ? read_.Source(node.span) : read_.Word("granted points", "付与されたポイント"),
             .took = PointsOf(node) != 0});
        break;
      case ScoreNode::Kind::kRunning:
        Running(node, depth);
        break;
    }
  }

  void Formula(const ScoreNode& node, int depth) {
    const ast::Expr* const formula = formula_;
    const int64_t points = node.sum.valid() ? read_.Milli(node.sum) : read_.Milli(node.points);
    Add({.depth = depth,
         .points = points,
         .text = read_.Source(node.span),
         .values = formula ? read_.Saw(std::span(&formula, 1)) : std::vector<WhyValue>()});
    Limit(node, depth);
  }

  void Group(const ScoreNode& node, int depth) {
    const auto* rule = static_cast<const ast::GroupRule*>(node.item);
    Add({.depth = depth,
         .points = read_.Milli(node.points),
         .text = "group " + std::string(rule->name.text),
         .took = read_.Milli(node.points) != 0});
    for (const ScoreNode& child : node.children) Node(child, depth + 1);
    Limit(node, depth + 1);
  }

  void When(const ScoreNode& node, int depth) {
    const auto* rule = static_cast<const ast::WhenRule*>(node.item);
    const ast::Expr* parts[] = {rule->points, rule->condition};
    const auto value = read_.ValueOf(rule->condition);
    const bool limited = node.sum.valid() && read_.Milli(node.sum) != read_.Milli(node.points);
    Add({.depth = depth,
         .points = read_.Milli(node.points),
         .text = read_.Source(node.span),
         .values = read_.Saw(parts),
         .remark = value && !value->known ? read_.CountsAsNo() : "",
         .took = read_.IsTrue(node.condition)});
    if (limited) {
      Add({.depth = depth + 1, .points = read_.Milli(node.sum), .text = read_.Word("before the limit", "上下限の前")});
      Limit(node, depth + 1);
    }
  }

  void Match(const ScoreNode& node, int depth) {
    const auto* rule = static_cast<const ast::MatchRule*>(node.item);
    const ast::Match& match = *rule->match;
    std::string head = "match ";
    if (match.all) head = "match all ";
    for (size_t i = 0; i < match.subjects.size(); ++i) head += (i ? ", " : "") + read_.Source(match.subjects[i]->span);
    const std::vector<WhyValue> saw = read_.Saw(match.subjects);
    std::vector<const ScoreNode*> taken;
    for (const ScoreNode& row : node.children) {
      if (read_.IsTrue(row.condition) && (match.all || taken.empty())) taken.push_back(&row);
    }
    const bool limited = node.sum.valid() && read_.Milli(node.sum) != read_.Milli(node.points);
    if (taken.empty()) {
      Add({.depth = depth,
           .points = read_.Milli(node.points),
           .text = head + read_.Word(": no row fits", ": 当てはまる行なし"),
           .values = saw,
           .took = false});
    } else if (taken.size() == 1) {
      Add({.depth = depth,
           .points = read_.Milli(node.points),
           .text = head + ": " + read_.Source(taken[0]->span),
           .values = saw,
           .took = true});
    } else {
      Add({.depth = depth, .points = read_.Milli(node.points), .text = head, .values = saw});
      for (const ScoreNode* row : taken)
        Add({.depth = depth + 1, .points = read_.Milli(row->raw), .text = read_.Source(row->span)});
      Limit(node, depth + 1);
      return;
    }
    if (limited) {
      Add({.depth = depth + 1, .points = read_.Milli(node.sum), .text = read_.Word("before the limit", "上下限の前")});
      Limit(node, depth + 1);
    }
  }

  void Occurrences(const ScoreNode& node, int depth) {
    const std::span<const int64_t> counted = read_.interpreter().ListOf(node.list);
    std::string remark = fmt::format(fmt::runtime(read_.Word("{} counted", "{}件を加点")), counted.size());
    // Of stretches without an event, the events are no part.
    if (node.kind == ScoreNode::Kind::kPer) {
      const size_t matching = read_.interpreter().ListOf(node.matching).size();
      if (matching != counted.size()) remark += fmt::format(fmt::runtime(read_.Word(" of {}", "(対象{}件)")), matching);
    }
    const auto each =
        node.points_each.valid() ? read_.interpreter().Recorded(node.points_each) : std::span<const CallValue>();
    Add({.depth = depth,
         .points = PointsOf(node),
         .text = read_.Source(node.span),
         .remark = std::move(remark),
         .took = !counted.empty()});
    if (each.size() == counted.size()) {
      const size_t shown = every_occurrence_ ? counted.size() : std::min(counted.size(), kOccurrences);
      // The latest say most; the rest is one line, so that the sum stays whole.
      const size_t hidden = counted.size() - shown;
      if (hidden > 0) {
        int64_t rest = 0;
        for (size_t i = 0; i < hidden; ++i) rest += each[i].known ? each[i].value : 0;
        Add({.depth = depth + 1,
             .points = rest,
             .text = fmt::format(fmt::runtime(read_.Word("{} earlier ones", "それ以前の{}件")), hidden)});
      }
      for (size_t i = hidden; i < counted.size(); ++i) {
        Add({.depth = depth + 1,
             .points = each[i].known ? each[i].value : 0,
             .text = read_.SpellElement(node.list, counted[i])});
      }
    }
    Limit(node, depth + 1);
  }

  void Running(const ScoreNode& node, int depth) {
    int64_t sum = 0;
    for (const ScoreNode& child : node.children) {
      Node(child, depth);
      sum += PointsOf(child);
    }
    if (const int64_t change = read_.Milli(node.points) - sum; change != 0) {
      Add({.depth = depth,
           .points = change,
           .text = read_.Word("held inside its limits after each occurrence", "1件ごとに上下限に収めた差")});
    }
  }

  const WhyReader& read_;
  const ast::Expr* formula_;  // of a score that is one; null: it has rules
  bool every_occurrence_;
  std::vector<WhyLine>& lines_;
};

}  // namespace

void ExplainScore(const WhyReader& read, const ast::ScoreDecl& score, bool every_occurrence,
                  std::vector<WhyLine>& lines) {
  ScoreLines(read, score.formula, every_occurrence, lines).Score();
}

}  // namespace saiten::driver
