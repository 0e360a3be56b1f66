#include <fmt/format.h>

#include "compiler/check/checker.h"
#include "runtime/civil.h"

// Calls: the functions of the library and those the project declares.
namespace saiten::check {
namespace {

using diag::Code;

std::string_view Words(ParamKind kind) {
  switch (kind) {
    case ParamKind::kText:
      return "text";
    case ParamKind::kTextList:
      return "text, or texts in [ ]";
    case ParamKind::kInt:
      return "a whole number";
    case ParamKind::kNumber:
      return "a number";
    case ParamKind::kDate:
      return "a date";
    case ParamKind::kInstant:
      return "a time";
    case ParamKind::kDateOrInstant:
      return "a date or a time";
    case ParamKind::kMoney:
      return "money";
    case ParamKind::kSet:
      return "a set";
    case ParamKind::kMembers:
      return "members of the set, in [ ]";
    case ParamKind::kUnit:
      return "one of day, week, month, quarter, year";
    case ParamKind::kCalendar:
      return "a calendar";
  }
  return "";
}

bool Fits(ParamKind kind, Type type) {
  switch (kind) {
    case ParamKind::kText:
    case ParamKind::kTextList:
      return type.is(TypeKind::kText);
    case ParamKind::kInt:
      return type.is(TypeKind::kInt);
    case ParamKind::kNumber:
      return type.is_number();
    case ParamKind::kDate:
      return type.is(TypeKind::kDate);
    case ParamKind::kInstant:
      return type.is(TypeKind::kInstant);
    case ParamKind::kDateOrInstant:
      return type.is(TypeKind::kDate) || type.is(TypeKind::kInstant);
    case ParamKind::kMoney:
      return type.is(TypeKind::kMoney);
    case ParamKind::kSet:
      return type.is(TypeKind::kSet);
    case ParamKind::kMembers:
    case ParamKind::kUnit:
    case ParamKind::kCalendar:
      return true;
  }
  return false;
}

int UnitNumber(std::string_view word) {
  constexpr std::string_view kUnits[] = {"second", "minute", "hour", "day", "week", "month", "quarter", "year"};
  for (int i = 0; i < 8; ++i) {
    if (word == kUnits[i] || (word.ends_with('s') && word.substr(0, word.size() - 1) == kUnits[i])) return i;
  }
  return -1;
}

}  // namespace

Type Checker::CallExpr(const ast::Call& call, const Scope& scope) {
  const std::string_view name = call.callee.text;
  if (!call.callee.valid()) return Type::Error();
  for (uint32_t i = 0; i < program_.fns.size(); ++i) {
    const FnInfo& fn = program_.fns[i];
    if (fn.decl->name.text != name) continue;
    Use({Node::Kind::kFn, i});
    CheckFn(i);
    // A chain of uses too deep to follow, which OrderComputed reports.
    if (fn_state_[i] == 0) return Type::Error();
    if (call.args.size() != fn.params.size()) {
      sink_
          .Report(Code::kArgumentCount, At(&call),
                  {std::string(name), std::to_string(fn.params.size()), std::to_string(call.args.size())})
          .Other({fn.file, fn.decl->name.span}, "declared here", "宣言はここです");
    }
    for (size_t a = 0; a < call.args.size(); ++a) {
      const Type wanted = a < fn.params.size() ? fn.params[a] : Type::Error();
      const Type type = Expr(call.args[a], scope, wanted);
      Expect(call.args[a], type, wanted);
      if (type.optional && !wanted.optional && !wanted.is_error()) {
        sink_.Report(Code::kMayBeUnknown, At(call.args[a]), {"`" + Source(call.args[a]->span) + "`"})
            .Note(fmt::format("`{}` is declared to take a known value; declare the parameter as `{}?`", name,
                              Spell(wanted)),
                  fmt::format("`{}` の引数を `{}?` と宣言すると不明も渡せます", name, Spell(wanted)));
      }
    }
    program_.exprs[&call].symbol = {.kind = Symbol::Kind::kFn, .index = i};
    return fn.result;
  }
  if (const FunctionRecord* record = program_.functions.Find(name)) {
    program_.exprs[&call].symbol = {.kind = Symbol::Kind::kFunction, .function = record};
    return LibraryCall(call, *record, scope);
  }
  if (SayForeignFunction(call)) return Type::Error();
  for (const ast::Expr* arg : call.args) Expr(arg, scope);
  auto builder = sink_.Report(Code::kUnknownFunction, At(call.callee.span), {std::string(name)});
  std::vector<std::string> names;
  for (const FunctionRecord& record : program_.functions.all()) names.emplace_back(record.name);
  for (const FnInfo& fn : program_.fns) names.emplace_back(fn.decl->name.text);
  Suggest(builder, call.callee, names);
  return Type::Error();
}

bool Checker::Argument(const FunctionRecord& record, const ParamInfo& param, const ast::Expr* arg, const Scope& scope,
                       std::vector<Type>& types) {
  auto wrong = [&](std::string found) {
    sink_.Report(Code::kArgumentType, At(arg),
                 {std::string(record.name), std::string(param.name), std::string(Words(param.kind)), std::move(found)});
    return false;
  };
  auto* name = ast::As<ast::NameRef>(Bare(arg));
  if (param.kind == ParamKind::kUnit) {
    const int unit = name ? UnitNumber(name->name.text) : -1;
    if (unit < 0) return wrong(Source(arg->span));
    program_.exprs[arg] = {Type::Int(), {.kind = Symbol::Kind::kUnit, .index = static_cast<uint32_t>(unit)}};
    types.push_back(Type::Int());
    return true;
  }
  if (param.kind == ParamKind::kCalendar) {
    for (uint32_t i = 0; name && i < catalog().calendars.size(); ++i) {
      if (catalog().calendars[i].name != name->name.text) continue;
      program_.exprs[arg] = {Type::Int(), {.kind = Symbol::Kind::kCalendar, .index = i}};
      program_.calendars_used.resize(catalog().calendars.size());
      program_.calendars_used[i] = true;
      types.push_back(Type::Int());
      return true;
    }
    return wrong(Source(arg->span));
  }
  auto* list = ast::As<ast::ListExpr>(Bare(arg));
  if (param.kind == ParamKind::kTextList && list) {
    bool good = true;
    for (const ast::Expr* item : list->items) {
      const Type type = Expr(item, scope);
      if (!type.is_error() && !Fits(param.kind, type)) good = wrong(Spell(type));
      types.push_back(type);
    }
    program_.exprs[arg].type = Type::Text();
    return good;
  }
  if (param.kind == ParamKind::kMembers) {
    // After an error in the set itself the members have no type to be read by.
    const Type set = types.empty() ? Type::Error() : types[0];
    if (!set.is(TypeKind::kSet)) return false;
    const Type member = Type::Enum(set.enum_id());
    const auto one = [&](const ast::Expr* item) {
      const Type type = Expr(item, scope, member);
      if (!type.is(TypeKind::kSet) || type.ref != set.ref) Expect(item, type, member);
      types.push_back(type);
    };
    if (list) {
      for (const ast::Expr* item : list->items) one(item);
      program_.exprs[arg].type = set.Required();
    } else {
      one(arg);
    }
    return true;
  }
  const Type type = Expr(arg, scope);
  if (!type.is_error() && !Fits(param.kind, type)) return wrong(Spell(type));
  types.push_back(type);
  return true;
}

Type Checker::LibraryCall(const ast::Call& call, const FunctionRecord& record, const Scope& scope) {
  size_t required = 0;
  for (const ParamInfo& param : record.params) required += !param.optional;
  const bool repeated = !record.params.empty() && record.params.back().repeated;
  const bool too_many = call.args.size() > record.params.size() && !repeated;
  std::vector<Type> types;
  bool good = true;
  for (size_t i = 0; i < call.args.size(); ++i) {
    if (record.params.empty()) {
      Expr(call.args[i], scope);
      continue;
    }
    const ParamInfo& param = record.params[std::min(i, record.params.size() - 1)];
    good &= Argument(record, param, call.args[i], scope, types);
  }
  if (call.args.size() < required || too_many) {
    std::string wanted;
    for (const ParamInfo& param : record.params) {
      wanted +=
          fmt::format("{}`{}`{}", wanted.empty() ? "" : ", ", param.name, param.optional ? " (may be left out)" : "");
    }
    sink_.Report(Code::kArgumentCount, At(&call), {std::string(record.name), wanted, std::to_string(call.args.size())})
        .Note(fmt::format("as in `{}`", record.example), fmt::format("例: `{}`", record.example));
    return Type::Error();
  }
  bool optional = record.may_be_unknown;
  bool error = !good;
  for (Type type : types) {
    error |= type.is_error();
    optional |= type.optional && !record.takes_unknown;
  }
  if (error) return Type::Error();
  for (size_t i = 0; i < record.params.size() && i < call.args.size(); ++i) {
    if (record.params[i].kind == ParamKind::kInstant ||
        (record.params[i].kind == ParamKind::kDateOrInstant && types[i].is(TypeKind::kInstant))) {
      NeedZone("a calendar function of a time", "日時の暦計算", call.span);
    }
  }
  if (record.needs_zone) {
    UsesClock();
    NeedZone("a function of today's date", "今日の日付を使う関数", call.span);
  }
  for (const ast::Expr* arg : call.args) {
    const Symbol& symbol = program_.InfoOf(arg).symbol;
    if (symbol.kind != Symbol::Kind::kCalendar) continue;
    for (const ast::Expr* date : call.args) CheckCalendarYear(symbol.index, date);
  }
  switch (record.result) {
    case ResultRule::kText:
      return Type::Text().Optional(optional);
    case ResultRule::kInt:
      return Type::Int().Optional(optional);
    case ResultRule::kBool:
      return Type::Bool().Optional(optional);
    case ResultRule::kDate:
      return Type::Date().Optional(optional);
    case ResultRule::kInstant:
      return Type::Instant().Optional(optional);
    case ResultRule::kClock:
      return Type::Clock().Optional(optional);
    case ResultRule::kSameAsFirst:
      return types[0].Optional(optional);
    case ResultRule::kWidestNumber: {
      Type widest = Type::Int();
      for (Type type : types) widest = CommonType(widest, type).value_or(widest);
      return widest.Optional(optional);
    }
    case ResultRule::kMoneyAmount: {
      const int digits = CurrencyDigits(types[0].ref);
      return (digits <= 0 ? Type::Int() : Type::Decimal(digits)).Optional(optional);
    }
  }
  return Type::Error();
}

}  // namespace saiten::check
