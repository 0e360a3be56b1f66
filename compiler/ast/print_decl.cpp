#include "compiler/ast/print.h"
#include "compiler/ast/printer.h"

namespace saiten::ast {
namespace {

constexpr std::string_view kWords[] = {
    "use",   "timezone", "calendar", "enum",     "object",   "event",  "list", "let",  "fn",    "score",    "grid",
    "table", "segment",  "template", "workflow", "sequence", "action", "cap",  "test", "cases", "evaluate",
};

std::string TypeText(const TypeRef& type) {
  std::string text(type.name.text);
  if (type.argument) text += "(" + Print(type.argument) + ")";
  if (type.argument_name.valid()) text += "<" + std::string(type.argument_name.text) + ">";
  return text + (type.optional ? "?" : "");
}

void PrintSpellings(Printer& out, std::string_view key, std::span<const Expr* const> spellings) {
  for (const Expr* spelling : spellings) out.Add(key, spelling);
}

void PrintProperties(Printer& out, std::span<const Property> properties) {
  for (const Property& p : properties) {
    out.Line("property").Add(p.name).AddIf(p.is_many, "many").Add(TypeText(p.type)).Add("by", p.by);
    out.AddIf(p.is_key, "key").Add("label", p.label).Add("from", p.column).Add("history", p.history).Add("as", p.role);
    PrintSpellings(out, "unknown", p.unknown_spellings);
    PrintSpellings(out, "true", p.true_spellings);
    PrintSpellings(out, "false", p.false_spellings);
    out.AddQuoted("docs", p.docs);
  }
}

void PrintCalendar(Printer& out, const CalendarDecl& calendar) {
  for (const WorkDays& days : calendar.days)
    out.Line("days").Add(days.first).Add("to", days.last).Add("hours", days.hours);
  for (const Holiday& holiday : calendar.holidays) {
    out.Line("except").Add(std::to_string(holiday.days)).AddQuoted("title", holiday.title);
  }
  if (calendar.week_starts.valid()) out.Line("week-starts").Add(calendar.week_starts);
  if (calendar.fiscal_year_starts.valid()) out.Line("fiscal-year-starts").Add(calendar.fiscal_year_starts);
}

void PrintEnum(Printer& out, const EnumDecl& decl) {
  out.AddIf(decl.ordered, "ordered").AddIf(decl.forward_only, "forward-only");
  out.In();
  for (const EnumMember& member : decl.members) {
    out.Line("member").Add(member.name);
    for (const Expr* spelling : member.spellings) out.Add(spelling);
    out.AddQuoted("docs", member.docs);
  }
  out.Out();
}

void PrintEvent(Printer& out, const EventDecl& event) {
  out.Add("of", event.of);
  for (const Name& name : event.any_of) out.Add("any", name);
  out.Add("from", event.table).Add("by", event.by).Add("at", event.at).Add("id", event.id).Add("seq", event.seq);
  out.Add("received", event.received).Add("updated", event.updated).Add("where", event.where);
  out.In();
  PrintProperties(out, event.fields);
  out.Out();
}

void PrintParams(Printer& out, std::span<const Param> params) {
  for (const Param& param : params) out.Add("param", param.name).Add(TypeText(param.type));
}

void PrintMeta(Printer& out, const Meta& meta) {
  out.Add("label", meta.label).AddQuoted("owner", meta.owner);
  if (meta.review_by_days != INT32_MIN) out.Add("review").Add(std::to_string(meta.review_by_days));
  for (const Name& tag : meta.tags) out.Add("tag", tag);
  out.AddQuoted("docs", meta.docs);
}

}  // namespace

void PrintDecl(Printer& out, const Decl& decl) {
  out.Line(kWords[static_cast<size_t>(decl.kind)]).Add(decl.name);
  PrintMeta(out, decl.meta);
  switch (decl.kind) {
    case DeclKind::kUse: {
      for (const Name& name : As<UseDecl>(&decl)->path) out.Add("part", name);
      return;
    }
    case DeclKind::kTimezone:
      out.Add(As<TimezoneDecl>(&decl)->zone);
      return;
    case DeclKind::kCalendar:
      out.In();
      PrintCalendar(out, *As<CalendarDecl>(&decl));
      return out.Out();
    case DeclKind::kEnum:
      return PrintEnum(out, *As<EnumDecl>(&decl));
    case DeclKind::kObject:
      out.Add("from", As<ObjectDecl>(&decl)->table).Add("updated", As<ObjectDecl>(&decl)->updated).In();
      PrintProperties(out, As<ObjectDecl>(&decl)->properties);
      return out.Out();
    case DeclKind::kEvent:
      return PrintEvent(out, *As<EventDecl>(&decl));
    case DeclKind::kList:
      out.Add("of", As<ListDecl>(&decl)->of).Add("from", As<ListDecl>(&decl)->table);
      return;
    case DeclKind::kLet: {
      auto* let = As<LetDecl>(&decl);
      out.Add("for", let->object).Add(let->value).Add("as", let->role);
      return;
    }
    case DeclKind::kFn:
      PrintParams(out, As<FnDecl>(&decl)->params);
      out.Add(As<FnDecl>(&decl)->body);
      return;
    case DeclKind::kScore:
    case DeclKind::kGrid:
    case DeclKind::kTable:
    case DeclKind::kSegment:
    case DeclKind::kEvaluate:
      return PrintScore(out, decl);
    case DeclKind::kTemplate:
    case DeclKind::kWorkflow:
    case DeclKind::kSequence:
    case DeclKind::kAction:
    case DeclKind::kCap:
      return PrintFlow(out, decl);
    case DeclKind::kTest:
      return PrintTest(out, decl);
    case DeclKind::kCases:
      out.Add(As<CasesDecl>(&decl)->title).Add("from", As<CasesDecl>(&decl)->file);
      return;
  }
}

}  // namespace saiten::ast
