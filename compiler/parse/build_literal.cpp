#include "compiler/parse/build_expr.h"
#include "compiler/parse/literals.h"

namespace saiten::parse {
namespace {

using ast::Expr;
using diag::Code;

constexpr int64_t kDayMicros = 24LL * 60 * 60 * 1'000'000;

std::string Quoted(Context& context, const Node& node) { return std::string(context.TextOf(node)); }

std::optional<Decimal> DecimalOf(Context& context, const Node& token) {
  const auto value = ReadDecimal(context.AsciiTextOf(token));
  if (!value) context.reporter().Report(Code::kNumberTooLong, context.SpanOf(token), {Quoted(context, token)});
  return value;
}

const Expr* BuildDate(Context& context, const Node& date, const Node& clock) {
  const auto days = ReadDate(context.AsciiTextOf(date));
  if (!days) {
    context.reporter().Report(Code::kNoSuchDate, context.SpanOf(date), {Quoted(context, date)});
    return ErrorAt(context, context.SpanOf(date));
  }
  if (!clock) {
    auto* literal = Make<ast::DateLit>(context, context.SpanOf(date));
    literal->days = *days;
    return literal;
  }
  const auto* time = ast::As<ast::ClockLit>(BuildClock(context, clock));
  if (!time) return ErrorAt(context, context.SpanOf(date));
  auto* literal = Make<ast::DateTimeLit>(context, context.SpanOf(date).To(context.SpanOf(clock)));
  literal->micros = *days * kDayMicros + time->micros;
  return literal;
}

const Expr* BuildDateTime(Context& context, const Node& token) {
  const auto moment = ReadDateTime(context.AsciiTextOf(token));
  if (!moment) {
    const bool day = ReadDate(context.AsciiTextOf(token).substr(0, 10)).has_value();
    context.reporter().Report(day ? Code::kNoSuchTime : Code::kNoSuchDate, context.SpanOf(token),
                              {Quoted(context, token)});
    return ErrorAt(context, context.SpanOf(token));
  }
  auto* literal = Make<ast::DateTimeLit>(context, context.SpanOf(token));
  literal->micros = moment->micros;
  literal->has_zone = moment->has_zone;
  return literal;
}

bool IsCurrency(std::string_view word) {
  if (word.size() != 3) return false;
  for (char c : word) {
    if (c < 'A' || c > 'Z') return false;
  }
  return true;
}

// `JPY 5_000`; a sign like `¥` in the place of the three letters is reported by the lexer.
const Expr* BuildMoney(Context& context, const Node& word, const Node& number) {
  const Span span = context.SpanOf(word).To(context.SpanOf(number));
  std::string_view currency = context.TextOf(word);
  if (currency == "¥" || currency == "￥") currency = "JPY";
  if (currency == "$") currency = "USD";
  if (currency == "€") currency = "EUR";
  if (currency == "£") currency = "GBP";
  if (!IsCurrency(currency)) {
    context.reporter()
        .Report(Code::kNotACurrency, context.SpanOf(word), {std::string(currency)})
        .Note("money is three capital letters, a space and a number: `JPY 5_000`",
              "金額は大文字3字の通貨、空白、数の順に書きます: `JPY 5_000`");
    return ErrorAt(context, span);
  }
  const auto value = DecimalOf(context, number);
  if (!value) return ErrorAt(context, span);
  auto* money = Make<ast::MoneyLit>(context, span);
  money->currency = context.arena().Copy(currency);
  money->mantissa = value->mantissa;
  money->scale = value->scale;
  return money;
}

const Expr* BuildRegex(Context& context, const Node& token) {
  std::string_view text = context.TextOf(token);
  text.remove_prefix(1);
  if (text.ends_with('/')) text.remove_suffix(1);
  std::string pattern;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '/') continue;
    pattern += text[i];
  }
  auto* regex = Make<ast::RegexLit>(context, context.SpanOf(token));
  regex->pattern = context.arena().Copy(std::string_view(pattern));
  return regex;
}

}  // namespace

const ast::NumberLit* BuildNumber(Context& context, const Node& token) {
  if (!token) return nullptr;
  const auto value = DecimalOf(context, token);
  auto* number = Make<ast::NumberLit>(context, context.SpanOf(token));
  using Form = ast::NumberLit::Form;
  number->form = token.kind() == Kind::kPoints    ? Form::kPoints
                 : token.kind() == Kind::kPercent ? Form::kPercent
                                                  : Form::kPlain;
  if (!value) return number;
  number->mantissa = value->mantissa;
  number->scale = static_cast<uint8_t>(value->scale + (number->form == Form::kPercent ? 2 : 0));
  return number;
}

const Expr* BuildAmount(Context& context, const Node& node) {
  const Node token = node.First();
  const ast::NumberLit* number = BuildNumber(context, token);
  if (number && number->scale > 3) {
    context.reporter().Report(Code::kTooManyDecimals, number->span, {Quoted(context, token)});
  }
  return number;
}

const Expr* BuildPoints(Context& context, const Node& node) {
  if (!node) return nullptr;
  if (node.Has(Kind::kPoints)) return BuildAmount(context, node);
  return BuildExpr(context, node.Child(Rule::kExpr));
}

