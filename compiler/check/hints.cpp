#include <algorithm>

#include <fmt/format.h>

#include "compiler/check/checker.h"
#include "runtime/normalize.h"

// What beginners write, and what they meant by it.
namespace saiten::check {
namespace {

using diag::Code;
using diag::FixSafety;

std::string Lower(std::string_view word) {
  std::string lower(word);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool IsNumberText(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos &&
         std::ranges::count(text, '.') <= 1 && text.front() != '.' && text.back() != '.';
}

// `2026-04-01` or `2026/4/1` as a date is written; empty if it is none.
std::string DateOf(std::string_view text) {
  std::string parts[3];
  size_t part = 0;
  for (char c : text) {
    if (c == '-' || c == '/') {
      if (++part > 2) return {};
    } else if (c >= '0' && c <= '9') {
      parts[part] += c;
    } else {
      return {};
    }
  }
  if (part != 2 || parts[0].size() != 4) return {};
  for (std::string* two : {&parts[1], &parts[2]}) {
    if (two->empty() || two->size() > 2) return {};
    if (two->size() == 1) two->insert(0, "0");
  }
  return parts[0] + "-" + parts[1] + "-" + parts[2];
}

bool IsTrueWord(std::string_view lower) {
  return lower == "yes" || lower == "true" || lower == "1" || lower == "on" || lower == "はい" || lower == "y";
}
bool IsFalseWord(std::string_view lower) {
  return lower == "no" || lower == "false" || lower == "0" || lower == "off" || lower == "いいえ" || lower == "n";
}

const ast::NameRef* NameOf(const ast::Expr* expr) { return ast::As<ast::NameRef>(Bare(expr)); }

// The parts of a condition that must all hold.
void Conjuncts(const ast::Expr* condition, std::vector<const ast::Expr*>& into) {
  const ast::Expr* bare = Bare(condition);
  auto* logic = ast::As<ast::Logic>(bare);
  if (!logic || !logic->is_and) {
    if (bare) into.push_back(bare);
    return;
  }
  for (const ast::Expr* operand : logic->operands) Conjuncts(operand, into);
}

// The value that a test is about, if the test is not true where that is unknown.
const ast::Expr* TestedValue(const ast::Expr* test) {
  if (auto* known = ast::As<ast::IsKnown>(test)) return known->known ? known->value : nullptr;
  if (auto* compare = ast::As<ast::Compare>(test)) return compare->suffix.or_unknown ? nullptr : compare->left;
  if (auto* in = ast::As<ast::In>(test)) return in->suffix.or_unknown ? nullptr : in->value;
  if (auto* text = ast::As<ast::TextTest>(test)) return text->suffix.or_unknown ? nullptr : text->left;
  return nullptr;
}

}  // namespace

bool Checker::IsKnownBy(const ast::Expr* condition, const ast::Expr* value, bool within) const {
  std::vector<const ast::Expr*> tests;
  if (condition) Conjuncts(condition, tests);
  const std::string wanted = Source(Bare(value)->span);
  return std::ranges::any_of(tests, [&](const ast::Expr* test) {
    const ast::Expr* tested = TestedValue(test);
    if (!tested) return false;
    const std::string found = Source(Bare(tested)->span);
    return within ? wanted.find(found) != std::string::npos : found == wanted;
  });
}

void Checker::CheckDistinct(const ast::Expr* field, const ast::Source& source, const Scope& element) {
  const Type type = Expr(field, element);
  if (!type.optional || IsKnownBy(source.where, field)) return;
  const std::string name = Source(field->span);
  auto builder = sink_.Report(Code::kDistinctUnknown, At(field), {name});
  builder.Note(fmt::format("`where {0} is known` leaves them out; if each is to count, nothing is wrong", name),
               fmt::format("`where {0} is known` と書くと数えません。別々に数えてよければこのままで構いません", name));
  auto* logic = ast::As<ast::Logic>(source.where);
  if (!source.path || (logic && !logic->is_and)) return;
  const uint32_t at = source.where ? source.where->span.end : source.path->span.end;
  builder.Fix("leave them out", "不明のイベントを除く",
              {{At(Span{at, at}), fmt::format(" {} {} is known", source.where ? "and" : "where", name)}},
              FixSafety::kUnsafe);
}

bool Checker::SayEventAsCondition(const ast::Expr* condition, const Scope& scope) {
  const ast::Expr* whole = Bare(condition);
  auto* negation = ast::As<ast::Not>(whole);
  const ast::Expr* inner = negation ? Bare(negation->operand) : whole;
  auto* window = ast::As<ast::InWindow>(inner);
  const ast::NameRef* name = NameOf(window ? window->value : inner);
  auto event = name ? catalog().FindEvent(name->name.text) : std::nullopt;
  if (!event || LookupBare(name->name.text, scope)) return false;
  const std::string text = Source(inner->span);
  auto builder = sink_.Report(Code::kEventAsValue, At(name), {std::string(name->name.text)});
  builder.Other(catalog()[*event].at, "declared here", "宣言はここです");
  if (negation) {
    const std::string want = "no " + text + (window ? "" : " in last 30 days");
    builder.Fix(fmt::format("ask that there is none: `{}`", want), fmt::format("一つもないことを調べる: `{}`", want),
                {{At(whole), want}}, FixSafety::kUnsafe);
  } else {
    const std::string want = fmt::format("exists({})", text);
    builder.Fix(fmt::format("ask whether there is one: `{}`", want), fmt::format("有無を調べる: `{}`", want),
                {{At(inner), want}}, FixSafety::kUnsafe);
    builder.Note(fmt::format("`+5 per {}` gives points for each of them", text),
                 fmt::format("一つごとに加点するなら `+5 per {}` と書きます", text));
  }
  return true;
}

// `x == "A" or "B"`, `x contains "A" or "B"`
size_t Checker::SayListMeant(const ast::Logic& logic, size_t at, const Scope& scope) {
  if (logic.is_and || at == 0) return 0;
  const ast::Expr* test = Bare(logic.operands[at - 1]);
  auto* compare = ast::As<ast::Compare>(test);
  auto* text = ast::As<ast::TextTest>(test);
  const bool equal = compare && (compare->op == ast::CompareOp::kEq || compare->op == ast::CompareOp::kNe);
  const ast::Expr* left = equal ? compare->left : text ? text->left : nullptr;
  const ast::Expr* right = equal ? compare->right : text ? text->right : nullptr;
  if (!left || !right || ast::As<ast::ListExpr>(Bare(right))) return 0;
  const Type type = program_.TypeOf(left);
  size_t end = at;
  std::string list = Source(right->span);
  for (; end < logic.operands.size(); ++end) {
    const ast::Expr* value = logic.operands[end];
    const ast::NameRef* name = NameOf(value);
    const bool named = name && !LookupBare(name->name.text, scope) && (type.is(TypeKind::kEnum) || type.is_error());
    const ast::Expr* bare = Bare(value);
    if (!named && !ast::As<ast::TextLit>(bare) && !ast::As<ast::NumberLit>(bare)) break;
    list += ", " + Source(value->span);
  }
  if (end == at) return 0;
  const Span span{right->span.begin, logic.operands[end - 1]->span.end};
  sink_.Report(Code::kNotBool, At(logic.operands[at]), {type.is_error() ? "value" : Spell(type.Required())})
      .Fix(fmt::format("any of them: `[{}]`", list), fmt::format("どれか一つ: `[{}]`", list),
           {{At(span), "[" + list + "]"}}, FixSafety::kUnsafe);
  return end - at;
}

bool Checker::SayForeignWord(const ast::Name& name, Type hint) {
  const std::string lower = Lower(name.text);
  auto written = [&](const std::string& want, FixSafety safety) {
    sink_.Report(Code::kForeignSign, At(name.span), {std::string(name.text), want})
        .Fix("write `" + want + "`", "`" + want + "` と書く", {{At(name.span), want}}, safety);
    return true;
  };
  if (lower == "true" || lower == "false") return written(lower, FixSafety::kSafe);
  if (hint.is(TypeKind::kBool) && IsTrueWord(lower)) return written("true", FixSafety::kUnsafe);
  if (hint.is(TypeKind::kBool) && IsFalseWord(lower)) return written("false", FixSafety::kUnsafe);
  if (lower == "null" || lower == "nil" || lower == "none") return written("unknown", FixSafety::kUnsafe);
  if (lower == "yesterday") return written("today - 1 day", FixSafety::kUnsafe);
  if (lower == "tomorrow") return written("today + 1 day", FixSafety::kUnsafe);
  return false;
}

bool Checker::SayNullMeant(const ast::Compare& compare, const Scope& scope) {
  const ast::NameRef* name = NameOf(compare.right);
  const bool equal = compare.op == ast::CompareOp::kEq;
  if (!name || LookupBare(name->name.text, scope) || (!equal && compare.op != ast::CompareOp::kNe)) return false;
  const std::string lower = Lower(name->name.text);
  if (lower != "null" && lower != "nil" && lower != "none") return false;
  const std::string want = equal ? "is unknown" : "is known";
  const Span span{compare.op_span.begin, compare.right->span.end};
  sink_.Report(Code::kForeignSign, At(span), {Source(span), want})
      .Fix("write `" + want + "`", "`" + want + "` と書く", {{At(span), want}});
  return true;
}

const PropertyInfo* Checker::PropertyCalled(std::string_view words, Type base) const {
  if (!base.is(TypeKind::kRef) || !base.object_id().valid()) return nullptr;
  const std::string wanted = rt::Nfkc(words);
  for (const PropertyInfo& property : catalog()[base.object_id()].properties) {
    const bool label = !property.label.empty() && rt::Nfkc(property.label) == wanted;
    const bool column = !property.is_many && property.column != property.name && rt::Nfkc(property.column) == wanted;
    const bool type = property.type.is(TypeKind::kEnum) && catalog()[property.type.enum_id()].name == words;
    if (label || column || type) return &property;
  }
  return nullptr;
}

bool Checker::SayQuotedName(const ast::Expr* left, const Scope& scope) {
  auto* text = ast::As<ast::TextLit>(Bare(left));
  if (!text || text->plain().empty() || !scope.has_record()) return false;
  const PropertyInfo* property = PropertyCalled(text->plain(), scope.innermost());
  if (!property) return false;
  sink_.Report(Code::kNoQuotes, At(left), {Source(left->span)})
      .Fix(fmt::format("{} is the column or label of `{}`", Source(left->span), property->name),
           fmt::format("{} は `{}` の列名か表示名です", Source(left->span), property->name),
           {{At(left), property->name}});
  return true;
}

// A literal of the wrong kind beside a value of this type.
void Checker::OfferLiteral(diag::Sink::Builder& builder, const ast::Expr* left, const ast::Expr* right, Type wanted) {
  auto put = [&](const std::string& text, FixSafety safety) {
    std::vector<diag::Edit> edits{{At(right), text}};
    const bool date = text.size() == 10 && text[4] == '-';
    if (wanted.is(TypeKind::kInstant) && date && left) {
      edits.push_back({At(left), fmt::format("date({})", Source(left->span))});
    }
    builder.Fix("write `" + text + "`", "`" + text + "` と書く", std::move(edits), safety);
  };
  const ast::Expr* bare = Bare(right);
  auto* text = ast::As<ast::TextLit>(bare);
  auto* number = ast::As<ast::NumberLit>(bare);
  const std::string plain = text ? std::string(text->plain()) : std::string();
  const bool time = wanted.is(TypeKind::kDate) || wanted.is(TypeKind::kInstant);
  if (text && wanted.is_number() && IsNumberText(plain)) put(plain, FixSafety::kSafe);
  if (text && wanted.is(TypeKind::kMoney) && IsNumberText(plain)) {
    put(fmt::format("{} {}", CurrencyName(wanted.ref), plain), FixSafety::kUnsafe);
  }
  if (text && time && !DateOf(plain).empty()) put(DateOf(plain), FixSafety::kUnsafe);
  if (number && wanted.is(TypeKind::kDuration) && number->scale == 0) {
    const std::string unit = number->mantissa == 1 ? " day" : " days";
    put(Source(right->span) + unit, FixSafety::kUnsafe);
  }
  // `04/01/2026` reads as a division.
  const std::string source = Source(right->span);
  if (time && std::ranges::count(source, '/') == 2 && source.size() >= 8 && source.find(' ') == std::string::npos) {
    const size_t first = source.find('/');
    const size_t second = source.find('/', first + 1);
    const std::string year = source.substr(second + 1);
    const std::string a = source.substr(0, first);
    const std::string b = source.substr(first + 1, second - first - 1);
    const std::string month_first = DateOf(year + "-" + a + "-" + b);
    const std::string day_first = DateOf(year + "-" + b + "-" + a);
    if (!month_first.empty() && std::stoi(a) <= 12) put(month_first, FixSafety::kUnsafe);
    if (!day_first.empty() && std::stoi(b) <= 12 && a != b) put(day_first, FixSafety::kUnsafe);
  }
}

// `opt_in == "yes"`, `opt_in == 1`
void Checker::OfferCondition(diag::Sink::Builder& builder, const ast::Expr* left, const ast::Expr* right) {
  auto* text = ast::As<ast::TextLit>(Bare(right));
  const std::string lower = text ? Lower(text->plain()) : Source(right->span);
  const Span span{left->span.begin, right->span.end};
  if (IsTrueWord(lower)) {
    builder.Fix("the condition by itself", "そのまま条件にする", {{At(span), Source(left->span)}}, FixSafety::kUnsafe);
  } else if (IsFalseWord(lower)) {
    builder.Fix("the condition by itself", "そのまま条件にする", {{At(span), "not " + Source(left->span)}},
                FixSafety::kUnsafe);
  }
}

bool Checker::SayForeignFunction(const ast::Call& call) {
  const std::string lower = Lower(call.callee.text);
  auto written = [&](Span span, const std::string& want) {
    sink_.Report(Code::kForeignSign, At(span), {Source(span), want})
        .Fix("write `" + want + "`", "`" + want + "` と書く", {{At(span), want}}, FixSafety::kUnsafe);
    return true;
  };
  const size_t count = call.args.size();
  auto arg = [&](size_t i) { return Source(call.args[i]->span); };
  if (lower == "today" && count == 0) return written(call.span, "today");
  if (lower == "now" && count == 0) return written(call.span, "now");
  if ((lower == "len" || lower == "strlen") && count == 1) return written(call.callee.span, "length");
  if ((lower == "isnull" || lower == "isblank") && count == 1) return written(call.span, arg(0) + " is unknown");
  if (lower == "not" && count == 1) return written(call.span, "not (" + arg(0) + ")");
  if ((lower == "and" || lower == "or") && count >= 2) {
    std::string joined = arg(0);
    for (size_t i = 1; i < count; ++i) joined += " " + lower + " " + arg(i);
    return written(call.span, "(" + joined + ")");
  }
  if ((lower == "coalesce" || lower == "ifnull" || lower == "nvl") && count == 2) {
    return written(call.span, "(" + arg(0) + " else " + arg(1) + ")");
  }
  if ((lower == "datediff" || lower == "datedif") && count == 2) return written(call.span, arg(0) + " - " + arg(1));
  if (lower == "countif" || lower == "countifs") {
    sink_.Report(Code::kForeignSign, At(call.span), {Source(call.span), "count(EVENT where ...) > 3"});
    return true;
  }
  return false;
}

void Checker::WarnEmptyText(const ast::Compare& compare, Type left) {
  auto* text = ast::As<ast::TextLit>(Bare(compare.right));
  const bool equal = compare.op == ast::CompareOp::kEq;
  if (!text || text->has_interpolation() || !text->plain().empty() || !left.is(TypeKind::kText)) return;
  if (!equal && compare.op != ast::CompareOp::kNe) return;
  const std::string name = Source(compare.left->span);
  const std::string want = name + (equal ? " is unknown" : " is known");
  sink_.Report(Code::kEmptyText, At(&compare), {name})
      .Caret(equal ? "so this is never true" : "so this only asks whether it is known",
             equal ? "真になることはありません" : "不明でないことだけを調べています")
      .Fix("write `" + want + "`", "`" + want + "` と書く", {{At(&compare), want}}, FixSafety::kUnsafe);
}

void Checker::WarnPercent(const ast::Expr* right, Type left) {
  auto* number = ast::As<ast::NumberLit>(Bare(right));
  if (!number || number->form != ast::NumberLit::Form::kPercent || !left.is(TypeKind::kInt)) return;
  const std::string source = Source(right->span);
  if (source.empty() || source.back() != '%') return;
  const std::string want = source.substr(0, source.size() - 1);
  sink_.Report(Code::kPercentOfWhole, At(right), {source, want})
      .Fix("write `" + want + "`", "`" + want + "` と書く", {{At(right), want}}, FixSafety::kUnsafe);
}

void Checker::WarnPattern(const ast::Expr* item, std::string_view text, bool like) {
  if (like && text.find('%') != std::string_view::npos && text.find('*') == std::string_view::npos) {
    std::string want = Source(item->span);
    std::ranges::replace(want, '%', '*');
    sink_.Report(Code::kLikePercent, At(item))
        .Fix("write " + want, want + " と書く", {{At(item), want}}, FixSafety::kUnsafe);
  }
  if (!like && text.find('*') != std::string_view::npos) {
    sink_.Report(Code::kPatternInRow, At(item), {Source(item->span)})
        .Note("a rule of its own compares with a pattern: `+5 when x like \"*@gmail.com\"`",
              "パターンは別のルールで調べます: `+5 when x like \"*@gmail.com\"`");
  }
}

void Checker::WarnReversed(const ast::Window& window) {
  auto moment = [](const ast::Expr* expr) -> std::optional<int64_t> {
    constexpr int64_t kDay = 86'400'000'000;
    if (auto* date = ast::As<ast::DateLit>(Bare(expr))) return date->days * kDay;
    if (auto* time = ast::As<ast::DateTimeLit>(Bare(expr)); time && !time->has_zone) return time->micros;
    return std::nullopt;
  };
  const auto from = moment(window.from);
  const auto to = moment(window.to);
  if (!from || !to || *from <= *to) return;
  const std::string a = Source(window.from->span);
  const std::string b = Source(window.to->span);
  sink_.Report(Code::kWindowReversed, At(window.span), {a, b})
      .Fix("turn it round", "入れ替える", {{At(window.from), b}, {At(window.to), a}}, FixSafety::kUnsafe);
}

void Checker::WarnLimitGives(const ast::ScoreItem& item) {
  auto number = [](const ast::Expr* expr) { return ast::As<ast::NumberLit>(Bare(expr)); };
  auto* max = number(item.limits.max);
  auto* min = number(item.limits.min);
  auto say = [&](const ast::Expr* limit, const char* word, const char* other) {
    auto builder = sink_.Report(Code::kLimitGives, At(limit), {fmt::format("{} {}", word, Source(limit->span))});
    const std::string before = Source({item.span.begin, limit->span.begin});
    const size_t place = before.rfind(word);
    if (place == std::string::npos || item.limits.min == nullptr || item.limits.max == nullptr) {
      if (place == std::string::npos) return;
      const uint32_t at = item.span.begin + static_cast<uint32_t>(place);
      builder.Fix(fmt::format("write `{} {}`", other, Source(limit->span)),
                  fmt::format("`{} {}` と書く", other, Source(limit->span)), {{At(Span{at, at + 3}), other}},
                  FixSafety::kUnsafe);
    }
  };
  if (max && max->mantissa < 0) say(item.limits.max, "max", "min");
  if (min && min->mantissa > 0) say(item.limits.min, "min", "max");
}

void Checker::WarnUnknownPoints(const ast::Expr* points, const ast::Expr* condition) {
  if (!points || HasErrorIn(points->span)) return;
  if (!program_.TypeOf(points).optional || IsKnownBy(condition, points, true)) return;
  const std::string text = Source(points->span);
  sink_.Report(Code::kPointsUnknown, At(points), {text})
      .Note(fmt::format("to say so, ask for it: `... is known and ...`; for a default, `({} else 0)`", text),
            fmt::format("意図どおりなら条件に `... is known` を加えます。既定値は `({} else 0)` と書きます", text))
      .Counterexample({{text, "unknown"}})
      .Fix("give a default", "既定値を書く", {{At(points), fmt::format("{} else 0", text)}}, FixSafety::kUnsafe);
}

void Checker::WarnSameRules(std::span<const ast::ScoreItem* const> items) {
  std::unordered_map<std::string, Span> seen;
  for (const ast::ScoreItem* item : items) {
    if (!item) continue;
    const bool rule = item->kind == ast::ScoreItemKind::kWhen || item->kind == ast::ScoreItemKind::kPer;
    if (!rule || HasErrorIn(item->span)) continue;
    std::string words;
    for (char c : Source(item->span)) {
      const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
      if (!blank) words += c;
      if (blank && !words.empty() && words.back() != ' ') words += ' ';
    }
    const auto [same, is_first] = seen.try_emplace(words, item->span);
    if (is_first) continue;
    sink_.Report(Code::kSameRule, At(item->span)).Other(At(same->second), "the first", "最初のもの");
  }
}

}  // namespace saiten::check
