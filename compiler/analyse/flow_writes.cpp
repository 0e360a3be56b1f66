#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "compiler/analyse/analyses.h"
#include "compiler/analyse/flow_depends.h"
#include "compiler/analyse/formula.h"

// What workflows do to each other (sem W2, W3): two that write one value, and some that start each other for ever.
namespace saiten::analyse {
namespace {

using check::FlowInfo;
using check::StepInfo;
using check::Watched;
using diag::Code;

// One step that changes something.
struct Write {
  Changeable what;
  const ast::Step* step;
  std::optional<Constant> value;  // of a `set` of a constant
};

// One workflow that starts another: by what it does, at which trigger.
struct Edge {
  uint32_t to;
  const ast::Step* step;
  const ast::Trigger* trigger;  // null: `enrol in`
};

// Two workflows that write one value.
struct Pair {
  uint32_t first;
  uint32_t second;
  const Write* ours;
  const Write* theirs;
};

// A project where more of them meet over one property has one thing to mend, not thousands.
constexpr size_t kMostPairs = 50;

class FlowWrites {
 public:
  FlowWrites(Facts& facts, diag::Sink& sink) : facts_(facts), sink_(sink), flows_(facts.program().flows) {}

  void Run() {
    for (const FlowInfo& flow : flows_) writes_.push_back(WritesOf(flow));
    for (uint32_t second = 0; second < flows_.size(); ++second) {
      for (uint32_t first = 0; first < second; ++first) ComparePair(first, second);
    }
    for (const auto& [what, pairs] : pairs_) ReportPairs(pairs);
    for (const FlowInfo& flow : flows_) {
      std::vector<std::set<Changeable>>& watched = watched_.emplace_back();
      for (const check::TriggerInfo& trigger : flow.triggers) watched.push_back(WatchedBy(flow, trigger));
    }
    for (uint32_t i = 0; i < flows_.size(); ++i) edges_.push_back(EdgesOf(i));
    for (uint32_t i = 0; i < flows_.size(); ++i) FindCycle(i);
  }

 private:
  std::vector<Write> WritesOf(const FlowInfo& flow) {
    std::vector<Write> writes;
    for (const StepInfo& info : flow.steps) {
      if (auto* set = ast::As<ast::SetStep>(info.step)) {
        if (info.watched.kind != Watched::Kind::kProperty || !info.path.object.valid()) continue;
        writes.push_back({{Changeable::Kind::kProperty, info.path.object.value, info.watched.index},
                          set,
                          facts_.ConstantOf(set->value)});
      }
      const bool names = info.target != check::kNoIndex;
      if (ast::As<ast::GrantStep>(info.step) && names) {
        writes.push_back({{Changeable::Kind::kScore, 0, info.target}, info.step, std::nullopt});
      }
      if (ast::As<ast::MembershipStep>(info.step) && names) {
        writes.push_back({{Changeable::Kind::kList, 0, info.target}, info.step, std::nullopt});
      }
    }
    return writes;
  }

  static std::string_view NameOf(const FlowInfo& flow) { return flow.decl->name.text; }

  // Never active together for one record: in one exclusive group.
  bool Exclusive(const FlowInfo& a, const FlowInfo& b) const {
    return a.clauses.group && b.clauses.group && a.object == b.object &&
           a.clauses.group->group.text == b.clauses.group->group.text;
  }

  void ComparePair(uint32_t first, uint32_t second) {
    const FlowInfo& a = flows_[first];
    const FlowInfo& b = flows_[second];
    std::set<Changeable> told;
    for (const Write& theirs : writes_[second]) {
      if (theirs.what.kind != Changeable::Kind::kProperty || told.contains(theirs.what)) continue;
      if (Exclusive(a, b) && theirs.what.object == a.object.value) continue;
      for (const Write& ours : writes_[first]) {
        // The same value twice is no conflict.
        const bool same = ours.value && theirs.value && ours.value->raw == theirs.value->raw;
        if (ours.what != theirs.what || same) continue;
        told.insert(theirs.what);
        pairs_[theirs.what].push_back({first, second, &ours, &theirs});
        break;
      }
    }
  }

  void ReportPairs(const std::vector<Pair>& pairs) {
    for (size_t i = 0; i < pairs.size() && i < kMostPairs; ++i) {
      const size_t more = i + 1 == kMostPairs ? pairs.size() - kMostPairs : 0;
      ReportPair(flows_[pairs[i].first], flows_[pairs[i].second], *pairs[i].ours, *pairs[i].theirs, more);
    }
  }

