#include <algorithm>
#include <array>

#include "compiler/check/checker.h"

// Calendars: work days and hours, holidays, where weeks and fiscal years start.
namespace saiten::check {
namespace {

using diag::Code;

constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::array<std::string_view, 7> kLongDays = {"monday", "tuesday",  "wednesday", "thursday",
                                                       "friday", "saturday", "sunday"};
constexpr std::array<std::string_view, 12> kMonths = {"january",   "february", "march",    "april",
                                                      "may",       "june",     "july",     "august",
                                                      "september", "october",  "november", "december"};

template <size_t N>
int Find(const std::array<std::string_view, N>& names, std::string_view name) {
  auto found = std::ranges::find(names, name);
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

}  // namespace

std::optional<int> DayNumber(std::string_view name) {
  const int day = std::max(Find(kDays, name), Find(kLongDays, name));
  return day < 0 ? std::nullopt : std::optional(day);
}

void Checker::ResolveCalendar(const ast::CalendarDecl& decl) {
  CalendarInfo* info = nullptr;
  for (CalendarInfo& c : catalog().calendars) {
    if (c.at == At(decl.name.span)) info = &c;
  }
  if (!info) return;
  rt::Calendar::Spec spec;
  spec.weekdays = 0;
  for (const ast::WorkDays& days : decl.days) {
    const std::optional<int> first = DayNumber(days.first.text);
    const std::optional<int> last = DayNumber(days.last.text);
    for (const auto& [name, number] : {std::pair(days.first, first), std::pair(days.last, last)}) {
      if (!number && name.valid()) sink_.Report(Code::kBadDayName, At(name.span), {std::string(name.text)});
    }
    if (!first || !last) continue;
    if (auto* hours = ast::As<ast::ClockRangeLit>(days.hours)) {
      spec.hours = rt::WorkHours{hours->begin_micros, hours->end_micros};
    }
    for (int day = *first;; day = (day + 1) % 7) {
      spec.weekdays |= static_cast<uint8_t>(1u << day);
      if (day == *last) break;
    }
  }
  for (const ast::Holiday& holiday : decl.holidays) {
    spec.holidays.push_back({holiday.days, std::string(holiday.title)});
  }
  if (spec.weekdays == 0) spec.weekdays = 0b001'1111;
  if (decl.week_starts.valid()) {
    const std::optional<int> day = DayNumber(decl.week_starts.text);
    if (!day) sink_.Report(Code::kBadDayName, At(decl.week_starts.span), {std::string(decl.week_starts.text)});
    spec.starts.week = static_cast<rt::Weekday>(day.value_or(0));
  }
  if (decl.fiscal_year_starts.valid()) {
    const int month = Find(kMonths, decl.fiscal_year_starts.text);
    if (month < 0) {
      sink_.Report(Code::kBadDayName, At(decl.fiscal_year_starts.span), {std::string(decl.fiscal_year_starts.text)});
    }
    spec.starts.fiscal_month = month + 1;
    spec.has_fiscal_year = true;
  }
  info->calendar = rt::Calendar(std::move(spec));
}

}  // namespace saiten::check
