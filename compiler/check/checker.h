#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/check/check.h"
#include "compiler/check/scope.h"
#include "compiler/types/arith.h"
#include "runtime/zone.h"

// The state that the parts of the check share. Private to compiler/check: one file a topic implements the members.
namespace saiten::check {

// One check of a project, from the trees to the CheckedProgram it gives away at the end.
class Checker {
 public:
  Checker(std::vector<std::unique_ptr<ast::File>> files, const SourceSet& sources, FunctionTable functions,
          const CheckOptions& options, diag::Sink& sink);
  CheckedProgram Run();

 private:
  friend class FlowChecker;    // automation, which is written with the same expressions
  friend class ExpectChecker;  // what tests say of it
  // ---- collect.cpp: every declaration gets its id before anything is resolved
  void Collect();
  void CollectDecl(const ast::Decl* decl);
  void CollectEnum(const ast::EnumDecl& decl);
  void CollectScore(const ast::ScoreDecl& decl);
  void FindClashes();

  // ---- message_events.cpp: what `use std.messages` declares
  void AddMessageEvents();
  void PlaceMessageEvent(EventInfo& event) const;  // in the engine's own table
  // ---- schema*.cpp: what the catalog says of tables, columns and types
  void ResolveSchema();
  Type ResolveType(const ast::TypeRef& ref);
  void AddUserObject();
  void ResolveObject(ObjectId id, const ast::ObjectDecl& decl);
  PropertyInfo ResolveProperty(const ast::Property& property, bool of_event);
  void CheckRelations();
  void ResolveEvent(EventId id, const ast::EventDecl& decl);
  std::vector<ColumnCondition> ResolveColumnConditions(const ast::Expr* where);
  void AddHistoryEvents();
  void ResolveCalendar(const ast::CalendarDecl& decl);

  // ---- labels.cpp: names that are members of no declared enum: of bands, grids and columns of decision tables
  struct Label {
    ast::Name name;
    const ast::Expr* text;  // how it is shown, if not as its name; may be null
  };
  EnumId MakeLabels(EnumInfo::Origin origin, const ast::Name& name, std::span<const Label> labels);
  EnumId GridLabels(const ast::GridDecl& grid);
  void FindLabelColumns(TableInfo& table);
  void AddPreviousBands();

  // ---- names.cpp
  // Fills declared_ and named_values_.
  void IndexDeclared();
  // A bare name as a value; nothing if there is none of this name here.
  std::optional<Resolved> LookupBare(std::string_view name, const Scope& scope);
  // A name behind a dot after a value of `base` type.
  std::optional<Resolved> LookupMember(Type base, std::string_view name);
  std::optional<Resolved> LookupOfObject(ObjectId object, std::string_view name);
  std::optional<Resolved> LookupOfEvent(EventId event, std::string_view name);
  void ReportUnknownName(const ast::Name& name, const Scope& scope, Type hint = Type::Error());
  void ReportUnknownProperty(const ast::Name& name, Type base);
  // "did you mean" as a fix, if a candidate is near.
  void Suggest(diag::Sink::Builder& builder, const ast::Name& name, const std::vector<std::string>& candidates);
  // There is no declaration of this kind (`object`, `event`) and name; `known` are the names of those that there are.
  void ReportUnknownDecl(const char* kind, const ast::Name& name, const std::vector<std::string>& known);
  std::vector<std::string> NamesOf(Type base) const;
  // The name is what people call a property of `base`; true if a fix was added.
  bool SuggestByLabel(diag::Sink::Builder& builder, const ast::Name& name, Type base);
  // How a rule about `from` can reach the property `name` of `to`.
  void SuggestPath(diag::Sink::Builder& builder, const ast::Name& name, ObjectId from, ObjectId to);

  // ---- expr.cpp: `hint` is the type that the place expects, for enum members and numbers; may be Error for none
  Type Expr(const ast::Expr* expr, const Scope& scope, Type hint = Type::Error());
  Type ExprUncached(const ast::Expr* expr, const Scope& scope, Type hint);
  Type NameExpr(const ast::NameRef& ref, const Scope& scope, Type hint);
  // `before_dot`: it is the base of another member, so that it may name a table.
  Type MemberExpr(const ast::Member& member, const Scope& scope, bool before_dot = false);
  Type TableColumn(const ast::Member& member, const Symbol& symbol);
  void ReportTableAsValue(const ast::Expr* at, const Symbol& symbol);
  Type EnumMemberExpr(const ast::Expr* at, const ast::Name& name, Type enum_type);
  Type ArithExpr(const ast::Arith& arith, const Scope& scope);
  Type IfExpr(const ast::If& expr, const Scope& scope, Type hint);
  Type ElseExpr(const ast::Else& expr, const Scope& scope, Type hint);
  void ReportNeverUnknown(const ast::Else& expr);
  Type LogicExpr(const ast::Logic& logic, const Scope& scope);
  // A condition: bool, at a rule boundary.
  void Condition(const ast::Expr* expr, const Scope& scope);
  // Reports unless the value of `expr`, of type `found`, can stand where `wanted` is (int for decimal included).
  bool Expect(const ast::Expr* expr, Type found, Type wanted);
  void ExpectRequired(const ast::Expr* expr, Type type, std::string en, std::string ja);