  // `more`: how many pairs that write the same are not told one by one.
  void ReportPair(const FlowInfo& a, const FlowInfo& b, const Write& ours, const Write& theirs, size_t more) {
    const ObjectInfo& object = facts_.catalog()[ObjectId(ours.what.object)];
    const std::string property = fmt::format("{}.{}", object.name, object.properties[ours.what.index].name);
    const bool tie = a.decl->priority == b.decl->priority;
    const FlowInfo& winner = tie ? (NameOf(a) < NameOf(b) ? a : b) : a.decl->priority > b.decl->priority ? a : b;
    auto report = sink_.Report(tie ? Code::kWriteTie : Code::kWriteWins, {b.file, theirs.step->span},
                               {std::string(NameOf(a)), std::string(NameOf(b)), property, std::string(NameOf(winner))});
    report.Other({a.file, ours.step->span}, fmt::format("`{}` writes it here", NameOf(a)),
                 fmt::format("`{}` はここで書き込みます", NameOf(a)));
    if (tie) {
      report.Note(fmt::format("`{}` wins; give the one that shall win a `priority`, or put both into one "
                              "`exclusive group`",
                              NameOf(winner)),
                  fmt::format("`{}` の値になります。優先するほうに `priority` を付けるか、両方を同じ "
                              "`exclusive group` に入れてください",
                              NameOf(winner)));
    }
    if (more > 0) {
      report.Note(fmt::format("{} more pairs of workflows write it", more),
                  fmt::format("ほかに{}組のワークフローが書き込みます", more));
    }
  }

  // The values whose change can make the trigger fire.
  std::set<Changeable> WatchedBy(const FlowInfo& flow, const check::TriggerInfo& info) {
    const ast::Trigger& trigger = *info.trigger;
    Depends depends(facts_);
    switch (trigger.kind) {
      case ast::TriggerKind::kEvent:
        if (info.watched.kind == Watched::Kind::kProperty) {
          depends.AddProperty(flow.object, info.watched.index);
        } else if (info.watched.kind == Watched::Kind::kBand) {
          depends.AddScore(info.watched.index);
        } else if (info.watched.kind == Watched::Kind::kGrid) {
          for (const ast::Expr* subject : facts_.program().grids[info.watched.index].decl->subjects) {
            depends.Add(subject, flow.object);
          }
        }
        break;
      case ast::TriggerKind::kBecoming:
        depends.Add(trigger.condition, flow.object);
        break;
      case ast::TriggerKind::kEntering:
      case ast::TriggerKind::kLeaving:
        if (info.segment != check::kNoIndex) depends.AddSegment(info.segment);
        break;
      case ast::TriggerKind::kAt:
      case ast::TriggerKind::kEvery:
      case ast::TriggerKind::kAround:
      case ast::TriggerKind::kManually:
        break;
    }
    return depends.values();
  }

  // Whether the value that is written keeps the trigger, which watches it, from firing.
  bool Misses(const FlowInfo& flow, const check::TriggerInfo& info, const Write& write) {
    const ast::Trigger& trigger = *info.trigger;
    if (trigger.kind == ast::TriggerKind::kEvent && info.watched.kind == Watched::Kind::kProperty) {
      const auto to = facts_.ConstantOf(trigger.source.change_to);
      return to && write.value && to->raw != write.value->raw;
    }
    if (trigger.kind == ast::TriggerKind::kBecoming) return Misses(flow, trigger.condition, flow.file, write);
    if (trigger.kind != ast::TriggerKind::kEntering || info.segment == check::kNoIndex) return false;
    const check::SegmentInfo& segment = facts_.program().segments[info.segment];
    return Misses(flow, segment.decl->condition, segment.file, write);
  }

  // Whether the condition is a single test of the property itself that the written constant does not pass.
  bool Misses(const FlowInfo& flow, const ast::Expr* condition, FileId file, const Write& write) {
    if (!write.value || write.what.kind != Changeable::Kind::kProperty) return false;
    FormulaBuilder builder(facts_, file);
    const auto formula = builder.Build(condition);
    if (formula->kind != Formula::Kind::kTest) return false;
    const ast::Expr* subject = Bare(builder.subject(formula->subject).expr);
    const check::Symbol& symbol = facts_.program().InfoOf(subject).symbol;
    const bool same = ast::As<ast::NameRef>(subject) && symbol.kind == check::Symbol::Kind::kProperty &&
                      symbol.index == write.what.index && flow.object.value == write.what.object;
    return same && formula->when_true.Intersect(ValueSet::Point(write.value->raw)).empty();
  }

