#include "compiler/ast/print.h"
#include "compiler/ast/printer.h"

namespace saiten::ast {
namespace {

constexpr std::string_view kCompareSigns[] = {"==", "!=", "<", "<=", ">", ">="};
constexpr std::string_view kArithSigns[] = {"+", "-", "*", "/"};
constexpr std::string_view kTextTests[] = {"contains", "contains-word", "starts", "ends", "like", "matches"};
constexpr std::string_view kAggregates[] = {"count", "exists", "no", "sum", "avg", "min", "max", "first", "last"};

std::string NumberOf(int64_t mantissa, int scale) {
  std::string digits = std::to_string(mantissa < 0 ? -mantissa : mantissa);
  if (scale > 0) {
    if (static_cast<int>(digits.size()) <= scale) digits.insert(0, static_cast<size_t>(scale) + 1 - digits.size(), '0');
    digits.insert(digits.size() - static_cast<size_t>(scale), ".");
  }
  return (mantissa < 0 ? "-" : "") + digits;
}

std::string Suffix(const TestSuffix& suffix) {
  std::string text;
  if (suffix.ignoring_case) text += " ignoring-case";
  if (suffix.or_unknown) text += " or-unknown";
  return text;
}

std::string WindowText(const Window& window) {
  Printer out;
  out.Add("in", window);
  return out.Take();
}

template <typename Items>
std::string Joined(std::string_view head, const Items& items) {
  std::string text = "(" + std::string(head);
  for (const Expr* item : items) text += " " + Print(item);
  return text + ")";
}

std::string Joined(std::string_view head, std::initializer_list<const Expr*> items) {
  return Joined<std::initializer_list<const Expr*>>(head, items);
}

std::string TextLiteral(const TextLit& text) {
  if (!text.has_interpolation()) return QuotedText(text.plain());
  std::string joined = "(text";
  for (const TextPart& part : text.parts)
    joined += " " + (part.expr ? "${" + Print(part.expr) + "}" : QuotedText(part.text));
  return joined + ")";
}

std::string PrintLiteral(const Expr* e) {
  if (auto* n = As<NumberLit>(e)) {
    const std::string sign = n->form == NumberLit::Form::kPoints && n->mantissa >= 0 ? "+" : "";
    const bool percent = n->form == NumberLit::Form::kPercent;
    return sign + NumberOf(n->mantissa, n->scale - (percent ? 2 : 0)) + (percent ? "%" : "");
  }
  if (auto* b = As<BoolLit>(e)) return b->value ? "true" : "false";
  if (auto* t = As<TextLit>(e)) return TextLiteral(*t);
  if (auto* d = As<DateLit>(e)) return "(date " + std::to_string(d->days) + ")";
  if (auto* c = As<ClockLit>(e)) return "(clock " + std::to_string(c->micros / 1'000'000) + ")";
  if (auto* r = As<ClockRangeLit>(e)) {
    return "(clocks " + std::to_string(r->begin_micros / 1'000'000) + " " + std::to_string(r->end_micros / 1'000'000) +
           ")";
  }
  if (auto* t = As<DateTimeLit>(e)) {
    return std::string(t->has_zone ? "(instant " : "(local ") + std::to_string(t->micros / 1'000'000) + ")";
  }
  if (auto* d = As<DurationLit>(e)) return TextOf(d->duration);
  if (auto* m = As<MoneyLit>(e))
    return "(money " + std::string(m->currency) + " " + NumberOf(m->mantissa, m->scale) + ")";
  if (auto* r = As<RegexLit>(e)) return "(regex " + QuotedText(r->pattern) + ")";
  return "unknown";
}

std::string PrintTest(const Expr* e) {
  if (auto* c = As<Compare>(e)) {
    return "(" + std::string(kCompareSigns[static_cast<size_t>(c->op)]) + " " + Print(c->left) + " " + Print(c->right) +
           Suffix(c->suffix) + ")";
  }
  if (auto* i = As<In>(e)) {
    return "(" + std::string(i->negated ? "not-in " : "in ") + Print(i->value) + " " + Print(i->set) +
           Suffix(i->suffix) + ")";
  }
  if (auto* t = As<TextTest>(e)) {
    return "(" + std::string(kTextTests[static_cast<size_t>(t->op)]) + " " + Print(t->left) + " " + Print(t->right) +
           Suffix(t->suffix) + ")";
  }
  if (auto* k = As<IsKnown>(e)) return Joined(k->known ? "is-known" : "is-unknown", {k->value});
  if (auto* g = As<InGroup>(e)) {
    return "(" + std::string(g->negated ? "not-in-" : "in-") + (g->is_list ? "list " : "segment ") +
           (g->value ? Print(g->value) + " " : "") + std::string(g->group.text) + ")";
  }
  if (auto* w = As<InWindow>(e)) {
    return "(" + std::string(w->negated ? "not-" : "") + "window " + Print(w->value) + WindowText(w->window) +
           Suffix(w->suffix) + ")";
  }
  if (auto* h = As<HasBeen>(e)) {
    return "(has-been " + Print(h->value) + " " + Print(h->state) +
           (h->has_duration ? " for " + TextOf(h->duration) : "") + ")";
  }
  auto* was = As<Was>(e);
  return Joined("was", {was->value, was->state});
}

std::string PrintMatch(const Match& match) {
  std::string text = Joined(match.all ? "match-all" : "match", match.subjects);
  text.pop_back();
  for (const MatchRow& row : match.rows) {
    text += " {";
    for (const Pattern& pattern : row.patterns) text += TextOf(pattern) + " ";
    text += "=> " + Print(row.result) + "}";
  }
  return text + ")";
}

std::string PrintAggregate(const Aggregate& a) {
  std::string text = "(" + std::string(kAggregates[static_cast<size_t>(a.fn)]) + " " + TextOf(a.source);
  if (a.distinct_by) text += " distinct " + Print(a.distinct_by);
  return text + WindowText(a.window) + ")";
}

std::string PrintRecord(const Record& record) {
  std::string text = "{";
  for (const FieldValue& field : record.fields) {
    if (text.size() > 1) text += ", ";
    text += std::string(field.name.text) + ": " + Print(field.value);
  }
  return text + "}";
}

}  // namespace

std::string TextOf(const Source& source) {
  std::string text = source.is_change ? "(change " + Print(source.path) : Print(source.path);
  if (source.change_from) text += " from " + Print(source.change_from);
  if (source.change_to) text += " to " + Print(source.change_to);
  if (source.is_change) text += ")";
  return text + (source.where ? " where " + Print(source.where) : "");
}

std::string TextOf(const Pattern& pattern) {
  using Kind = Pattern::Kind;
  switch (pattern.kind) {
    case Kind::kOtherwise:
      return "otherwise";
    case Kind::kUnknown:
      return "unknown";
    case Kind::kAny:
      return "_";
    case Kind::kCompare:
      return std::string(kCompareSigns[static_cast<size_t>(pattern.op)]) + Print(pattern.value);
    case Kind::kValue:
    case Kind::kRange:
      return Print(pattern.value);
    case Kind::kList:
    case Kind::kTuple:
      break;
  }
  const bool tuple = pattern.kind == Kind::kTuple;
  std::string text = tuple ? "(" : "[";
  for (const Pattern& item : pattern.items) text += (text.size() > 1 ? ", " : "") + TextOf(item);
  return text + (tuple ? ")" : "]");
}

std::string Print(const Expr* e) {
  if (!e) return "-";
  switch (e->kind) {
    case ExprKind::kError:
      return "(error)";
    case ExprKind::kNumber:
    case ExprKind::kBool:
    case ExprKind::kText:
    case ExprKind::kDate:
    case ExprKind::kClock:
    case ExprKind::kClockRange:
    case ExprKind::kDateTime:
    case ExprKind::kDuration:
    case ExprKind::kMoney:
    case ExprKind::kRegex:
    case ExprKind::kUnknown:
      return PrintLiteral(e);
    case ExprKind::kName:
      return std::string(As<NameRef>(e)->name.text);
    case ExprKind::kMember:
      return Print(As<Member>(e)->base) + "." + std::string(As<Member>(e)->name.text);
    case ExprKind::kCall:
      return Joined("call " + std::string(As<Call>(e)->callee.text), As<Call>(e)->args);
    case ExprKind::kUser:
      return Joined("user", {As<UserRef>(e)->name});
    case ExprKind::kParen:
      return Joined("paren", {As<Paren>(e)->inner});
    case ExprKind::kList:
      return Joined(As<ListExpr>(e)->is_tuple ? "tuple" : "list", As<ListExpr>(e)->items);
    case ExprKind::kRange:
      return Joined("range", {As<RangeExpr>(e)->low, As<RangeExpr>(e)->high});
    case ExprKind::kRecord:
      return PrintRecord(*As<Record>(e));
    case ExprKind::kNegate:
      return Joined("negate", {As<Negate>(e)->operand});
    case ExprKind::kArith: {
      auto* a = As<Arith>(e);
      return Joined(kArithSigns[static_cast<size_t>(a->op)], {a->left, a->right});
    }
    case ExprKind::kNot:
      return Joined("not", {As<Not>(e)->operand});
    case ExprKind::kLogic:
      return Joined(As<Logic>(e)->is_and ? "and" : "or", As<Logic>(e)->operands);
    case ExprKind::kCompare:
    case ExprKind::kIn:
    case ExprKind::kTextTest:
    case ExprKind::kIsKnown:
    case ExprKind::kInGroup:
    case ExprKind::kInWindow:
    case ExprKind::kHasBeen:
    case ExprKind::kWas:
      return PrintTest(e);
    case ExprKind::kElse:
      return Joined("else", {As<Else>(e)->value, As<Else>(e)->fallback});
    case ExprKind::kIf:
      return Joined("if", {As<If>(e)->condition, As<If>(e)->then, As<If>(e)->otherwise});
    case ExprKind::kMatch:
      return PrintMatch(*As<Match>(e));
    case ExprKind::kAggregate:
      return PrintAggregate(*As<Aggregate>(e));
    case ExprKind::kTimeSince:
      return Joined("time-since", {As<TimeSince>(e)->operand});
  }
  return {};
}

}  // namespace saiten::ast