  // ---- compare.cpp
  Type CompareExpr(const ast::Compare& compare, const Scope& scope);
  Type InExpr(const ast::In& in, const Scope& scope);
  Type TextTestExpr(const ast::TextTest& test, const Scope& scope);
  Type IsKnownExpr(const ast::IsKnown& test, const Scope& scope);
  Type InGroupExpr(const ast::InGroup& in, const Scope& scope);
  Type InWindowExpr(const ast::InWindow& in, const Scope& scope);
  Type HistoryExpr(const ast::Expr* value, const ast::Expr* state, const Scope& scope, bool was);
  // Both sides of a comparison; either may give the other its type. Reports what does not go together.
  void CompareSides(const ast::Expr* left, const ast::Expr* right, bool ordered, const Scope& scope, Type* left_type,
                    bool* optional);
  // A value beside a subject of this type: if that has an error, a name that nothing explains is no second one.
  Type ValueFor(const ast::Expr* expr, const Scope& scope, Type subject);
  void ComparePair(const ast::Expr* at, const ast::Expr* right, Type left_type, Type right_type, bool ordered,
                   const ast::Expr* left = nullptr);
  void ReportCompare(const ast::Expr* at, const ast::Expr* left, const ast::Expr* right, Type left_type,
                     Type right_type);

  // ---- hints.cpp: what beginners write. Functions that begin with Say report and tell whether they did.
  // Is the value known wherever the condition holds? `within`: a part of it is enough.
  bool IsKnownBy(const ast::Expr* condition, const ast::Expr* value, bool within = false) const;
  void CheckDistinct(const ast::Expr* field, const ast::Source& source, const Scope& element);
  bool SayEventAsCondition(const ast::Expr* condition, const Scope& scope);
  size_t SayListMeant(const ast::Logic& logic, size_t at, const Scope& scope);  // how many were a list's values
  bool SayForeignWord(const ast::Name& name, Type hint);
  bool SayNullMeant(const ast::Compare& compare, const Scope& scope);
  bool SayQuotedName(const ast::Expr* left, const Scope& scope);
  bool SayForeignFunction(const ast::Call& call);
  // The property that has these words as its label, column or enum; null if there is none.
  const PropertyInfo* PropertyCalled(std::string_view words, Type base) const;
  void OfferLiteral(diag::Sink::Builder& builder, const ast::Expr* left, const ast::Expr* right, Type wanted);
  void OfferCondition(diag::Sink::Builder& builder, const ast::Expr* left, const ast::Expr* right);
  void WarnEmptyText(const ast::Compare& compare, Type left);
  void WarnPercent(const ast::Expr* right, Type left);
  void WarnPattern(const ast::Expr* item, std::string_view text, bool like);
  void WarnReversed(const ast::Window& window);
  void WarnLimitGives(const ast::ScoreItem& item);
  void WarnUnknownPoints(const ast::Expr* points, const ast::Expr* condition);
  void WarnSameRules(std::span<const ast::ScoreItem* const> items);

  // ---- call.cpp
  Type CallExpr(const ast::Call& call, const Scope& scope);
  Type LibraryCall(const ast::Call& call, const FunctionRecord& record, const Scope& scope);
  bool Argument(const FunctionRecord& record, const ParamInfo& param, const ast::Expr* arg, const Scope& scope,
                std::vector<Type>& types);

  // ---- aggregate.cpp
  Type AggregateExpr(const ast::Aggregate& aggregate, const Scope& scope);
  Type TimeSinceExpr(const ast::TimeSince& expr, const Scope& scope);
  // Resolves the path; `wants_value`: it ends in a field of the element. Returns the scope of the element.
  std::optional<Scope> ResolveSource(const ast::Source& source, const Scope& scope, bool wants_value, const char* fn);
  void CheckWindow(const ast::Window& window, const Scope& scope);
  void NeedZone(const char* what_en, const char* what_ja, Span at);
  void NeedZoneFor(const ast::Duration& duration);
  void CheckPositive(const ast::Duration& duration);
  void CheckStretch(const ast::Duration& stretch);

