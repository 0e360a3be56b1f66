#include <algorithm>

#include <fmt/format.h>

#include "compiler/check/checker.h"
#include "runtime/decimal_text.h"

// Expressions: every node gets a type and, if it is a name, what it stands for.
namespace saiten::check {
namespace {

using diag::Code;

bool IsZero(const ast::Expr* expr) {
  auto* number = ast::As<ast::NumberLit>(Bare(expr));
  return number && number->mantissa == 0;
}

bool IsNonZeroConstant(const ast::Expr* expr) {
  expr = Bare(expr);
  if (auto* negate = ast::As<ast::Negate>(expr)) expr = Bare(negate->operand);
  auto* number = ast::As<ast::NumberLit>(expr);
  auto* money = ast::As<ast::MoneyLit>(expr);
  auto* duration = ast::As<ast::DurationLit>(expr);
  return (number && number->mantissa != 0) || (money && money->mantissa != 0) ||
         (duration && duration->duration.count != 0);
}

const char* Sign(ast::ArithOp op) {
  switch (op) {
    case ast::ArithOp::kAdd:
      return "+";
    case ast::ArithOp::kSub:
      return "-";
    case ast::ArithOp::kMul:
      return "*";
    case ast::ArithOp::kDiv:
      return "/";
  }
  return "?";
}

// Months, quarters and years have no fixed length, business days no length at all.
bool MovesAlongCalendar(const ast::Expr* expr) {
  auto* literal = ast::As<ast::DurationLit>(Bare(expr));
  return literal && (literal->duration.unit >= ast::TimeUnit::kDay || literal->duration.business);
}

bool HasFixedLength(const ast::Duration& duration) {
  return duration.unit <= ast::TimeUnit::kWeek && !duration.business;
}

}  // namespace

Type Checker::Expr(const ast::Expr* expr, const Scope& scope, Type hint) {
  if (!expr) return Type::Error();
  const Type type = ExprUncached(expr, scope, hint);
  program_.exprs[expr].type = type;
  return type;
}

Type Checker::ExprUncached(const ast::Expr* expr, const Scope& scope, Type hint) {
  using ast::ExprKind;
  switch (expr->kind) {
    case ExprKind::kError:
      return Type::Error();
    case ExprKind::kNumber: {
      auto* number = static_cast<const ast::NumberLit*>(expr);
      return number->scale == 0 ? Type::Int() : Type::Decimal(number->scale);
    }
    case ExprKind::kBool:
      return Type::Bool();
    case ExprKind::kText:
      PlainText(expr);
      return Type::Text();
    case ExprKind::kDate:
      return Type::Date();
    case ExprKind::kClock:
      return Type::Clock();
    case ExprKind::kDateTime:
      if (!static_cast<const ast::DateTimeLit*>(expr)->has_zone)
        NeedZone("a time without a zone", "時間帯のない日時", expr->span);
      return Type::Instant();
    case ExprKind::kDuration: {
      const ast::Duration& duration = static_cast<const ast::DurationLit*>(expr)->duration;
      if (!HasFixedLength(duration)) {
        sink_.Report(Code::kMonthLength, At(expr), {duration.business ? "business day" : Source(expr->span)})
            .Note("it can be added to or taken from a date or a time: `today - 1 month`",
                  "日付や日時に足し引きできます(例: `today - 1 month`)");
        return Type::Error();
      }
      return Type::Duration();
    }
    case ExprKind::kMoney: {
      auto* money = static_cast<const ast::MoneyLit*>(expr);
      const uint32_t currency = CurrencyFromName(money->currency);
      const int digits = currency ? CurrencyDigits(currency) : -1;
      if (digits < 0) {
        sink_.Report(Code::kBadCurrency, At(expr), {std::string(money->currency)});
        return Type::Error();
      }
      if (money->scale > digits) {
        sink_.Report(Code::kTextTooFine, At(expr), {std::string(money->currency), std::to_string(digits)});
        return Type::Error();
      }
      return Type::Money(currency);
    }
    case ExprKind::kUnknown:
      return Type::Nothing();
    case ExprKind::kName:
      return NameExpr(*static_cast<const ast::NameRef*>(expr), scope, hint);
    case ExprKind::kMember:
      return MemberExpr(*static_cast<const ast::Member*>(expr), scope);
    case ExprKind::kCall:
      return CallExpr(*static_cast<const ast::Call*>(expr), scope);
    case ExprKind::kUser: {
      auto* user = static_cast<const ast::UserRef*>(expr);
      Expr(user->name, scope);
      const ObjectInfo& users = catalog()[*catalog().FindObject("user")];
      const auto name = users.Find("name");
      if (!name || !users.properties[*name].type.is(TypeKind::kText)) {
        sink_.Report(Code::kUserWithoutName, At(expr)).Other(users.at, "declared here", "宣言はここです");
        return Type::Error();
      }
      return Type::Ref(*catalog().FindObject("user")).Optional();
    }
    case ExprKind::kParen:
      return Expr(static_cast<const ast::Paren*>(expr)->inner, scope, hint);
    case ExprKind::kNegate: {
      const Type type = Expr(static_cast<const ast::Negate*>(expr)->operand, scope);
      const bool fits = type.is_number() || type.is(TypeKind::kMoney) || type.is(TypeKind::kDuration);
      if (!fits && !type.is_error()) {
        sink_.Report(Code::kTypeMismatch, At(expr), {diag::Both("number", "数値"), Spell(type)});
        return Type::Error();
      }
      return type;
    }
    case ExprKind::kArith:
      return ArithExpr(*static_cast<const ast::Arith*>(expr), scope);
    case ExprKind::kNot: {
      auto* negation = static_cast<const ast::Not*>(expr);
      const Type type = Expr(negation->operand, scope);
      if (!type.is_error() && !type.is(TypeKind::kBool)) {
        sink_.Report(Code::kNotBool, At(negation->operand), {Spell(type)});
        return Type::Error();
      }
      return type;
    }
    case ExprKind::kLogic:
      return LogicExpr(*static_cast<const ast::Logic*>(expr), scope);
    case ExprKind::kCompare:
      return CompareExpr(*static_cast<const ast::Compare*>(expr), scope);
    case ExprKind::kIn:
      return InExpr(*static_cast<const ast::In*>(expr), scope);
    case ExprKind::kTextTest:
      return TextTestExpr(*static_cast<const ast::TextTest*>(expr), scope);
    case ExprKind::kIsKnown:
      return IsKnownExpr(*static_cast<const ast::IsKnown*>(expr), scope);
    case ExprKind::kInGroup:
      return InGroupExpr(*static_cast<const ast::InGroup*>(expr), scope);
    case ExprKind::kInWindow:
      return InWindowExpr(*static_cast<const ast::InWindow*>(expr), scope);
    case ExprKind::kHasBeen: {
      auto* has_been = static_cast<const ast::HasBeen*>(expr);
      if (has_been->has_duration) NeedZoneFor(has_been->duration);
      return HistoryExpr(has_been->value, has_been->state, scope, false);
    }
    case ExprKind::kWas: {
      auto* was = static_cast<const ast::Was*>(expr);
      return HistoryExpr(was->value, was->state, scope, true);
    }
    case ExprKind::kElse:
      return ElseExpr(*static_cast<const ast::Else*>(expr), scope, hint);
    case ExprKind::kIf:
      return IfExpr(*static_cast<const ast::If*>(expr), scope, hint);
    case ExprKind::kMatch:
      return MatchExpr(*static_cast<const ast::Match*>(expr), scope, hint);
    case ExprKind::kAggregate:
      return AggregateExpr(*static_cast<const ast::Aggregate*>(expr), scope);
    case ExprKind::kTimeSince:
      return TimeSinceExpr(*static_cast<const ast::TimeSince*>(expr), scope);
    case ExprKind::kClockRange:
    case ExprKind::kRegex:
    case ExprKind::kList:
    case ExprKind::kRange:
    case ExprKind::kRecord:
      sink_.Report(Code::kTypeMismatch, At(expr), {diag::Both("value", "値"), Source(expr->span).substr(0, 40)});
      return Type::Error();
  }
  return Type::Error();
}

Type Checker::EnumMemberExpr(const ast::Expr* at, const ast::Name& name, Type enum_type) {
  const EnumInfo& info = catalog()[enum_type.enum_id()];
  const int member = info.Find(name.text);
  if (member < 0) {
    if (name.valid()) {
      std::vector<std::string> names;
      for (const auto& m : info.members) names.push_back(m.name);
      auto builder = sink_.Report(Code::kUnknownMember, At(name.span), {std::string(name.text), info.name});
      builder.Other(info.at, "declared here", "宣言はここです");
      // A spelling from the data written as a name, perhaps not quite as it stands there.
      std::vector<std::string> spellings;
      for (const auto& m : info.members) spellings.insert(spellings.end(), m.spellings.begin(), m.spellings.end());
      const bool like_a_name = !Nearest(name.text, names).empty();
      const std::string near = like_a_name ? std::string() : Nearest(name.text, spellings);
      for (const auto& m : info.members) {
        const bool exactly = std::ranges::find(m.spellings, name.text) != m.spellings.end();
        if (!exactly && (near.empty() || std::ranges::find(m.spellings, near) == m.spellings.end())) continue;
        const std::string spelling = exactly ? std::string(name.text) : near;
        builder.Fix(fmt::format("\"{}\" is a spelling of `{}`", spelling, m.name),
                    fmt::format("\"{}\" は `{}` の表記です", spelling, m.name), {{At(name.span), m.name}},
                    exactly ? diag::FixSafety::kSafe : diag::FixSafety::kUnsafe);
        return Type::Error();
      }
      Suggest(builder, name, names);
    }
    return Type::Error();
  }
  program_.exprs[at].symbol = {.kind = Symbol::Kind::kMember, .index = static_cast<uint32_t>(member)};
  return enum_type.Required();
}

Type Checker::NameExpr(const ast::NameRef& ref, const Scope& scope, Type hint) {
  if (!ref.name.valid()) return Type::Error();
  const bool enum_wanted = hint.is(TypeKind::kEnum) || hint.is(TypeKind::kSet);
  auto found = LookupBare(ref.name.text, scope);
  if (enum_wanted) {
    const Type wanted = Type::Enum(hint.enum_id());
    const bool member = catalog()[hint.enum_id()].Find(ref.name.text) >= 0;
    if (member && found && found->type.is(TypeKind::kEnum) && found->type.ref == hint.ref) {
      const std::string& enum_name = catalog()[hint.enum_id()].name;
      sink_.Report(Code::kAmbiguousMember, At(&ref), {std::string(ref.name.text), enum_name})
          .Fix("write which one", "どちらかを書く", {{At(&ref), fmt::format("{}.{}", enum_name, ref.name.text)}},
               diag::FixSafety::kUnsafe);
      return Type::Error();
    }
    if (member || !found) return EnumMemberExpr(&ref, ref.name, wanted);
  }
  if (!found) {
    ReportUnknownName(ref.name, scope, hint);
    return Type::Error();
  }
  if (found->symbol.kind == Symbol::Kind::kProperty) {
    const Type& frame = scope.frames[found->symbol.frame];
    const PropertyInfo& property = catalog()[frame.object_id()].properties[found->symbol.index];
    if (property.is_many) {
      sink_
          .Report(Code::kTypeMismatch, At(&ref),
                  {diag::Both("one value", "一つの値"),
                   diag::Both("many " + Spell(property.type), "複数の " + Spell(property.type))})
          .Note(
              fmt::format("`count({0} ...)`, `exists({0} ...)` or `sum({0}.x)` makes one value of them", property.name),
              fmt::format("`count({0} ...)` や `exists({0} ...)` で一つの値にします", property.name));
      return Type::Error();
    }
  }
  if (found->symbol.kind == Symbol::Kind::kTable) {
    ReportTableAsValue(&ref, found->symbol);
    return Type::Error();
  }
  if (found->symbol.kind == Symbol::Kind::kToday || found->symbol.kind == Symbol::Kind::kNow) UsesClock();
  if (found->symbol.kind == Symbol::Kind::kToday) NeedZone("`today`", "`today`", ref.span);
  program_.exprs[&ref].symbol = found->symbol;
  return found->type;
}

void Checker::ReportTableAsValue(const ast::Expr* at, const Symbol& symbol) {
  const ast::TableDecl& table = *program_.tables[symbol.index].decl;
  const std::string_view column = table.gives.empty() ? "..." : table.gives[0].text;
  sink_.Report(Code::kTypeMismatch, At(at), {diag::Both("value", "値"), "table"})
      .Note(fmt::format("read a column: `{}.{}`", Source(at->span), column), "列を選びます");
}

Type Checker::TableColumn(const ast::Member& member, const Symbol& symbol) {
  const TableInfo& table = program_.tables[symbol.index];
  for (uint32_t i = 0; i < table.decl->gives.size(); ++i) {
    if (table.decl->gives[i].text != member.name.text) continue;
    CheckTable(symbol.index);
    program_.exprs[&member].symbol = {.kind = Symbol::Kind::kTableColumn, .index = i};
    return i < table.columns.size() ? table.columns[i] : Type::Error();
  }
  sink_.Report(Code::kNoSuchColumn, At(member.name.span),
               {std::string(member.name.text), std::string(table.decl->name.text)});
  return Type::Error();
}

Type Checker::MemberExpr(const ast::Member& member, const Scope& scope, bool before_dot) {
  // `Status.Hot`, `escalation.level`: a name in front of the dot that is no value.
  if (auto* base = ast::As<ast::NameRef>(Bare(member.base))) {
    auto found = LookupBare(base->name.text, scope);
    if (!found) {
      if (auto id = catalog().FindEnum(base->name.text)) return EnumMemberExpr(&member, member.name, Type::Enum(*id));
    } else if (found->symbol.kind == Symbol::Kind::kTable) {
      program_.exprs[base].symbol = found->symbol;
      return TableColumn(member, found->symbol);
    }
  }
  Type base;
  if (auto* inner = ast::As<ast::Member>(Bare(member.base))) {
    base = MemberExpr(*inner, scope, true);
    program_.exprs[member.base].type = program_.exprs[inner].type = base;
    // `boss.escalation.level`
    const Symbol symbol = program_.exprs[inner].symbol;
    if (symbol.kind == Symbol::Kind::kTable) {
      const Type column = TableColumn(member, symbol);
      return column.Optional(column.optional || (!column.is_error() && program_.TypeOf(inner->base).optional));
    }
  } else {
    base = Expr(member.base, scope);
  }
  if (base.is_error() || !member.name.valid()) return Type::Error();
  auto found = LookupMember(base, member.name.text);
  if (!found) {
    ReportUnknownProperty(member.name, base);
    return Type::Error();
  }
  program_.exprs[&member].symbol = found->symbol;
  if (found->symbol.kind == Symbol::Kind::kTable) {
    if (!before_dot) ReportTableAsValue(&member, found->symbol);
    return Type::Error();
  }
  if (found->symbol.kind == Symbol::Kind::kProperty && base.is(TypeKind::kRef) &&
      catalog()[base.object_id()].properties[found->symbol.index].is_many) {
    sink_.Report(Code::kTypeMismatch, At(&member),
                 {diag::Both("one value", "一つの値"),
                  diag::Both("many " + Spell(found->type.Required()), "複数の " + Spell(found->type.Required()))});
    return Type::Error();
  }
  return found->type;
}

Type Checker::ArithExpr(const ast::Arith& arith, const Scope& scope) {
  const bool additive = arith.op == ast::ArithOp::kAdd || arith.op == ast::ArithOp::kSub;
  if (additive && MovesAlongCalendar(arith.right)) {
    const Type left = Expr(arith.left, scope);
    const ast::Expr* literal = Bare(arith.right);
    program_.exprs[literal].type = program_.exprs[arith.right].type = Type::Duration();
    if (left.is(TypeKind::kInstant) || left.is(TypeKind::kDate)) {
      const ast::Duration& duration = ast::As<ast::DurationLit>(literal)->duration;
      if (left.is(TypeKind::kInstant)) NeedZoneFor(duration);
      if (duration.business && catalog().calendars.empty()) {
        sink_.Report(Code::kUnknownDecl, At(literal), {"calendar", diag::Both("for business days", "(営業日用)")});
      }
      CheckMove(arith.left, left, arith.right);
      return left;
    }
    const ast::Duration& duration = ast::As<ast::DurationLit>(literal)->duration;
    if (left.is(TypeKind::kDuration) && HasFixedLength(duration)) return left;
    if (!left.is_error()) {
      sink_.Report(Code::kArithMismatch, At(arith.op_span), {Sign(arith.op), Spell(left), "duration"});
    }
    return Type::Error();
  }
  const Type left = Expr(arith.left, scope);
  const Type right = Expr(arith.right, scope);
  if (arith.op == ast::ArithOp::kDiv && IsZero(arith.right)) {
    sink_.Report(Code::kDivisionByZero, At(arith.right));
    return Type::Error();
  }
  auto type = ArithType(static_cast<ArithOp>(arith.op), left, right, IsNonZeroConstant(arith.right));
  if (!type) {
    auto builder = sink_.Report(Code::kArithMismatch, At(arith.op_span), {Sign(arith.op), Spell(left), Spell(right)});
    // `today - 30`: of what?
    const bool time = left.is(TypeKind::kDate) || left.is(TypeKind::kInstant);
    if (additive && time && right.is(TypeKind::kInt)) OfferLiteral(builder, nullptr, arith.right, Type::Duration());
    const bool money = left.is(TypeKind::kMoney) || right.is(TypeKind::kMoney);
    if (money && left.is(TypeKind::kMoney) && right.is(TypeKind::kMoney) && left.ref != right.ref) {
      builder.Note("two currencies never meet", "異なる通貨どうしは計算できません");
    }
    return Type::Error();
  }
  auto is_time = [](Type t) { return t.is(TypeKind::kDate) || t.is(TypeKind::kInstant); };
  if (additive && is_time(left)) CheckMove(arith.left, left, arith.right);
  if (arith.op == ast::ArithOp::kAdd && is_time(right)) CheckMove(arith.right, right, arith.left);
  return *type;
}

Type Checker::LogicExpr(const ast::Logic& logic, const Scope& scope) {
  bool optional = false;
  bool error = false;
  for (size_t i = 0; i < logic.operands.size(); ++i) {
    const ast::Expr* operand = logic.operands[i];
    if (const size_t values = SayListMeant(logic, i, scope)) {
      i += values - 1;
      error = true;
      continue;
    }
    if (SayEventAsCondition(operand, scope)) {
      error = true;
      continue;
    }
    const Type type = Expr(operand, scope);
    if (type.is_error()) {
      error = true;
      continue;
    }
    if (!type.is(TypeKind::kBool)) {
      sink_.Report(Code::kNotBool, At(operand), {Spell(type)});
      error = true;
    }
    optional |= type.optional;
  }
  return error ? Type::Error() : Type::Bool().Optional(optional);
}

Type Checker::IfExpr(const ast::If& expr, const Scope& scope, Type hint) {
  Condition(expr.condition, scope);
  const Type then = Expr(expr.then, scope, hint);
  const Type otherwise = Expr(expr.otherwise, scope, hint.is_error() ? then : hint);
  auto type = CommonType(then, otherwise);
  if (!type) {
    sink_.Report(Code::kRowTypes, At(&expr), {Spell(then), Spell(otherwise)});
    return Type::Error();
  }
  return *type;
}

void Checker::ReportNeverUnknown(const ast::Else& expr) {
  sink_.Report(Code::kNeverUnknown, At(expr.value), {"`" + Source(expr.value->span) + "`"})
      .Caret("so the `else` is never used", "`else` が使われることはありません");
}

Type Checker::ElseExpr(const ast::Else& expr, const Scope& scope, Type hint) {
  const Type value = Expr(expr.value, scope, hint);
  const Type fallback = Expr(expr.fallback, scope, value.is_error() ? hint : value);
  if (value.is_error() || fallback.is_error()) return Type::Error();
  if (!value.optional) ReportNeverUnknown(expr);
  auto type = CommonType(value.Required(), fallback);
  if (!type) {
    sink_.Report(Code::kTypeMismatch, At(expr.fallback), {Spell(value.Required()), Spell(fallback)});
    return Type::Error();
  }
  return type->Optional(fallback.optional);
}

void Checker::Condition(const ast::Expr* expr, const Scope& scope) {
  if (SayEventAsCondition(expr, scope)) return;
  const Type type = Expr(expr, scope);
  if (expr && !type.is_error() && !type.is(TypeKind::kBool)) {
    sink_.Report(Code::kNotBool, At(expr), {Spell(type)});
  }
}

bool Checker::Expect(const ast::Expr* expr, Type found, Type wanted) {
  if (!expr || found.is_error() || wanted.is_error()) return true;
  auto common = CommonType(found, wanted);
  const bool fits = common && common->Required() == wanted.Required();
  if (fits) return true;
  auto* text = ast::As<ast::TextLit>(Bare(expr));
  if (text && wanted.is(TypeKind::kEnum)) {
    ReportCompare(expr, nullptr, expr, wanted, found);
    return false;
  }
  if (wanted.is(TypeKind::kMoney) && found.is_number()) {
    ReportCompare(expr, nullptr, expr, wanted, found);
    return false;
  }
  sink_.Report(Code::kTypeMismatch, At(expr), {Spell(wanted.Required()), Spell(found)});
  return false;
}

void Checker::ExpectRequired(const ast::Expr* expr, Type type, std::string en, std::string ja) {
  if (!expr || type.is_error() || !type.optional) return;
  sink_.Report(Code::kMayBeUnknown, At(expr), {"`" + Source(expr->span) + "`"})
      .Note(std::move(en), std::move(ja))
      .Fix("give a default", "既定値を書く", {{At(expr), fmt::format("({} else 0)", Source(expr->span))}},
           diag::FixSafety::kUnsafe);
}

}  // namespace saiten::check
