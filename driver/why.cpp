#include "driver/why.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "driver/leaves.h"
#include "driver/spell.h"
#include "runtime/decimal.h"
#include "runtime/decimal_text.h"
#include "runtime/time_parse.h"
#include "vm/interp/interp.h"

namespace saiten::driver {
namespace {

using lower::ItemTrace;
using lower::ScoreNode;

constexpr size_t kClauseWidth = 88;
constexpr size_t kOccurrences = 10;

// Explains one declaration of one record.
class Item {
 public:
  Item(const Compiled& compiled, const vm::RunContext& context, const ItemTrace& trace, FileId file,
       vm::Interpreter& interpreter, const WhyOptions& options, std::vector<WhyLine>& lines)
      : compiled_(compiled),
        context_(context),
        kernel_(context.program().kernels[trace.kernel]),
        trace_(trace),
        file_(file),
        interpreter_(interpreter),
        options_(options),
        lines_(lines),
        spell_{&compiled.checked.catalog, &interpreter.texts(), &context.data(), &context.zone(), options.language} {
    for (const lower::TracedExpr& traced : trace.exprs) {
      if (!traced.in_block) values_.try_emplace(traced.expr, traced.value);
    }
  }

  void Score() {
    Node(trace_.score, 0);
    if (!trace_.reset_after.valid()) return;
    const CallValue reset = interpreter_.ValueOf(trace_.reset_after);
    if (!reset.known || reset.value <= rt::kMinInstant) return;
    const std::string at = spell_(Type::Instant(), reset);
    Add({.text = fmt::format(
             fmt::runtime(Word("reset at {}: what came before does not count", "{}にリセット: それ以前は数えません")),
             at)});
  }

  void Rows(std::span<const ast::MatchRow> rows, std::span<const ast::Expr* const> subjects) {
    for (size_t i = 0; i < rows.size() && i < trace_.conditions.size(); ++i) {
      if (!IsTrue(trace_.conditions[i])) continue;
      Add({.text = Source(rows[i].span), .values = Saw(subjects)});
      return;
    }
    Add({.text = Word("no row fits", "当てはまる行がありません"), .values = Saw(subjects), .took = false});
  }

  // All clauses of a member; of others the clauses up to the first that fails.
  void Segment(const ast::Expr* condition) {
    for (const ast::Expr* clause : ClausesOf(condition)) {
      const std::optional<CallValue> value = ValueOf(clause);
      const bool holds = value && value->known && value->value != 0;
      Add({.text = Source(clause->span),
           .values = Saw(std::span(&clause, 1)),
           .remark = value && !value->known ? CountsAsNo() : "",
           .took = holds});
      if (value && !holds) return;
    }
  }

  // Bands that are left later than they are reached (sem SC7): what the run before has to do with it.
  void Band(const ast::Bands& bands) {
    if (!trace_.previous_band.valid()) return;
    const CallValue before = interpreter_.ValueOf(trace_.previous_band);
    const int64_t pure = Milli(trace_.pure_band);
    const int64_t band = Milli(trace_.band);
    if (!before.known || before.value <= pure) return;
    const std::string previous = Spell(trace_.previous_band);
    std::string remark = fmt::format(fmt::runtime(Word("{} before", "直前は {}")), previous);
    const bool kept = band != pure;
    // What kept it; or the bound that it fell under, of the highest band that it could have stayed in.
    int64_t by = kept ? band : before.value;
    while (by > pure && !bands.bands[static_cast<size_t>(by)].leave_below) --by;
    const ast::Band& written = bands.bands[static_cast<size_t>(by)];
    if (!written.leave_below) return;
    const std::string bound = Source(written.leave_below->span);
    remark += fmt::format(fmt::runtime(kept ? Word(", {} is not below {}", "、{} は {} を下回らない")
                                            : Word(", {} is below {}", "、{} は {} を下回る")),
                          rt::FormatPoints(Value().value), bound);
    Add({.text = fmt::format(
             fmt::runtime(kept ? Word("{} kept by `leave below {}`", "`leave below {1}` により {0} のまま")
                               : Word("{} left by `leave below {}`", "`leave below {1}` により {0} を離れた")),
             written.name.text, bound),
         .remark = std::move(remark),
         .took = kept});
  }

  // What a table gives: one value, or several in brackets; nothing where a column is only computed on demand.
  std::string Columns() const {
    std::vector<std::string> values;
    for (const ir::ValueId column : trace_.columns) {
      if (!column.valid()) return {};
      values.push_back(Spell(column));
    }
    return values.size() == 1 ? values[0] : fmt::format("({})", fmt::join(values, ", "));
  }