  // ---- match.cpp
  Type MatchExpr(const ast::Match& match, const Scope& scope, Type hint);
  std::vector<Type> Subjects(std::span<const ast::Expr* const> subjects, const Scope& scope);
  void Rows(std::span<const ast::MatchRow> rows, const std::vector<Type>& subjects, const Scope& scope);
  void CheckPattern(const ast::Pattern& pattern, const std::vector<Type>& subjects, const Scope& scope);
  void CheckCell(const ast::Pattern& pattern, Type subject, const Scope& scope);

  // ---- constant.cpp
  // Of what may stand in a row: whether it is the same for all records (literals, members, named values, the clock).
  bool IsConstant(const ast::Expr* expr) const;
  // Reports a value of a row that is not constant: then false.
  bool ExpectConstant(const ast::Expr* value);
  // `from`, a date or a time, plus or minus the duration `by`.
  void CheckMove(const ast::Expr* from, Type moved, const ast::Expr* by);
  // Warns if `date` is written out and lies behind the holidays that the calendar lists (sem D3a).
  void CheckCalendarYear(uint32_t calendar, const ast::Expr* date);

  // ---- clock.cpp
  // The declaration being checked, or the test, depends on the clock.
  void UsesClock();
  // From here on uses and the clock are noted for one test.
  void BeginTest();
  bool TestUsesClock() const;
  void ReportNoClock(const ast::TestLine& line);

  // ---- score.cpp, grid.cpp
  void CheckScore(uint32_t index);
  void CheckItem(const ast::ScoreItem* item, const ScoreInfo& score, const Scope& scope);
  void CheckPoints(const ast::Expr* points, const Scope& scope);
  void CheckLimits(const ast::Limits& limits);
  void CheckEventOptions(const ast::EventOptions& options, const ast::Source* source, const ScoreInfo& score,
                         const Scope& element);
  void CheckBands(const ast::ScoreDecl& decl);
  void CheckGrid(uint32_t index);
  void CheckTable(uint32_t index);
  void CheckSegment(uint32_t index);
  void CheckEvaluate(EvaluateInfo& info);

  // ---- test.cpp; what lines say of automation is an ExpectChecker's (test_flow.cpp)
  void CheckTest(TestInfo& info);

  // ---- order.cpp
  // Marks that the declaration being checked uses `node`, and checks lets and fns on first use.
  void Use(Node node);
  Type TypeOfLet(uint32_t index);
  void CheckLet(uint32_t index);
  void CheckFn(uint32_t index);
  void OrderComputed();
  void ReportCycle(std::span<const Node> nodes, std::span<const std::pair<uint32_t, size_t>> path, uint32_t used);
  uint32_t NodeId(Node node) const;
  std::string NodeName(Node node) const;
  Location NodeLocation(Node node) const;

  // ---- helpers
  Location At(Span span) const { return {file_, span}; }
  Location At(const ast::Expr* expr) const { return {file_, expr->span}; }
  std::string Spell(Type type) const { return program_.catalog.Spell(type); }
  std::string Source(Span span) const { return std::string(sources_[file_].Slice(span)); }
  // Whether an error was reported inside `span` of this file: something there could not be read.
  bool HasErrorIn(Span span) const;
  std::string PlainText(const ast::Expr* text);
  Catalog& catalog() { return program_.catalog; }
  const Catalog& catalog() const { return program_.catalog; }

  const SourceSet& sources_;
  const CheckOptions& options_;
  diag::Sink& sink_;
  CheckedProgram program_;
  FileId file_;  // of the declaration being looked at

  std::vector<std::pair<const ast::ObjectDecl*, FileId>> object_decls_;  // by ObjectId; null: built in
  std::vector<std::pair<const ast::EventDecl*, FileId>> event_decls_;    // by EventId
  std::vector<std::pair<const ast::CalendarDecl*, FileId>> calendar_decls_;
  std::vector<Named> named_;
  std::unordered_map<std::string, Location> test_titles_;

  // What can be named like a property of its object: scores, bands, grids, tables and lets.
  std::unordered_map<OwnName, Symbol, HashOwnName> declared_;
  std::unordered_map<std::string_view, uint32_t> named_values_;  // lets of no object

  std::vector<std::vector<uint32_t>> uses_;  // by node: nodes it uses
  std::optional<uint32_t> current_node_;
  std::vector<bool> clock_nodes_;   // by node: depends on the clock itself
  std::vector<uint8_t> let_state_;  // 0 not checked, 1 being checked, 2 done
  std::vector<uint8_t> fn_state_;
  std::unordered_map<std::string_view, uint32_t> segment_index_;
  size_t suggestions_ = 0;  // names that were looked for among the known ones
  uint32_t use_depth_ = 0;  // of lets and fns that are being checked because another uses them
  std::vector<uint8_t> table_state_;
};

}  // namespace saiten::check
