#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/check/flow_info.h"
#include "compiler/types/catalog.h"
#include "compiler/types/function_record.h"
#include "runtime/local_time.h"

// The checked program: the syntax trees with everything resolved and typed. Lowering, analysis and explanations read
// it; nothing in it changes after the check.
namespace saiten::check {

// What a name, member or call stands for.
struct Symbol {
  enum class Kind : uint8_t {
    kNone,         // an error, or no name
    kRecord,       // the record of frame `frame` itself: `contact`
    kEventRow,     // the event of frame `frame` itself
    kProperty,     // index: property of the frame's object (bare), or of the base's object (behind a dot)
    kField,        // index: field of the frame's event (bare), or of the base's event (behind a dot)
    kEventTime,    // `.time` / bare `time` of an event
    kEvent,        // index: EventId; only as the path of a Source
    kLet,          // index: lets
    kParam,        // index: parameter of the fn whose body this is
    kScore,        // index: scores
    kBand,         // index: scores; the band of that score
    kGrid,         // index: grids
    kTable,        // index: tables; only as the base of kTableColumn
    kTableColumn,  // index: column of the table that the base names
    kSegment,      // index: segments (in InGroup)
    kList,         // index: ListId (in InGroup)
    kMember,       // index: member of the expression's enum type
    kFn,           // index: fns (a call)
    kFunction,     // function: a library function (a call)
    kUnit,         // index: rt::TimeUnit, as an argument of a library function
    kCalendar,     // index: calendar of the catalog, as an argument of a library function
    kNow,
    kToday,
    kSoFar,
    kLocal,        // index: an event that the workflow was given (FlowInfo::locals); only as the base of a member
    kLink,         // of a message, `unsubscribe_link`: made for each recipient when it is sent
    kOuterWindow,  // of an InWindow: its window belongs to the aggregate or rule around it (SourceInfo::window)
  };
  Kind kind = Kind::kNone;
  // For bare names: whose name it is. 0 is the record that the rule is for, 1 the element of the outermost aggregate
  // around the name, and so on inward.
  uint32_t frame = 0;
  uint32_t index = 0;
  const FunctionRecord* function = nullptr;
};

// What the check found out about one expression.
struct ExprInfo {
  Type type;
  Symbol symbol;
};

// One step of the path of a Source, from the record of the frame on.
struct PathStep {
  enum class Kind : uint8_t { kRef, kMany, kEvents };
  Kind kind;
  uint32_t index;  // kRef, kMany: property of the object reached so far; kEvents: EventId
};

// What a Source goes over. `frame` is where the path starts: the record (or the owner of the event) of that frame.
struct SourceInfo {
  uint32_t frame = 0;
  std::optional<uint32_t> param;  // inside a fn: the path starts at the record in this parameter instead
  std::vector<PathStep> steps;
  Type element;  // Ref or Event: what the `where` and the options see as their frame
  // The window where it was read as the end of the `where`: in `count(ping where flag in last 3 days)` the flag has no
  // time, so the window is that of the pings.
  const ast::Window* window = nullptr;
  const ast::Expr* value = nullptr;  // sum, avg, min, max: the Member that ends the path, typed by its ExprInfo; its
                                     // symbol is of the element (kProperty, kField, kScore, kBand, kLet, kEventTime)
};

// Declarations with a meaning of their own at run time. `file` is for spans.
struct LetInfo {
  const ast::LetDecl* decl;
  FileId file;
  ObjectId object;  // invalid: a named value
  Type type;
};
// A function; params and result are set when it was first used or checked.
struct FnInfo {
  const ast::FnDecl* decl;
  FileId file;
  std::vector<Type> params;
  Type result;
};
// A score.
struct ScoreInfo {
  const ast::ScoreDecl* decl;
  FileId file;
  ObjectId object;
  EnumId bands;                           // invalid: none
  std::optional<uint32_t> previous_band;  // property of the object; only where a band has `leave below`
};
// A grid.
struct GridInfo {
  const ast::GridDecl* decl;
  FileId file;
  ObjectId object;
  EnumId labels;
};
// A decision table; `columns` are the types of what it gives.
struct TableInfo {
  const ast::TableDecl* decl;
  FileId file;
  ObjectId object;
  std::vector<Type> columns;
};
// A segment.
struct SegmentInfo {
  const ast::SegmentDecl* decl;
  FileId file;
  ObjectId object;
};
// An evaluation; `score` is an index of scores.
struct EvaluateInfo {
  const ast::EvaluateDecl* decl;
  FileId file;
  uint32_t score;
};
// A test.
struct TestInfo {
  const ast::TestDecl* decl;
  FileId file;
  std::vector<ExpectInfo> automation;  // what its `expect` lines say of automation, in order
};
// `cases ... from "file.csv"`: the file is read when the tests run.
struct CasesInfo {
  const ast::CasesDecl* decl;
  FileId file;
};

// One thing to compute; in CheckedProgram::order each stands behind all that it uses.
struct Computed {
  enum class Kind : uint8_t { kScore, kGrid, kTable, kSegment };
  Kind kind;
  uint32_t index;
};

// Everything the check found; owns the trees that its parts point into.
struct CheckedProgram {
  std::vector<std::unique_ptr<ast::File>> files;  // owns all nodes
  Catalog catalog;
  FunctionTable functions;
  std::vector<LetInfo> lets;
  std::vector<FnInfo> fns;
  std::vector<ScoreInfo> scores;
  std::vector<GridInfo> grids;
  std::vector<TableInfo> tables;
  std::vector<SegmentInfo> segments;
  std::vector<EvaluateInfo> evaluates;
  std::vector<TemplateInfo> templates;
  std::vector<ActionInfo> actions;
  std::vector<CapInfo> caps;
  std::vector<FlowInfo> flows;
  std::vector<TestInfo> tests;
  std::vector<CasesInfo> cases;
  std::vector<Computed> order;
  std::vector<bool> calendars_used;  // by calendar of the catalog; may be shorter: the rest is not used

  std::unordered_map<const ast::Expr*, ExprInfo> exprs;
  std::unordered_map<const ast::Source*, SourceInfo> sources;

  const ExprInfo& InfoOf(const ast::Expr* expr) const;
  // The window that a source has: `written` behind it, or the one found at the end of its `where`.
  const ast::Window& WindowOf(const ast::Source& source, const ast::Window& written) const;
  Type TypeOf(const ast::Expr* expr) const { return InfoOf(expr).type; }
  // The duration that is written here, behind brackets and named values; null if it is computed.
  const ast::Duration* LiteralDurationOf(const ast::Expr* expr) const;
};

// The day of a week that is called `mon` or `monday`, Monday 0.
std::optional<int> DayNumber(std::string_view name);

// The unit of a written duration, as the runtime and the IR know it.
rt::TimeUnit ToRuntime(ast::TimeUnit unit);

}  // namespace saiten::check