  std::vector<Edge> EdgesOf(uint32_t from) {
    std::vector<Edge> edges;
    for (const StepInfo& info : flows_[from].steps) {
      // Whoever waits first and then enrols again means it: a round a month is a plan.
      auto* enrol = ast::As<ast::EnrolStep>(info.step);
      const bool names = enrol && enrol->enrol && info.target != check::kNoIndex;
      if (names && !Waits(flows_[from], *enrol)) edges.push_back({info.target, enrol, nullptr});
    }
    for (uint32_t to = 0; to < flows_.size(); ++to) {
      for (size_t t = 0; t < flows_[to].triggers.size(); ++t) {
        const check::TriggerInfo& info = flows_[to].triggers[t];
        for (const Write& write : writes_[from]) {
          if (!watched_[to][t].contains(write.what)) continue;
          // By itself only a change of what it computes goes round: a constant is no change the second time, and what
          // becomes true does not become so again.
          const bool settles = to == from && (write.value || info.trigger->kind != ast::TriggerKind::kEvent);
          if (!settles && !Misses(flows_[to], info, write)) edges.push_back({to, write.step, info.trigger});
        }
      }
    }
    return edges;
  }

  // Whether every record waits before it gets to the step.
  static bool Waits(const FlowInfo& flow, const ast::Step& step) {
    for (const ast::Step* before : flow.decl->steps) {
      if (!before) continue;
      if (before->span.begin <= step.span.begin && step.span.end <= before->span.end) return false;
      const bool waits = before->kind == ast::StepKind::kWait || before->kind == ast::StepKind::kWaitUntil;
      if (waits && !before->guard) return true;
    }
    return false;
  }

  // Whether a record gets through this one only so many times, or not soon again: then a cycle comes to its end.
  static bool Limits(const FlowInfo& flow) {
    using Policy = ast::ReEntryClause::Policy;
    const ast::ReEntryClause* policy = flow.clauses.re_entry;
    if (!policy) return false;
    return policy->policy == Policy::kOnce || policy->has_after || policy->at_most > 0;
  }

  // The shortest way from a workflow back to itself; each cycle is told at its first workflow.
  void FindCycle(uint32_t start) {
    std::map<uint32_t, std::pair<uint32_t, const Edge*>> came;  // where from
    std::vector<uint32_t> open = {start};
    for (size_t i = 0; i < open.size(); ++i) {
      const uint32_t at = open[i];
      if (Limits(flows_[at])) continue;
      for (const Edge& edge : edges_[at]) {
        if (edge.to == start) return ReportCycle(start, at, edge, came);
        if (edge.to < start || Limits(flows_[edge.to])) continue;
        if (came.try_emplace(edge.to, at, &edge).second) open.push_back(edge.to);
      }
    }
  }

  void ReportCycle(uint32_t start, uint32_t last, const Edge& back,
                   const std::map<uint32_t, std::pair<uint32_t, const Edge*>>& came) {
    std::vector<std::pair<uint32_t, const Edge*>> way = {{last, &back}};
    while (way.back().first != start) way.push_back(came.at(way.back().first));
    std::ranges::reverse(way);
    std::string path;
    for (const auto& [flow, edge] : way) path += fmt::format("{} -> ", NameOf(flows_[flow]));
    path += NameOf(flows_[start]);
    auto report = sink_.Report(Code::kFlowCycle, {flows_[start].file, flows_[start].decl->name.span}, {path});
    for (const auto& [flow, edge] : way) {
      report.Other({flows_[flow].file, edge->step->span}, fmt::format("`{}` does this", NameOf(flows_[flow])),
                   fmt::format("`{}` がここで行います", NameOf(flows_[flow])));
      if (!edge->trigger) continue;
      report.Other({flows_[edge->to].file, edge->trigger->span},
                   fmt::format("and that can start `{}`", NameOf(flows_[edge->to])),
                   fmt::format("それで `{}` が始まることがあります", NameOf(flows_[edge->to])));
    }
    report.Note("the eighth round at one instant is cut off; let one of them say `once` or `re-enter after 1 day`",
                "同じ瞬間の8回目で打ち切られます。どれかに `once` か `re-enter after 1 day` と書いてください");
  }

  Facts& facts_;
  diag::Sink& sink_;
  const std::vector<FlowInfo>& flows_;
  std::vector<std::vector<Write>> writes_;                  // by flow
  std::vector<std::vector<Edge>> edges_;                    // by flow
  std::vector<std::vector<std::set<Changeable>>> watched_;  // by flow and trigger
  std::map<Changeable, std::vector<Pair>> pairs_;           // by what both write
};

}  // namespace

void AnalyseFlowWrites(Facts& facts, diag::Sink& sink) {
  if (sink.has_errors()) return;
  FlowWrites(facts, sink).Run();
}

}  // namespace saiten::analyse
