#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "compiler/ir/builder.h"
#include "compiler/lower/lower.h"
#include "runtime/zone.h"

// Lowers one declaration into a kernel of its own. Private to compiler/lower: one file a topic implements the members.
namespace saiten::lower {

using ir::ValueId;

// Who a bare name or a path belongs to: as the checker's scope, with values instead of types.
struct Scope {
  std::vector<ValueId> frames;  // records and events, outermost first
  std::vector<ValueId> params;  // inside a fn
};

// Times t with after < t <= until.
struct Bounds {
  ValueId after;
  ValueId until;
};

// What the lowering of all declarations shares.
struct Shared {
  const check::CheckedProgram& checked;
  LowerResult& result;
  const rt::Zone* zone;  // null: the project names none
};

// What one declaration became, before kernels are joined.
struct Item {
  ir::Kernel kernel;
  ItemTrace trace;
  std::vector<const ast::Decl*> inlined;  // lets and functions
};

// What the expressions of one flow read of the events it was given: each field of each local is one input, numbered at
// first use.
struct FlowInputs {
  // A field of a local of the flow, or its time (ir::Given::kTime).
  struct Source {
    uint32_t local;
    uint32_t field;
  };
  const check::FlowInfo& info;
  std::vector<ir::Input>& inputs;
  std::vector<Source> sources;  // of the inputs behind the first two

  uint32_t NumberOf(Source source, std::string_view name, Type type);
};

// Lowers one declaration into a kernel of its own.
class Lowerer {
 public:
  Lowerer(Shared& shared, ObjectId object, FileId file);

  Item Score(const check::ScoreInfo& info, uint32_t index);
  Item Grid(const check::GridInfo& info, uint32_t index);
  Item Table(const check::TableInfo& info, uint32_t index);
  Item Segment(const check::SegmentInfo& info, uint32_t index);
  Item Value(const ast::Expr* expr, uint32_t result);
  // A condition whose truth is known of every record.
  Item Level(const ast::Expr* condition, uint32_t result);

 private:
  friend class FlowLowerer;

  // ---- expr.cpp
  ValueId Lower(const ast::Expr* expr, const Scope& scope);
  ValueId LowerUntraced(const ast::Expr* expr, const Scope& scope);
  ValueId User(const ast::UserRef& user);
  ValueId Number(const ast::NumberLit& number);
  ValueId Money(const ast::MoneyLit& money);
  ValueId Logic(const ast::Logic& logic, const Scope& scope);
  ValueId If(const ast::If& expr, const Scope& scope);
  ValueId Else(const ast::Else& expr, const Scope& scope);
  // `value` as `target`: int as decimal, decimals of another scale, `unknown` of no type yet.
  ValueId Coerce(ValueId value, Type target);
  void Unify(ValueId* a, ValueId* b);

  // ---- arith.cpp
  ValueId Arith(const ast::Arith& arith, const Scope& scope);
  ValueId AddOrSub(bool add, ValueId left, ValueId right);
  // Held inside the years that calendars know.
  ValueId WithinCalendar(ValueId time);
  ValueId Move(ValueId time, const ast::Duration& duration, bool forward);

  // ---- grid.cpp
  std::vector<ValueId> TableRows(const check::TableInfo& info, const Scope& scope);  // conditions
  ValueId TableColumn(const check::TableInfo& info, uint32_t column, std::span<const ValueId> conditions,
                      const Scope& scope);
  // Texts are worked out where they are read: those that are computed live no longer than their row.
  ValueId TableText(uint32_t table, uint32_t column, ValueId record);

  // ---- names.cpp
  ValueId Name(const ast::NameRef& ref, const Scope& scope);
  ValueId MemberOf(const ast::Member& member, const Scope& scope);
  ValueId OfRecord(const check::Symbol& symbol, ValueId record);
  ValueId Let(uint32_t index, ValueId record);
  ValueId InlineLet(uint32_t index, ValueId record);
  // Of an unknown record everything is unknown, also what would be a count of 0.
  ValueId OfKnown(ValueId record, ValueId value);
  ValueId AsRecord(ValueId record_or_event);
  // The local of the flow that `expr` names, if it does; what is behind its dot.
  std::optional<uint32_t> LocalOf(const ast::Expr* expr) const;
  ValueId OfLocal(uint32_t local, const check::Symbol& symbol, const Scope& scope);
  ValueId CallFn(const ast::Call& call, uint32_t index, const Scope& scope);
  ValueId Call(const ast::Call& call, const Scope& scope);

  // ---- compare.cpp
  ValueId Compare(const ast::Compare& compare, const Scope& scope);
  ValueId In(const ast::In& in, const Scope& scope);
  ValueId InSet(ValueId value, const ast::Expr* set, bool fold, const Scope& scope);
  ValueId TextTest(const ast::TextTest& test, const Scope& scope);
  ValueId OneTextTest(const ast::TextTest& test, ValueId text, const ast::Expr* item, const Scope& scope);
  ValueId InGroup(const ast::InGroup& in, const Scope& scope);
  ValueId CompareValues(ast::CompareOp op, ValueId left, ValueId right, bool fold = false);
  // Compares `left` with an expression, which may be `user "..."`.
  ValueId CompareWith(ast::CompareOp op, ValueId left, const ast::Expr* right, bool fold, const Scope& scope);
  // One test for a list of enum members that are written out; nothing if they are not.
  std::optional<ValueId> MemberTest(ValueId value, std::span<const ast::Expr* const> items);
  ValueId AnyOf(std::span<const ValueId> values);
  ValueId WithSuffix(ValueId test, const ast::TestSuffix& suffix);