int64_t BuildCount(Context& context, const Node& token) {
  if (!token) return 0;
  const auto value = DecimalOf(context, token);
  if (value && value->scale == 0) return value->mantissa;
  if (value) context.reporter().Report(Code::kNotWhole, context.SpanOf(token), {Quoted(context, token)});
  return 1;
}

ast::Duration BuildDuration(Context& context, const Node& node) {
  ast::Duration duration;
  if (!node) return duration;
  duration.span = context.SpanOf(node);
  if (const Node number = node.Child(Kind::kNumber)) {
    duration.count = BuildCount(context, number);
    duration.business = node.Has(Kind::kBusiness);
    duration.unit = ReadUnit(context.TextOf(node.Child(Kind::kUnit))).value_or(ast::TimeUnit::kDay);
    return duration;
  }
  // `1h 30m`: in the smallest unit that is written.
  int64_t seconds = 0;
  duration.unit = ast::TimeUnit::kHour;
  for (const Node& part : node.Children()) {
    const std::string_view text = context.AsciiTextOf(part);
    const auto value = ReadDecimal(text);
    if (!value || value->mantissa > 1'000'000'000'000) {
      context.reporter().Report(Code::kNumberTooLong, context.SpanOf(part), {Quoted(context, part)});
      return duration;
    }
    const ast::TimeUnit unit = ReadUnit(text.substr(text.size() - 1)).value_or(ast::TimeUnit::kSecond);
    duration.unit = std::min(duration.unit, unit);
    seconds += value->mantissa * (unit == ast::TimeUnit::kHour ? 3600 : unit == ast::TimeUnit::kMinute ? 60 : 1);
  }
  duration.count = seconds / (duration.unit == ast::TimeUnit::kHour     ? 3600
                              : duration.unit == ast::TimeUnit::kMinute ? 60
                                                                        : 1);
  return duration;
}

const Expr* BuildClock(Context& context, const Node& token) {
  if (!token) return nullptr;
  const auto micros = ReadClock(context.AsciiTextOf(token));
  if (!micros) {
    context.reporter().Report(Code::kNoSuchTime, context.SpanOf(token), {Quoted(context, token)});
    return ErrorAt(context, context.SpanOf(token));
  }
  auto* clock = Make<ast::ClockLit>(context, context.SpanOf(token));
  clock->micros = *micros;
  return clock;
}

const Expr* BuildClockRange(Context& context, const Node& token) {
  if (!token) return nullptr;
  const std::string_view text = context.AsciiTextOf(token);
  const size_t dash = text.find('-');
  const auto begin = ReadClock(text.substr(0, dash));
  const auto end = ReadClock(text.substr(dash + 1));
  if (!begin || !end) {
    const std::string bad(begin ? text.substr(dash + 1) : text.substr(0, dash));
    context.reporter().Report(Code::kNoSuchTime, context.SpanOf(token), {bad});
    return ErrorAt(context, context.SpanOf(token));
  }
  auto* range = Make<ast::ClockRangeLit>(context, context.SpanOf(token));
  range->begin_micros = *begin;
  range->end_micros = *end;
  return range;
}

const Expr* BuildMoment(Context& context, const Node& node) {
  if (!node) return nullptr;
  if (const Node whole = node.Child(Kind::kDatetime)) return BuildDateTime(context, whole);
  const Node date = node.Child(Kind::kDate);
  return date ? BuildDate(context, date, node.Child(Kind::kClock)) : nullptr;
}

const Expr* BuildLiteral(Context& context, const Node& node) {
  const Span span = context.SpanOf(node);
  if (const Node duration = node.Child(Rule::kDuration)) {
    auto* literal = Make<ast::DurationLit>(context, span);
    literal->duration = BuildDuration(context, duration);
    return literal;
  }
  const Node first = node.First();
  if (first.Is(Kind::kId)) return BuildMoney(context, first, node.Child(Kind::kNumber));
  if (first.Is(Kind::kNumber) || first.Is(Kind::kPoints) || first.Is(Kind::kPercent)) {
    return BuildNumber(context, first);
  }
  if (first.Is(Kind::kDate) || first.Is(Kind::kDatetime)) return BuildMoment(context, node);
  if (first.Is(Kind::kClock)) return BuildClock(context, first);
  if (first.Is(Kind::kTrue) || first.Is(Kind::kFalse)) {
    auto* literal = Make<ast::BoolLit>(context, span);
    literal->value = first.Is(Kind::kTrue);
    return literal;
  }
  if (first.Is(Kind::kText)) return BuildText(context, first);
  if (first.Is(Kind::kRegex)) return BuildRegex(context, first);
  return ErrorAt(context, span);
}

std::vector<const Expr*> BuildTexts(Context& context, const Node& parent) {
  std::vector<const Expr*> texts;
  for (Node child = parent.First(); child; child = parent.Next(child)) {
    if (child.Is(Kind::kText)) texts.push_back(BuildText(context, child));
  }
  return texts;
}

std::vector<ast::Name> BuildNames(Context& context, const Node& parent) {
  std::vector<ast::Name> names;
  for (const Node& name : parent.Children(Rule::kName)) names.push_back(context.NameOf(name));
  return names;
}

}  // namespace saiten::parse