  CallValue Value() const { return interpreter_.ValueOf(trace_.value); }
  Type TypeOf(ir::ValueId id) const { return kernel_[id].type; }
  std::string Spell(ir::ValueId id) const { return spell_(TypeOf(id), interpreter_.ValueOf(id)); }

 private:
  std::string CountsAsNo() const { return Word(" (counts as no)", "(偽として扱います)"); }
  void Add(WhyLine line) { lines_.push_back(std::move(line)); }
  std::string Word(std::string_view en, std::string_view ja) const {
    return std::string(In(options_.language, en, ja));
  }
  std::string Source(Span span) const { return OneLine(compiled_.sources.Slice({file_, span}), kClauseWidth); }
  bool IsTrue(ir::ValueId id) const {
    const CallValue value = interpreter_.ValueOf(id);
    return value.known && value.value != 0;
  }
  int64_t Milli(ir::ValueId id) const { return interpreter_.ValueOf(id).value; }

  // What a rule over occurrences came to. In a running score no value holds it: it is what its occurrences add.
  int64_t PointsOf(const ScoreNode& node) const {
    if (node.points.valid()) return Milli(node.points);
    bool saturated = false;
    int64_t sum = 0;
    for (const CallValue& each : interpreter_.Recorded(node.points_each)) {
      if (each.known) sum = rt::Add(sum, each.value, &saturated);
    }
    return sum;
  }

  std::optional<CallValue> ValueOf(const ast::Expr* expr) const {
    for (const ast::Expr* e : {expr, Bare(expr)}) {
      if (auto found = values_.find(e); found != values_.end()) return interpreter_.ValueOf(found->second);
    }
    return std::nullopt;
  }

  std::vector<WhyValue> Saw(std::span<const ast::Expr* const> exprs) const {
    std::vector<WhyValue> values;
    for (const ast::Expr* expr : exprs) {
      for (const ast::Expr* leaf : LeavesOf(expr, compiled_.checked)) {
        auto found = values_.find(leaf);
        if (found == values_.end() || kernel_[found->second].is_list) continue;
        WhyValue value{OneLine(compiled_.sources.Slice({file_, leaf->span}), 60), Spell(found->second),
                       interpreter_.ValueOf(found->second).known};
        if (std::ranges::find(values, value) == values.end()) values.push_back(std::move(value));
      }
    }
    return values;
  }

  void Limit(const ScoreNode& node, int depth) {
    if (!node.sum.valid() || !node.points.valid()) return;
    const int64_t change = Milli(node.points) - Milli(node.sum);
    if (change == 0) return;
    const std::string bound = rt::FormatPoints(Milli(node.points));
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
        Add({.depth = depth, .points = Milli(node.points), .text = Source(node.span), .took = Milli(node.points) != 0});
        break;
      case ScoreNode::Kind::kRunning:
        Running(node, depth);
        break;
    }
  }

  void Formula(const ScoreNode& node, int depth) {
    const auto* formula = compiled_formula_;
    const int64_t points = node.sum.valid() ? Milli(node.sum) : Milli(node.points);
    Add({.depth = depth,
         .points = points,
         .text = Source(node.span),
         .values = formula ? Saw(std::span(&formula, 1)) : std::vector<WhyValue>()});
    Limit(node, depth);
  }

  void Group(const ScoreNode& node, int depth) {
    const auto* rule = static_cast<const ast::GroupRule*>(node.item);
    Add({.depth = depth,
         .points = Milli(node.points),
         .text = "group " + std::string(rule->name.text),
         .took = Milli(node.points) != 0});
    for (const ScoreNode& child : node.children) Node(child, depth + 1);
    Limit(node, depth + 1);
  }

  void When(const ScoreNode& node, int depth) {
    const auto* rule = static_cast<const ast::WhenRule*>(node.item);
    const ast::Expr* parts[] = {rule->points, rule->condition};
    const auto value = ValueOf(rule->condition);
    const bool limited = node.sum.valid() && Milli(node.sum) != Milli(node.points);
    Add({.depth = depth,
         .points = Milli(node.points),
         .text = Source(node.span),
         .values = Saw(parts),
         .remark = value && !value->known ? CountsAsNo() : "",
         .took = IsTrue(node.condition)});
    if (limited) {
      Add({.depth = depth + 1, .points = Milli(node.sum), .text = Word("before the limit", "上下限の前")});
      Limit(node, depth + 1);
    }
  }