  // ---- match.cpp
  ValueId Match(const ast::Match& match, const Scope& scope);
  std::vector<ValueId> Subjects(std::span<const ast::Expr* const> subjects, const Scope& scope);
  // Whether the row is taken, were it the only one; a known bool.
  ValueId RowCondition(const ast::MatchRow& row, std::span<const ValueId> subjects, const Scope& scope);
  ValueId PatternCondition(const ast::Pattern& pattern, std::span<const ValueId> subjects, const Scope& scope);
  ValueId Cell(const ast::Pattern& pattern, ValueId subject, const Scope& scope);
  // The value of the first row whose condition holds, else `fallback`.
  ValueId FirstOf(std::span<const ValueId> conditions, std::span<const ValueId> values, ValueId fallback);

  // ---- aggregate.cpp
  ValueId Aggregate(const ast::Aggregate& aggregate, const Scope& scope);
  // The occurrences or records of a source inside the window; `where` and `change of` are filters.
  ValueId List(const ast::Source& source, const Scope& scope, const Bounds& window);
  ir::Builder::Body Filter(const ast::Source& source, const Scope& scope);
  // `filter`, and that the event has arrived, where that is known of such events (sem T4a).
  ir::Builder::Body Arrived(EventId event, ir::Builder::Body filter);
  Bounds Window(const ast::Window& window, const Scope& scope);
  Bounds Always();
  ValueId InWindow(const ast::InWindow& in, const Scope& scope);
  ValueId TimeSince(const ast::TimeSince& expr, const Scope& scope);
  // A body that lowers `expr` with the element as the innermost frame.
  ir::Builder::Body ElementBody(const ast::Expr* expr, const Scope& scope);
  // Runs `body` so that what it remembers of inlined lets is forgotten behind it.
  ir::Builder::Body Scoped(ir::Builder::Body body);
  ValueId AsInstant(ValueId time);

  // ---- history.cpp
  ValueId HasBeen(const ast::HasBeen& test, const Scope& scope);
  ValueId Was(const ast::Was& test, const Scope& scope);
  EventId HistoryOf(ObjectId object, const check::Symbol& symbol) const;

  // ---- score.cpp
  ScoreNode Rule(const ast::ScoreItem* item, const Scope& scope);
  ScoreNode When(const ast::WhenRule& rule, const Scope& scope);
  ValueId MorePoints(const ast::WhenRule& rule, const Scope& scope, ScoreNode* node);
  ScoreNode MatchPoints(const ast::MatchRule& rule, const Scope& scope);
  ScoreNode Group(const ast::GroupRule& rule, const Scope& scope);
  ValueId Points(const ast::Expr* expr, const Scope& scope);
  ValueId ToPoints(ValueId value);
  ValueId Limited(ValueId sum, const ast::Limits& limits);
  ValueId SumOf(const std::vector<ScoreNode>& nodes);
  ValueId Band(const check::ScoreInfo& info, ValueId total);
  static std::optional<int64_t> LimitOf(const ast::Expr* limit);
  // Without a limit: the end of all numbers.
  static ir::SumLimits SumLimitsOf(const ast::Limits& limits);

  static bool HasGranted(std::span<const ast::ScoreItem* const> items);

  // ---- event_rule.cpp
  ScoreNode Per(const ast::PerRule& rule, const Scope& scope);
  ScoreNode PerWithout(const ast::PerWithoutRule& rule, const Scope& scope);
  // Points that flows granted (sem SC6); `rule` null: the score has no rule for them.
  ScoreNode Granted(const ast::GrantedRule* rule, Span span, const Scope& scope);
  void GrantedList(const ast::GrantedRule* rule, const Scope& scope, ScoreNode* node);
  // The occurrences that count, in `node`; and the points of one of them.
  void PerList(const ast::PerRule& rule, const Scope& scope, ScoreNode* node);
  void PerWithoutList(const ast::PerWithoutRule& rule, const Scope& scope, ScoreNode* node);
  ValueId Capped(ValueId list, const ast::EventOptions& options, const Scope& scope);
  ValueId Decayed(ValueId points, ValueId time, const ast::EventOptions& options);
  ValueId PointsEach(const ast::Expr* points, const ast::EventOptions* options, ValueId element, const Scope& scope,
                     ScoreNode* node);
  void SetReset(const ast::ScoreDecl& decl, const Scope& scope);
  ScoreNode Running(const ast::ScoreDecl& decl, const Scope& scope);

  ir::Program& program() { return shared_.result.program; }
  const check::CheckedProgram& checked() const { return shared_.checked; }
  const Catalog& catalog() const { return shared_.checked.catalog; }
  Type TypeOf(ValueId value) const { return b_.TypeOf(value); }
  Item Finish();

  // Instructions made while it lives come from `span`.
  class At {
   public:
    At(Lowerer& lowerer, Span span) : builder_(lowerer.b_), before_(builder_.location()) {
      builder_.SetLocation({lowerer.file_, span});
    }
    ~At() { builder_.SetLocation(before_); }
    At(const At&) = delete;
    At& operator=(const At&) = delete;

   private:
    ir::Builder& builder_;
    Location before_;
  };

  Shared& shared_;
  ir::Builder b_;
  FileId file_;
  ItemTrace trace_;
  int depth_ = 0;                                         // of blocks
  std::map<std::pair<uint32_t, ValueId>, ValueId> lets_;  // inlined already and still visible
  std::map<std::pair<uint32_t, std::vector<ValueId>>, ValueId> fns_;
  std::map<std::tuple<uint32_t, uint32_t, ValueId>, ValueId> texts_;  // of tables
  FlowInputs* inputs_ = nullptr;                                      // of the flow that asks
  std::vector<const ast::Decl*> inlined_;
  std::optional<EventId> granted_;  // the points granted to the score
  ValueId reset_after_;             // occurrences up to here do not count; invalid: no reset
};

}  // namespace saiten::lower
