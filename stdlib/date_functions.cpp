#include "base/check.h"
#include "runtime/civil.h"
#include "runtime/local_time.h"
#include "stdlib/call.h"
#include "stdlib/records.h"

namespace saiten::stdlib {

namespace {

// The checker refuses calendar functions of times in a project without a zone (sem T2).
const rt::Zone& ZoneOf(const FunctionCall& call) {
  SAITEN_CHECK(call.context.zone != nullptr);
  return *call.context.zone;
}

bool IsInstant(const FunctionCall& call, size_t i) { return call.types[i].is(TypeKind::kInstant); }

// The date of an argument that is a date or a time.
int64_t DateOf(const FunctionCall& call, size_t i) {
  return IsInstant(call, i) ? rt::LocalDate(Int(call, i), ZoneOf(call)) : Int(call, i);
}

rt::TimeUnit UnitOf(const FunctionCall& call, size_t i) { return static_cast<rt::TimeUnit>(Int(call, i)); }

const rt::Calendar& CalendarOf(const FunctionCall& call, size_t i) {
  const auto index = static_cast<size_t>(Int(call, i));
  SAITEN_CHECK(index < call.context.calendars.size());
  return call.context.calendars[index];
}

CallValue ToDate(const FunctionCall& call) { return Known(DateOf(call, 0)); }
CallValue ToClock(const FunctionCall& call) { return Known(rt::LocalClock(Int(call, 0), ZoneOf(call))); }
CallValue Year(const FunctionCall& call) { return Known(rt::CivilFromDays(DateOf(call, 0)).year); }
CallValue Month(const FunctionCall& call) { return Known(rt::CivilFromDays(DateOf(call, 0)).month); }
CallValue Day(const FunctionCall& call) { return Known(rt::CivilFromDays(DateOf(call, 0)).day); }
CallValue Weekday(const FunctionCall& call) { return Known(static_cast<int64_t>(rt::WeekdayOf(DateOf(call, 0))) + 1); }

CallValue StartOf(const FunctionCall& call) {
  if (IsInstant(call, 0)) return Known(rt::StartOfInstant(Int(call, 0), UnitOf(call, 1), ZoneOf(call)));
  return Known(rt::StartOfDate(Int(call, 0), UnitOf(call, 1)));
}
CallValue EndOf(const FunctionCall& call) {
  if (IsInstant(call, 0)) return Known(rt::EndOfInstant(Int(call, 0), UnitOf(call, 1), ZoneOf(call)));
  return Known(rt::EndOfDate(Int(call, 0), UnitOf(call, 1)));
}

CallValue DaysBetween(const FunctionCall& call) { return Known(DateOf(call, 1) - DateOf(call, 0)); }
CallValue BusinessDaysBetween(const FunctionCall& call) {
  return Known(CalendarOf(call, 2).BusinessDaysBetween(DateOf(call, 0), DateOf(call, 1)));
}
CallValue AddBusinessDays(const FunctionCall& call) {
  const rt::Calendar& calendar = CalendarOf(call, 2);
  return Saturating(call, [&](bool* saturated) {
    if (IsInstant(call, 0)) return calendar.AddBusinessDays(Int(call, 0), Int(call, 1), ZoneOf(call), saturated);
    return calendar.AddBusinessDays(Int(call, 0), Int(call, 1), saturated);
  });
}

CallValue AgeOf(const FunctionCall& call) {
  const int64_t on = Has(call, 1) ? DateOf(call, 1) : rt::LocalDate(call.context.now, ZoneOf(call));
  return Known(rt::Age(Int(call, 0), on));
}

constexpr ParamInfo kTime[] = {{"time", ParamKind::kInstant}};
constexpr ParamInfo kWhen[] = {{"when", ParamKind::kDateOrInstant}};
constexpr ParamInfo kPeriod[] = {{"when", ParamKind::kDateOrInstant}, {"unit", ParamKind::kUnit}};
constexpr ParamInfo kFromTo[] = {{"from", ParamKind::kDateOrInstant}, {"to", ParamKind::kDateOrInstant}};
constexpr ParamInfo kFromToIn[] = {
    {"from", ParamKind::kDateOrInstant}, {"to", ParamKind::kDateOrInstant}, {"calendar", ParamKind::kCalendar}};
constexpr ParamInfo kAdd[] = {
    {"when", ParamKind::kDateOrInstant}, {"days", ParamKind::kInt}, {"calendar", ParamKind::kCalendar}};
constexpr ParamInfo kAge[] = {{"birthday", ParamKind::kDate}, {"on", ParamKind::kDateOrInstant, /*optional=*/true}};

constexpr FunctionRecord kRecords[] = {
    {.name = "date",
     .topic = "date",
     .params = kTime,
     .result = ResultRule::kDate,
     .call = ToDate,
     .doc_en = "The date of a time, on the project's clock.",
     .doc_ja = "日時の日付(プロジェクトのタイムゾーン)。",
     .example = "date(2026-06-30 23:30) == 2026-06-30"},
    {.name = "time",
     .topic = "date",
     .params = kTime,
     .result = ResultRule::kClock,
     .call = ToClock,
     .doc_en = "The time of day of a time, on the project's clock.",
     .doc_ja = "日時の時刻(プロジェクトのタイムゾーン)。",
     .example = "time(2026-06-30 09:00) == 09:00"},
    {.name = "year",
     .topic = "date",
     .params = kWhen,
     .result = ResultRule::kInt,
     .call = Year,
     .doc_en = "The year of a date or time.",
     .doc_ja = "日付または日時の年。",
     .example = "year(2026-06-30) == 2026"},
    {.name = "month",
     .topic = "date",
     .params = kWhen,
     .result = ResultRule::kInt,
     .call = Month,
     .doc_en = "The month of a date or time, 1 to 12.",
     .doc_ja = "日付または日時の月(1〜12)。",
     .example = "month(2026-06-30) == 6"},
    {.name = "day",
     .topic = "date",
     .params = kWhen,
     .result = ResultRule::kInt,
     .call = Day,
     .doc_en = "The day of the month of a date or time, 1 to 31.",
     .doc_ja = "日付または日時の日(1〜31)。",
     .example = "day(2026-06-30) == 30"},
    {.name = "weekday",
     .topic = "date",
     .params = kWhen,
     .result = ResultRule::kInt,
     .call = Weekday,
     .doc_en = "The day of the week: 1 is Monday, 7 is Sunday.",
     .doc_ja = "曜日。1 が月曜、7 が日曜。",
     .example = "weekday(2026-06-30) == 2"},
    {.name = "start_of",
     .topic = "date",
     .params = kPeriod,
     .result = ResultRule::kSameAsFirst,
     .call = StartOf,
     .doc_en = "The first date or instant of the day, week (from Monday), month, quarter or year that `when` lies in.",
     .doc_ja = "`when` を含む日・週(月曜始まり)・月・四半期・年の始まり。",
     .example = "start_of(2026-05-20, month) == 2026-05-01"},
    {.name = "end_of",
     .topic = "date",
     .params = kPeriod,
     .result = ResultRule::kSameAsFirst,
     .call = EndOf,
     .doc_en = "The last date, or the last microsecond, of the day, week, month, quarter or year that `when` lies in.",
     .doc_ja = "`when` を含む日・週・月・四半期・年の終わり。",
     .example = "end_of(2026-05-20, quarter) == 2026-06-30"},
    {.name = "days_between",
     .topic = "date",
     .params = kFromTo,
     .result = ResultRule::kInt,
     .call = DaysBetween,
     .doc_en = "How many days `to` lies after `from` on the calendar; negative if before.",
     .doc_ja = "`from` から `to` までの暦日数。`to` が前なら負。",
     .example = "days_between(2026-02-27, 2026-03-02) == 3"},
    {.name = "business_days_between",
     .topic = "date",
     .params = kFromToIn,
     .result = ResultRule::kInt,
     .call = BusinessDaysBetween,
     .doc_en = "How many business days of the calendar lie after `from` up to and with `to`; negative backwards.",
     .doc_ja = "`from` の翌日から `to` までの営業日数。逆向きなら負。",
     .example = "business_days_between(2026-09-17, 2026-09-28, JP) == 4"},
    {.name = "add_business_days",
     .topic = "date",
     .params = kAdd,
     .result = ResultRule::kSameAsFirst,
     .call = AddBusinessDays,
     .doc_en =
         "The business day that many business days after `when` (before it if negative), at the same time of day. "
         "With 0: `when` itself, or the next business day if it is none.",
     .doc_ja = "`when` から指定した数の営業日後(負なら前)の日、時刻は同じ。0 なら当日、営業日でなければ翌営業日。",
     .example = "add_business_days(2026-09-17, 4, JP) == 2026-09-28"},
    {.name = "age",
     .topic = "date",
     .params = kAge,
     .result = ResultRule::kInt,
     .call = AgeOf,
     .needs_zone = true,
     .doc_en = "Full years since the birthday, today or on the date given.",
     .doc_ja = "満年齢。基準日を省くと今日。",
     .example = "age(1990-06-15, 2026-06-14) == 35"},
};

}  // namespace

std::span<const FunctionRecord> DateRecords() { return kRecords; }

}  // namespace saiten::stdlib
