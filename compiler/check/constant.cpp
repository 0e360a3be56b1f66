#include "compiler/check/checker.h"
#include "runtime/civil.h"
#include "runtime/local_time.h"

// What is the same for all records: values of rows, literal durations.
namespace saiten::check {
namespace {

using diag::Code;

bool IsNamedValue(const CheckedProgram& program, const Symbol& symbol) {
  return symbol.kind == Symbol::Kind::kLet && !program.lets[symbol.index].decl->object.valid();
}

}  // namespace

const ast::Duration* CheckedProgram::LiteralDurationOf(const ast::Expr* expr) const {
  expr = Bare(expr);
  if (auto* literal = ast::As<ast::DurationLit>(expr)) return &literal->duration;
  auto* name = ast::As<ast::NameRef>(expr);
  if (!name || !IsNamedValue(*this, InfoOf(name).symbol)) return nullptr;
  // `let grace = 3 days` moves as the literal does.
  return LiteralDurationOf(lets[InfoOf(name).symbol.index].decl->value);
}

bool Checker::IsConstant(const ast::Expr* expr) const {
  using Kind = Symbol::Kind;
  expr = Bare(expr);
  const Symbol& symbol = program_.InfoOf(expr).symbol;
  if (expr->kind == ast::ExprKind::kMember) return symbol.kind == Kind::kMember;
  if (expr->kind != ast::ExprKind::kName) return true;  // a literal
  return symbol.kind == Kind::kMember || symbol.kind == Kind::kNow || symbol.kind == Kind::kToday ||
         IsNamedValue(program_, symbol);
}

bool Checker::ExpectConstant(const ast::Expr* value) {
  if (!value || program_.TypeOf(value).is_error() || IsConstant(value)) return true;
  sink_.Report(Code::kRowNotConstant, At(value), {Source(value->span)})
      .Note("two values of a record are compared by a condition: `+5 when a == b`, `if a == b then ... else ...`",
            "レコードの二つの値は条件で比べます(例: `+5 when a == b`、`if a == b then ... else ...`)");
  return false;
}

void Checker::CheckMove(const ast::Expr* from, Type moved, const ast::Expr* by) {
  const ast::Duration* duration = program_.LiteralDurationOf(by);
  if (!duration) return;
  const std::string written = Source(by->span);
  if (duration->business) {
    if (duration->unit != ast::TimeUnit::kDay) {
      sink_.Report(Code::kBusinessHours, At(by), {written})
          .Note("`6 hours` elapse without regard to a calendar; waits of workflows count business hours",
                "`6 hours` は暦に関係なく経過する時間です。営業時間はワークフローの待ち時間で使えます");
    } else {
      program_.calendars_used.resize(catalog().calendars.size());
      if (!program_.calendars_used.empty()) program_.calendars_used[0] = true;
      CheckCalendarYear(0, from);
    }
  } else if (moved.is(TypeKind::kDate) && duration->unit < ast::TimeUnit::kDay) {
    sink_.Report(Code::kDateByHours, At(by), {written})
        .Note("whole days move a date: `1 day`; a property of type `time` knows its hour",
              "日付は日単位で動かします(例: `1 day`)。時刻が要るなら型を `time` にします");
  }
}

void Checker::CheckCalendarYear(uint32_t calendar, const ast::Expr* date) {
  if (calendar >= catalog().calendars.size() || !date) return;
  const CalendarInfo& info = catalog().calendars[calendar];
  const auto last = info.calendar.LastHolidayYear();
  std::optional<int64_t> day;
  if (auto* literal = ast::As<ast::DateLit>(Bare(date))) day = literal->days;
  if (auto* literal = ast::As<ast::DateTimeLit>(Bare(date))) day = rt::DayOfLocal(literal->micros);
  if (!last || !day || rt::CivilFromDays(*day).year <= *last) return;
  sink_.Report(Code::kCalendarEnds, At(date), {info.name, std::to_string(*last)})
      .Other(info.at, "the calendar", "このカレンダーです")
      .Note("later holidays count as business days; list them behind `except`",
            "それより後の祝日は営業日として数えられます。`except` に加えてください");
}

}  // namespace saiten::check