  void Match(const ScoreNode& node, int depth) {
    const auto* rule = static_cast<const ast::MatchRule*>(node.item);
    const ast::Match& match = *rule->match;
    std::string head = "match ";
    if (match.all) head = "match all ";
    for (size_t i = 0; i < match.subjects.size(); ++i) head += (i ? ", " : "") + Source(match.subjects[i]->span);
    const std::vector<WhyValue> saw = Saw(match.subjects);
    std::vector<const ScoreNode*> taken;
    for (const ScoreNode& row : node.children) {
      if (IsTrue(row.condition) && (match.all || taken.empty())) taken.push_back(&row);
    }
    const bool limited = node.sum.valid() && Milli(node.sum) != Milli(node.points);
    if (taken.empty()) {
      Add({.depth = depth,
           .points = Milli(node.points),
           .text = head + Word(": no row fits", ": 当てはまる行なし"),
           .values = saw,
           .took = false});
    } else if (taken.size() == 1) {
      Add({.depth = depth,
           .points = Milli(node.points),
           .text = head + ": " + Source(taken[0]->span),
           .values = saw,
           .took = true});
    } else {
      Add({.depth = depth, .points = Milli(node.points), .text = head, .values = saw});
      for (const ScoreNode* row : taken)
        Add({.depth = depth + 1, .points = Milli(row->raw), .text = Source(row->span)});
      Limit(node, depth + 1);
      return;
    }
    if (limited) {
      Add({.depth = depth + 1, .points = Milli(node.sum), .text = Word("before the limit", "上下限の前")});
      Limit(node, depth + 1);
    }
  }

  // The instant of an element of a list of events, or the element itself where it is one; a record by its key.
  std::string When(ir::ValueId list, int64_t element) const {
    const Type type = TypeOf(list);
    if (type.is(TypeKind::kRef)) {
      const ObjectId object = type.object_id();
      return context_.catalog()[object].name + " " + context_.table(object).keys.Spell(static_cast<size_t>(element));
    }
    int64_t instant = element;
    if (type.is(TypeKind::kEvent)) instant = context_.series(type.event_id()).times[static_cast<size_t>(element)];
    return spell_(Type::Instant(), {instant, true});
  }

