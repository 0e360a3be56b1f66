#include "compiler/parse/build_decl.h"
#include "compiler/parse/build_expr.h"
#include "compiler/parse/literals.h"

// Declarations that say what the data is: calendars, enums, objects, events.
namespace saiten::parse {
namespace {

using diag::Code;

ast::Holiday BuildHoliday(Context& context, const Node& node) {
  ast::Holiday holiday{.span = context.SpanOf(node)};
  const Node date = node.Child(Kind::kDate);
  const auto days = ReadDate(context.AsciiTextOf(date));
  if (!days) context.reporter().Report(Code::kNoSuchDate, context.SpanOf(date), {std::string(context.TextOf(date))});
  holiday.days = days.value_or(0);
  if (const auto* title = ast::As<ast::TextLit>(BuildText(context, node.Child(Kind::kText)))) {
    holiday.title = title->plain();
  }
  return holiday;
}

// A property may be told something once.
void TellTwice(Context& context, const Node& option, bool again) {
  if (again) {
    context.reporter().Report(Code::kTwice, context.SpanOf(option), {std::string(context.TextOf(option.First()))});
  }
}

void BuildPropertyOption(Context& context, const Node& option, ast::Property& property) {
  const Node first = option.First();
  if (first.Is(Kind::kKey)) {
    TellTwice(context, option, property.is_key);
    property.is_key = true;
  } else if (first.Is(Kind::kText)) {
    TellTwice(context, option, property.label);
    property.label = BuildText(context, first);
  } else if (first.Is(Kind::kFrom)) {
    TellTwice(context, option, property.column);
    property.column = BuildText(context, option.Child(Kind::kText));
  } else if (first.Is(Kind::kHistory)) {
    TellTwice(context, option, property.history);
    property.history = BuildText(context, option.Child(Kind::kText));
  } else if (first.Is(Kind::kAs)) {
    TellTwice(context, option, property.role.valid());
    property.role = context.NameOf(option.Child(Rule::kName));
  } else {
    auto& spellings = first.Is(Kind::kUnknown) ? property.unknown_spellings
                      : first.Is(Kind::kTrue)  ? property.true_spellings
                                               : property.false_spellings;
    TellTwice(context, option, !spellings.empty());
    spellings = context.Copy(BuildTexts(context, option));
  }
}

ast::Property BuildProperty(Context& context, const Node& node) {
  ast::Property property;
  property.span = context.SpanOf(node);
  property.docs = context.DocsAbove(node.first_token());
  property.name = context.NameOf(node.Child(Rule::kName));
  property.is_many = node.Has(Kind::kMany);
  if (property.is_many) {
    property.type.name = context.NameOf(node.Child(Rule::kName, 1));
    property.type.span = property.type.name.span;
    property.by = context.NameOf(node.Child(Rule::kName, 2));
  } else {
    property.type = BuildType(context, node.Child(Rule::kType));
  }
  for (const Node& option : node.Children(Rule::kPropertyOption)) BuildPropertyOption(context, option, property);
  return property;
}

std::span<const ast::Property> BuildProperties(Context& context, uint32_t block) {
  std::vector<ast::Property> properties;
  context.ReadBlockAt(block, Rule::kPropertyLine, [&](const Node& line) {
    for (const Node& node : line.Children(Rule::kProperty)) {
      // Half a property (`name:`) is left out: it has been reported.
      const bool whole = node.Has(Kind::kMany) ? static_cast<bool>(node.Child(Rule::kName, 1))
                                               : static_cast<bool>(node.Child(Rule::kType).Child(Rule::kName));
      if (whole) properties.push_back(BuildProperty(context, node));
    }
  });
  return context.Copy(properties);
}

}  // namespace

ast::TypeRef BuildType(Context& context, const Node& node) {
  ast::TypeRef type;
  if (!node) return type;
  type.span = context.SpanOf(node);
  type.optional = node.Has(Kind::kQuest);
  if (const Node set = node.Child(Kind::kSet)) {
    type.name = context.NameOf(set);
    type.argument_name = context.NameOf(node.Child(Rule::kName));
    return type;
  }
  type.name = context.NameOf(node.Child(Rule::kName));
  type.argument_name = context.NameOf(node.Child(Rule::kName, 1));
  type.argument = BuildNumber(context, node.Child(Kind::kNumber));
  return type;
}

std::span<const ast::WorkDays> BuildWorkDays(Context& context, const Node& parent) {
  std::vector<ast::WorkDays> days;
  for (const Node& node : parent.Children(Rule::kWorkDays)) {
    ast::WorkDays range{.first = context.NameOf(node.Child(Kind::kId)), .span = context.SpanOf(node)};
    range.last = node.Has(Kind::kDots) ? context.NameOf(node.Child(Kind::kId, 1)) : range.first;
    range.hours = BuildClockRange(context, node.Child(Kind::kClocks));
    days.push_back(range);
  }
  return context.Copy(days);
}

ast::Decl* BuildCalendar(Context& context, const DeclParts& parts) {
  auto* calendar = Make<ast::CalendarDecl>(context, parts.span);
  std::vector<ast::WorkDays> days;
  std::vector<ast::Holiday> holidays;
  context.ReadBlockAt(parts.block, Rule::kCalendarLine, [&](const Node& line) {
    for (const Node& item : line.Children(Rule::kCalendarItem)) {
      for (const ast::WorkDays& range : BuildWorkDays(context, item)) days.push_back(range);
      for (const Node& holiday : item.Children(Rule::kHoliday)) {
        if (holiday.Has(Kind::kDate)) holidays.push_back(BuildHoliday(context, holiday));
      }
      if (!item.Has(Kind::kStarts)) continue;
      const Node unit = item.Child(Kind::kUnit);
      const bool year = item.Has(Kind::kFiscal);
      if (ReadUnit(context.TextOf(unit)) != (year ? ast::TimeUnit::kYear : ast::TimeUnit::kWeek)) {
        context.reporter().Report(Code::kDoesNotFit, context.SpanOf(unit), {std::string(context.TextOf(unit))});
      }
      (year ? calendar->fiscal_year_starts : calendar->week_starts) = context.NameOf(item.Child(Rule::kName));
    }
  });
  calendar->days = context.Copy(days);
  calendar->holidays = context.Copy(holidays);
  return calendar;
}

ast::Decl* BuildEnum(Context& context, const DeclParts& parts) {
  auto* result = Make<ast::EnumDecl>(context, parts.span);
  for (const Node& flag : parts.node.Children(Rule::kEnumFlag)) {
    if (flag.Has(Kind::kOrdered)) {
      result->ordered = true;
      result->ordered_span = context.SpanOf(flag);
    } else {
      result->forward_only = true;
    }
  }
  std::vector<ast::EnumMember> members;
  context.ReadBlockAt(parts.block, Rule::kEnumLine, [&](const Node& line) {
    for (const Node& node : line.Children(Rule::kMember)) {
      if (!node.Child(Rule::kName)) continue;
      members.push_back({.name = context.NameOf(node.Child(Rule::kName)),
                         .spellings = context.Copy(BuildTexts(context, node)),
                         .docs = context.DocsAbove(node.first_token()),
                         .span = context.SpanOf(node)});
    }
  });
  result->members = context.Copy(members);
  return result;
}

ast::Decl* BuildObject(Context& context, const DeclParts& parts) {
  auto* object = Make<ast::ObjectDecl>(context, parts.span);
  for (const Node& option : parts.node.Children(Rule::kObjectOption)) {
    const ast::Expr** target = option.First().kind() == Kind::kFrom ? &object->table : &object->updated;
    TellTwice(context, option, *target);
    *target = BuildText(context, option.Child(Kind::kText));
  }
  object->properties = BuildProperties(context, parts.block);
  return object;
}

ast::Decl* BuildEvent(Context& context, const DeclParts& parts) {
  auto* event = Make<ast::EventDecl>(context, parts.span);
  const std::vector<ast::Name> names = BuildNames(context, parts.node);
  if (!names.empty()) {
    event->of = names[0];
    event->any_of = context.Copy(std::vector<ast::Name>(names.begin() + 1, names.end()));
  }
  for (const Node& option : parts.node.Children(Rule::kEventOption)) {
    const Kind word = option.First().kind();
    const ast::Expr** target = word == Kind::kFrom       ? &event->table
                               : word == Kind::kBy       ? &event->by
                               : word == Kind::kAt       ? &event->at
                               : word == Kind::kIdColumn ? &event->id
                               : word == Kind::kSeq      ? &event->seq
                               : word == Kind::kReceived ? &event->received
                               : word == Kind::kUpdated  ? &event->updated
                                                         : &event->where;
    TellTwice(context, option, *target);
    *target = word == Kind::kWhere ? BuildCondition(context, option.Child(Rule::kCondition))
                                   : BuildText(context, option.Child(Kind::kText));
  }
  event->fields = BuildProperties(context, parts.block);
  return event;
}

}  // namespace saiten::parse
