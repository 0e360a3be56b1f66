#include <algorithm>

#include <fmt/format.h>

#include "compiler/analyse/facts.h"
#include "compiler/analyse/walk.h"
#include "runtime/decimal.h"
#include "runtime/decimal_text.h"

// What is compared, and the sets of its values that comparisons take.
namespace saiten::analyse {
namespace {

using check::Symbol;
using rt::Int128;

Int128 FloorOf(Int128 a, Int128 b) {
  const Int128 quotient = a / b;
  return quotient - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

ValueSet RangeOf(Int128 low, Int128 high) {
  const Interval all = ValueSet::AllKnown().intervals()[0];
  if (low > high || low > all.high || high < all.low) return ValueSet::None();
  return ValueSet::Range(low < all.low ? all.low : static_cast<int64_t>(low),
                         high > all.high ? all.high : static_cast<int64_t>(high));
}

std::string Collapse(std::string_view text) {
  std::string out;
  for (char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  return out;
}

}  // namespace

Facts::Facts(const check::CheckedProgram& program, const SourceSet& sources, const diag::Sink& sink)
    : program_(program),
      sources_(sources),
      errors_(sources.size()),
      granted_(program.scores.size()),
      scores_(program.scores.size()),
      score_state_(program.scores.size()) {
  if (auto zone = rt::Zone::Find(program.catalog.timezone)) zone_ = *zone;
  for (const diag::Diagnostic& d : sink.all()) {
    const bool error = diag::InfoOf(d.code).severity == diag::Severity::kError;
    if (error && d.at.file.valid() && d.at.file.index() < errors_.size()) {
      errors_[d.at.file.index()].push_back(d.at.span.begin);
    }
  }
  for (auto& places : errors_) std::ranges::sort(places);
  for (const check::FlowInfo& flow : program.flows) {
    for (const check::StepInfo& info : flow.steps) {
      const bool grants = info.step->kind == ast::StepKind::kGrant && info.target < granted_.size();
      if (grants) granted_[info.target] = true;
    }
  }
}

bool Facts::IsBroken(Location at) const {
  const auto& places = errors_[at.file.index()];
  auto first = std::ranges::lower_bound(places, at.span.begin);
  return first != places.end() && *first < at.span.end;
}

std::string Facts::Written(Location at) const { return Collapse(sources_.Slice(at)); }

Subject Facts::SubjectOfScore(uint32_t score, const ast::Expr* expr) {
  const Reach& reach = ReachOfScore(score).reach;
  return {.expr = expr, .type = Type::Points(), .unit = reach.step(), .domain = reach.InSteps()};
}

ValueSet Facts::ScoresOfBand(uint32_t score, uint32_t member) {
  const check::ScoreInfo& info = program_.scores[score];
  if (!info.decl->bands || member >= info.decl->bands->bands.size()) return ValueSet::None();
  const auto bands = info.decl->bands->bands;
  const int64_t step = ReachOfScore(score).reach.step();
  const Interval all = ValueSet::AllKnown().intervals()[0];
  int64_t low = all.low;
  int64_t high = all.high;
  if (member > 0) {
    const auto from = MilliOf(bands[member].from);
    if (!from) return ValueSet::AllKnown();
    low = -rt::FloorDiv(-*from, step);
  }
  if (member + 1 < bands.size()) {
    const auto next = MilliOf(bands[member + 1].from);
    if (!next) return ValueSet::AllKnown();
    high = -rt::FloorDiv(-*next, step) - 1;
  }
  return ValueSet::Range(low, high);
}

Subject Facts::SubjectOf(const ast::Expr* expr) {
  expr = Bare(expr);
  Subject subject{.expr = expr, .type = TypeOf(expr)};
  const Symbol symbol = program_.InfoOf(expr).symbol;
  switch (subject.type.kind) {
    case TypeKind::kBool:
      subject.domain = ValueSet::Range(0, 1);
      break;
    case TypeKind::kEnum: {
      const auto count = static_cast<int64_t>(catalog()[subject.type.enum_id()].members.size());
      subject.domain = ValueSet::Range(0, count - 1);
      if (symbol.kind == Symbol::Kind::kBand) {
        subject.domain = ValueSet::None();
        const ValueSet scores = SubjectOfScore(symbol.index, expr).domain;
        for (int64_t i = 0; i < count; ++i) {
          const ValueSet of_band = ScoresOfBand(symbol.index, static_cast<uint32_t>(i));
          if (!scores.Intersect(of_band).empty()) subject.domain = subject.domain.Union(ValueSet::Point(i));
        }
      }
      break;
    }
    case TypeKind::kInt:
    case TypeKind::kDecimal:
    case TypeKind::kMoney:
    case TypeKind::kDuration: {
      const Reach reach = ReachOf(expr);
      subject.unit = reach.step();
      subject.domain = reach.InSteps();
      break;
    }
    case TypeKind::kText:
      subject.domain = ValueSet::Range(0, ValueSet::AllKnown().intervals()[0].high);
      break;
    case TypeKind::kDate:
    case TypeKind::kClock:
    case TypeKind::kInstant:
      subject.domain = ValueSet::AllKnown();
      break;
    case TypeKind::kError:
    case TypeKind::kNothing:
    case TypeKind::kSet:
    case TypeKind::kRef:
    case TypeKind::kEvent:
      subject.is_open = true;
      subject.domain = ValueSet::AllKnown();
      break;
  }
  subject.domain = subject.domain.With(subject.type.optional);
  return subject;
}

std::optional<ValueSet> Facts::Where(const Subject& subject, ast::CompareOp op, const ast::Expr* expr) {
  if (subject.is_open) return std::nullopt;
  const auto constant = ConstantOf(expr);
  if (!constant) return std::nullopt;
  const bool numbers = subject.type.is_number() && constant->type.is_number();
  if (!numbers && !subject.type.SameBase(constant->type)) return std::nullopt;
  // Both sides at the finer scale: one unit of the subject is `one`, the constant `wanted`.
  const int scale = numbers ? std::max(subject.type.scale, constant->type.scale) : 0;
  const Int128 one = Int128{subject.unit} * (numbers ? rt::Pow10(scale - subject.type.scale) : 1);
  const Int128 wanted = Int128{constant->raw} * (numbers ? rt::Pow10(scale - constant->type.scale) : 1);
  const Int128 below = FloorOf(wanted, one);
  const bool met = below * one == wanted;
  const Interval all = ValueSet::AllKnown().intervals()[0];
  switch (op) {
    case ast::CompareOp::kEq:
      return met ? RangeOf(below, below) : ValueSet::None();
    case ast::CompareOp::kNe:
      return met ? ValueSet::AllKnown().Minus(RangeOf(below, below)) : ValueSet::AllKnown();
    case ast::CompareOp::kLt:
      return RangeOf(all.low, met ? below - 1 : below);
    case ast::CompareOp::kLe:
      return RangeOf(all.low, below);
    case ast::CompareOp::kGt:
      return RangeOf(below + 1, all.high);
    case ast::CompareOp::kGe:
      return RangeOf(met ? below : below + 1, all.high);
  }
  return std::nullopt;
}

std::optional<ValueSet> Facts::WhereIn(const Subject& subject, const ast::RangeExpr& range) {
  ValueSet set = ValueSet::AllKnown();
  if (range.low) {
    auto part = Where(subject, ast::CompareOp::kGe, range.low);
    if (!part) return std::nullopt;
    set = set.Intersect(*part);
  }
  if (range.high) {
    auto part = Where(subject, ast::CompareOp::kLe, range.high);
    if (!part) return std::nullopt;
    set = set.Intersect(*part);
  }
  return set;
}

std::string Facts::Spell(const Subject& subject, int64_t value) {
  if (subject.type.is(TypeKind::kText)) {
    const bool written = value >= 0 && static_cast<size_t>(value) < texts_.size();
    return written ? fmt::format("\"{}\"", texts_[value]) : std::string("\"...\"");
  }
  bool saturated = false;
  const int64_t raw = rt::Mul(value, subject.unit, &saturated);
  if (subject.type.is(TypeKind::kDecimal)) {
    std::string out;
    rt::AppendDecimalShort(&out, raw, subject.type.scale);
    return out;
  }
  return catalog().SpellValue(subject.type.Required(), raw, zone_);
}

std::string Facts::SpellSample(const Subject& subject, const ValueSet& set) {
  const auto value = set.Sample();
  return value ? Spell(subject, *value) : std::string("unknown");
}

std::string Facts::KeyOf(FileId file, const ast::Expr* expr) const {
  expr = Bare(expr);
  if (!expr) return "?";
  using Kind = Symbol::Kind;
  const Symbol symbol = program_.InfoOf(expr).symbol;
  auto* member = ast::As<ast::Member>(expr);
  const std::string base =
      member && symbol.kind != Kind::kMember ? KeyOf(file, member->base) : fmt::format("row{}", symbol.frame);
  switch (symbol.kind) {
    case Kind::kRecord:
    case Kind::kEventRow:
      return member ? base + ".owner" : base;
    case Kind::kProperty:
      return fmt::format("{}.p{}", base, symbol.index);
    case Kind::kField:
      return fmt::format("{}.f{}", base, symbol.index);
    case Kind::kEventTime:
      return base + ".time";
    case Kind::kLet:
      return fmt::format("{}.let{}", base, symbol.index);
    case Kind::kScore:
      return fmt::format("{}.score{}", base, symbol.index);
    case Kind::kBand:
      return fmt::format("{}.band{}", base, symbol.index);
    case Kind::kGrid:
      return fmt::format("{}.grid{}", base, symbol.index);
    case Kind::kTable:
      return fmt::format("{}.table{}", base, symbol.index);
    case Kind::kTableColumn:
      return fmt::format("{}.column{}", base, symbol.index);
    case Kind::kMember:
      return fmt::format("member{}.{}", program_.TypeOf(expr).ref, symbol.index);
    case Kind::kNone:
    case Kind::kEvent:
    case Kind::kParam:
    case Kind::kSegment:
    case Kind::kList:
    case Kind::kFn:
    case Kind::kFunction:
    case Kind::kUnit:
    case Kind::kCalendar:
    case Kind::kNow:
    case Kind::kToday:
    case Kind::kSoFar:
    case Kind::kOuterWindow:
    case Kind::kLocal:
    case Kind::kLink:
      break;
  }
  return "written " + Written({file, expr->span});
}

}  // namespace saiten::analyse
