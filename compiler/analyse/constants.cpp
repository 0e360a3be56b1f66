#include "compiler/analyse/facts.h"
#include "compiler/analyse/walk.h"
#include "runtime/decimal.h"
#include "runtime/local_time.h"
#include "runtime/normalize.h"

// Values that the rules write out.
namespace saiten::analyse {
namespace {

// A named value may be made of named values; a cycle of them is an error found elsewhere.
constexpr int kMaxDepth = 50;

std::optional<int64_t> LengthOf(const ast::Duration& duration) {
  const int64_t unit = rt::FixedLength(check::ToRuntime(duration.unit));
  int64_t length = 0;
  if (duration.business || unit == 0 || __builtin_mul_overflow(duration.count, unit, &length)) return std::nullopt;
  return length;
}

bool IsWhole(Type type) { return type.is_number() && type.scale == 0; }

}  // namespace

bool IsTooLong(const ast::Duration& duration) {
  return !duration.business && rt::FixedLength(check::ToRuntime(duration.unit)) != 0 && !LengthOf(duration);
}

int64_t Facts::NumberOfText(std::string_view text) {
  std::string form = rt::Nfkc(text);
  auto [at, fresh] = text_numbers_.try_emplace(std::move(form), static_cast<int64_t>(texts_.size()));
  if (fresh) texts_.emplace_back(text);
  return at->second;
}

std::optional<Constant> Facts::ConstantOfArith(const ast::Arith& arith, bool* saturated) {
  const auto left = ConstantOf(arith.left);
  const auto right = ConstantOf(arith.right);
  const Type type = TypeOf(&arith);
  if (!left || !right) return std::nullopt;
  int64_t raw = 0;
  if (type.is(TypeKind::kMoney) || type.is(TypeKind::kDuration)) {
    const bool alike = left->type.SameBase(type) && right->type.SameBase(type);
    if (arith.op == ast::ArithOp::kAdd && alike) {
      raw = rt::Add(left->raw, right->raw, saturated);
    } else if (arith.op == ast::ArithOp::kSub && alike) {
      raw = rt::Sub(left->raw, right->raw, saturated);
    } else if (arith.op == ast::ArithOp::kMul && (IsWhole(left->type) || IsWhole(right->type))) {
      raw = rt::MulDecimal(left->raw, 0, right->raw, 0, saturated);
    } else {
      return std::nullopt;
    }
    if (*saturated) return std::nullopt;
    return Constant{raw, type.Required()};
  }
  if (!type.is_number() || !left->type.is_number() || !right->type.is_number()) return std::nullopt;
  switch (arith.op) {
    case ast::ArithOp::kAdd:
      raw = rt::AddDecimal(left->raw, left->type.scale, right->raw, right->type.scale, saturated);
      break;
    case ast::ArithOp::kSub:
      raw = rt::SubDecimal(left->raw, left->type.scale, right->raw, right->type.scale, saturated);
      break;
    case ast::ArithOp::kMul:
      raw = rt::MulDecimal(left->raw, left->type.scale, right->raw, right->type.scale, saturated);
      break;
    case ast::ArithOp::kDiv:
      if (right->raw == 0) return std::nullopt;
      raw = rt::DivDecimal(left->raw, left->type.scale, right->raw, right->type.scale, saturated);
      break;
  }
  if (*saturated) return std::nullopt;
  return Constant{raw, type.Required()};
}

bool Facts::Overflows(const ast::Arith& arith) {
  bool saturated = false;
  ConstantOfArith(arith, &saturated);
  return saturated;
}

bool Facts::MovesPastCalendar(const ast::Arith& arith) {
  const auto date = ConstantOf(arith.left);
  const auto length = ConstantOf(arith.right);
  if (!date || !length || !date->type.is(TypeKind::kDate) || !length->type.is(TypeKind::kDuration)) return false;
  const rt::Int128 days = length->raw / rt::kMicrosPerDay;
  const rt::Int128 day = arith.op == ast::ArithOp::kSub ? date->raw - days : date->raw + days;
  return day < rt::kMinDay || day > rt::kMaxDay;
}

std::optional<Constant> Facts::ConstantOf(const ast::Expr* expr) {
  expr = Bare(expr);
  if (!expr) return std::nullopt;
  const check::ExprInfo& info = program_.InfoOf(expr);
  if (info.symbol.kind == check::Symbol::Kind::kMember) return Constant{info.symbol.index, info.type.Required()};
  if (info.symbol.kind == check::Symbol::Kind::kLet) {
    const check::LetInfo& let = program_.lets[info.symbol.index];
    if (let.decl->object.valid() || depth_ > kMaxDepth) return std::nullopt;
    if (auto known = let_constants_.find(info.symbol.index); known != let_constants_.end()) return known->second;
    ++depth_;
    auto value = ConstantOf(let.decl->value);
    --depth_;
    let_constants_.emplace(info.symbol.index, value);
    return value;
  }
  if (auto* number = ast::As<ast::NumberLit>(expr)) {
    return Constant{number->mantissa, number->scale == 0 ? Type::Int() : Type::Decimal(number->scale)};
  }
  if (auto* boolean = ast::As<ast::BoolLit>(expr)) return Constant{boolean->value, Type::Bool()};
  if (auto* date = ast::As<ast::DateLit>(expr)) return Constant{date->days, Type::Date()};
  if (auto* clock = ast::As<ast::ClockLit>(expr)) return Constant{clock->micros, Type::Clock()};
  if (auto* time = ast::As<ast::DateTimeLit>(expr)) {
    if (time->has_zone) return Constant{time->micros, Type::Instant()};
    if (!zone_) return std::nullopt;
    return Constant{zone_->ToInstant(time->micros), Type::Instant()};
  }
  if (auto* duration = ast::As<ast::DurationLit>(expr)) {
    if (auto length = LengthOf(duration->duration)) return Constant{*length, Type::Duration()};
    return std::nullopt;
  }
  if (auto* money = ast::As<ast::MoneyLit>(expr)) {
    const uint32_t currency = CurrencyFromName(money->currency);
    const int digits = currency ? CurrencyDigits(currency) : -1;
    if (digits < 0 || money->scale > digits) return std::nullopt;
    bool saturated = false;
    const int64_t raw = rt::Rescale(money->mantissa, money->scale, digits, &saturated);
    if (saturated) return std::nullopt;
    return Constant{raw, Type::Money(currency)};
  }
  if (auto* text = ast::As<ast::TextLit>(expr)) {
    if (text->has_interpolation()) return std::nullopt;
    return Constant{NumberOfText(text->plain()), Type::Text()};
  }
  if (auto* negate = ast::As<ast::Negate>(expr)) {
    auto value = ConstantOf(negate->operand);
    if (!value || value->raw == rt::kNumberMin) return std::nullopt;
    value->raw = -value->raw;
    return value;
  }
  if (auto* arith = ast::As<ast::Arith>(expr)) {
    bool saturated = false;
    return ConstantOfArith(*arith, &saturated);
  }
  return std::nullopt;
}

std::optional<int64_t> Facts::MilliOf(const ast::Expr* expr) {
  const auto value = ConstantOf(expr);
  if (!value || !value->type.is_number()) return std::nullopt;
  bool saturated = false;
  const int64_t milli = rt::Rescale(value->raw, value->type.scale, rt::kPointScale, &saturated);
  if (saturated) return std::nullopt;
  return milli;
}

}  // namespace saiten::analyse