  void Occurrences(const ScoreNode& node, int depth) {
    const std::span<const int64_t> counted = interpreter_.ListOf(node.list);
    std::string remark = fmt::format(fmt::runtime(Word("{} counted", "{}件を加点")), counted.size());
    // Of stretches without an event, the events are no part.
    if (node.kind == ScoreNode::Kind::kPer) {
      const size_t matching = interpreter_.ListOf(node.matching).size();
      if (matching != counted.size()) remark += fmt::format(fmt::runtime(Word(" of {}", "(対象{}件)")), matching);
    }
    const auto each = node.points_each.valid() ? interpreter_.Recorded(node.points_each) : std::span<const CallValue>();
    Add({.depth = depth,
         .points = PointsOf(node),
         .text = Source(node.span),
         .remark = std::move(remark),
         .took = !counted.empty()});
    if (each.size() == counted.size()) {
      const size_t shown = options_.every_occurrence ? counted.size() : std::min(counted.size(), kOccurrences);
      // The latest say most; the rest is one line, so that the sum stays whole.
      const size_t hidden = counted.size() - shown;
      if (hidden > 0) {
        int64_t rest = 0;
        for (size_t i = 0; i < hidden; ++i) rest += each[i].known ? each[i].value : 0;
        Add({.depth = depth + 1,
             .points = rest,
             .text = fmt::format(fmt::runtime(Word("{} earlier ones", "それ以前の{}件")), hidden)});
      }
      for (size_t i = hidden; i < counted.size(); ++i) {
        Add({.depth = depth + 1, .points = each[i].known ? each[i].value : 0, .text = When(node.list, counted[i])});
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
    if (const int64_t change = Milli(node.points) - sum; change != 0) {
      Add({.depth = depth,
           .points = change,
           .text = Word("held inside its limits after each occurrence", "1件ごとに上下限に収めた差")});
    }
  }

 public:
  const ast::Expr* compiled_formula_ = nullptr;  // of a score with a formula

 private:
  const Compiled& compiled_;
  const vm::RunContext& context_;
  const ir::Kernel& kernel_;
  const ItemTrace& trace_;
  FileId file_;
  vm::Interpreter& interpreter_;
  const WhyOptions& options_;
  std::vector<WhyLine>& lines_;
  Speller spell_;
  std::unordered_map<const ast::Expr*, ir::ValueId> values_;
};

// One interpreter for each kernel that is asked about, already at the record.
class Interpreters {
 public:
  Interpreters(const vm::RunContext& context, rt::Results& results, size_t row)
      : context_(context), results_(results), row_(row) {}
  vm::Interpreter& At(uint32_t kernel) {
    auto& slot = all_[kernel];
    if (!slot) {
      slot = std::make_unique<vm::Interpreter>(context_, kernel, results_);
      slot->RecordBlocks();
      vm::TrapLog ignored;  // the run has counted them
      slot->Evaluate(row_, ignored);
    }
    return *slot;
  }

 private:
  const vm::RunContext& context_;
  rt::Results& results_;
  size_t row_;
  std::map<uint32_t, std::unique_ptr<vm::Interpreter>> all_;
};

std::string LabelOf(const ast::Decl& decl) {
  const auto* label = ast::As<ast::TextLit>(decl.meta.label);
  return label ? std::string(label->plain()) : std::string();
}

}  // namespace

Why Explain(const Compiled& compiled, const lower::LowerResult& lowered, const vm::RunContext& context,
            rt::Results& results, ObjectId object, size_t row, const WhyOptions& options) {
  const check::CheckedProgram& checked = compiled.checked;
  const rt::Keys& keys = context.table(object).keys;
  Why why{.object = checked.catalog[object].name,
          .key = keys.Spell(row),
          .as_of = context.now(),
          .zone = checked.catalog.timezone};
  Interpreters interpreters(context, results, row);
  auto wanted = [&](const ast::Decl& decl, ObjectId of) {
    return of == object && (options.rule.empty() || options.rule == decl.name.text);
  };
  auto begin = [&](WhyItem::Kind kind, const ast::Decl& decl) {
    WhyItem item;
    item.kind = kind;
    item.name = decl.name.text;
    item.label = LabelOf(decl);
    return item;
  };

  // Scores in the order in which they build on each other.
  for (const check::Computed& computed : checked.order) {
    switch (computed.kind) {
      case check::Computed::Kind::kScore: {
        const check::ScoreInfo& info = checked.scores[computed.index];
        const std::string_view bands = info.decl->bands ? info.decl->bands->name.text : std::string_view();
        if (info.object != object ||
            (!options.rule.empty() && options.rule != info.decl->name.text && options.rule != bands))
          break;
        const ItemTrace& trace = lowered.trace.scores[computed.index];
        WhyItem item = begin(WhyItem::Kind::kScore, *info.decl);
        Item explain(compiled, context, trace, info.file, interpreters.At(trace.kernel), options, item.lines);
        explain.compiled_formula_ = info.decl->formula;
        item.points = explain.Value().value;
        item.value = rt::FormatPoints(*item.points);
        if (info.bands.valid()) {
          const lower::ResultRef ref = lowered.bands[computed.index];
          const rt::Column& column = results.columns[ref.object.index()][ref.column];
          if (column.Known(row))
            item.band = checked.catalog[info.bands].members[static_cast<size_t>(column.Raw(row))].name;
        }
        explain.Score();
        if (info.decl->bands) explain.Band(*info.decl->bands);
        why.items.push_back(std::move(item));
        break;
      }
      case check::Computed::Kind::kGrid: {
        const check::GridInfo& info = checked.grids[computed.index];
        if (!wanted(*info.decl, info.object)) break;
        const ItemTrace& trace = lowered.trace.grids[computed.index];
        WhyItem item = begin(WhyItem::Kind::kGrid, *info.decl);
        Item explain(compiled, context, trace, info.file, interpreters.At(trace.kernel), options, item.lines);
        item.value = explain.Spell(trace.value);
        explain.Rows(info.decl->rows, info.decl->subjects);
        why.items.push_back(std::move(item));
        break;
      }
      case check::Computed::Kind::kTable: {
        const check::TableInfo& info = checked.tables[computed.index];
        if (!wanted(*info.decl, info.object)) break;
        const ItemTrace& trace = lowered.trace.tables[computed.index];
        WhyItem item = begin(WhyItem::Kind::kTable, *info.decl);
        Item explain(compiled, context, trace, info.file, interpreters.At(trace.kernel), options, item.lines);
        item.value = explain.Columns();
        explain.Rows(info.decl->rows, info.decl->subjects);
        why.items.push_back(std::move(item));
        break;
      }
      case check::Computed::Kind::kSegment: {
        const check::SegmentInfo& info = checked.segments[computed.index];
        if (!wanted(*info.decl, info.object)) break;
        const ItemTrace& trace = lowered.trace.segments[computed.index];
        WhyItem item = begin(WhyItem::Kind::kSegment, *info.decl);
        Item explain(compiled, context, trace, info.file, interpreters.At(trace.kernel), options, item.lines);
        const CallValue member = explain.Value();
        item.value = In(options.language, member.known && member.value ? "member" : "not a member",
                        member.known && member.value ? "該当" : "非該当");
        explain.Segment(info.decl->condition);
        why.items.push_back(std::move(item));
        break;
      }
    }
  }
  return why;
}

}  // namespace saiten::driver
