#include <algorithm>

#include <fmt/format.h>

#include "compiler/check/checker.h"
#include "runtime/decimal_text.h"

// Scores: rules, options, limits and bands (sem 3.3).
namespace saiten::check {
namespace {

using diag::Code;

// A limit or bound in milli-points; nothing if it is missing or broken.
std::optional<int64_t> Milli(const ast::Expr* expr) {
  auto* number = ast::As<ast::NumberLit>(Bare(expr));
  if (!number || number->scale > 3) return std::nullopt;
  int64_t value = number->mantissa;
  for (int i = number->scale; i < 3; ++i) {
    if (__builtin_mul_overflow(value, 10, &value)) return std::nullopt;
  }
  return value;
}

std::string Points(int64_t milli) { return rt::FormatPoints(milli); }

}  // namespace

void Checker::CheckPoints(const ast::Expr* points, const Scope& scope) {
  if (!points) return;
  auto* number = ast::As<ast::NumberLit>(points);
  if (number) {
    program_.exprs[points].type = Type::Points();
    if (number->scale <= 3 && !Milli(points)) {  // more decimals: reported when it was read
      sink_.Report(Code::kConstantOverflow, At(points));
    }
    return;
  }
  const Type type = Expr(points, scope, Type::Points());
  if (type.is_error() || type.is_number()) return;
  auto builder = sink_.Report(Code::kTypeMismatch, At(points), {diag::Both("number", "数値"), Spell(type)});
  if (type.is(TypeKind::kMoney)) {
    builder.Note(
        fmt::format("divide by an amount: `({} / {} 1000) points`", Source(Bare(points)->span), CurrencyName(type.ref)),
        fmt::format("金額で割ってください: `({} / {} 1000) points`", Source(Bare(points)->span),
                    CurrencyName(type.ref)));
  }
}

void Checker::CheckLimits(const ast::Limits& limits) {
  const auto min = Milli(limits.min);
  const auto max = Milli(limits.max);
  for (const ast::Expr* limit : {limits.min, limits.max}) {
    if (limit && limit->kind == ast::ExprKind::kNumber && !Milli(limit))
      sink_.Report(Code::kConstantOverflow, At(limit));
  }
  if (min && max && *min > *max) {
    sink_.Report(Code::kLimitsCrossed, At(limits.min), {Points(*min), Points(*max)})
        .Other(At(limits.max), "the `max`", "`max` はここです");
  }
}

void Checker::CheckEventOptions(const ast::EventOptions& options, const ast::Source* source, const ScoreInfo& score,
                                const Scope& element) {
  if (options.distinct_by && source) CheckDistinct(options.distinct_by, *source, element);
  if (options.distinct_by && !source) Expr(options.distinct_by, element);
  for (const ast::AtMost& limit : options.at_most) {
    if (limit.count < 1) sink_.Report(Code::kCountAtLeastOne, At(limit.span));
    if (limit.kind == ast::AtMost::Kind::kCalendar) {
      const ast::TimeUnit unit = limit.period.unit;
      if (unit != ast::TimeUnit::kDay && unit != ast::TimeUnit::kWeek && unit != ast::TimeUnit::kMonth) {
        sink_.Report(Code::kBadSeriesUnit, At(limit.span), {Source(limit.period.span)});
      }
      NeedZone("a limit per day, week or month", "日・週・月ごとの上限", limit.span);
    }
    if (limit.kind == ast::AtMost::Kind::kRolling) {
      CheckPositive(limit.period);
      NeedZoneFor(limit.period);
    }
  }
  using DecayKind = ast::Decay::Kind;
  if (options.decay.kind != DecayKind::kNone) {
    if (score.decl->running) sink_.Report(Code::kRunningOption, At(options.decay.span), {"decay"});
    CheckPositive(options.decay.period);
    NeedZoneFor(options.decay.period);
    auto* percent = ast::As<ast::NumberLit>(options.decay.percent);
    if (percent && options.decay.kind != DecayKind::kHalfLife) {
      int64_t one = 1;
      for (int i = 0; i < percent->scale && i < 18; ++i) one *= 10;
      if (percent->mantissa <= 0 || percent->mantissa > one) sink_.Report(Code::kShareRange, At(percent));
    }
  }
  if (options.has_expiry) {
    if (score.decl->running) sink_.Report(Code::kRunningOption, At(options.expires_after.span), {"`expires after`"});
    CheckPositive(options.expires_after);
    NeedZoneFor(options.expires_after);
  }
}

void Checker::CheckItem(const ast::ScoreItem* item, const ScoreInfo& score, const Scope& scope) {
  if (!item) return;
  CheckLimits(item->limits);
  WarnLimitGives(*item);
  Scope points_scope = scope;
  points_scope.so_far = score.decl->running;
  switch (item->kind) {
    case ast::ScoreItemKind::kWhen: {
      auto* rule = static_cast<const ast::WhenRule*>(item);
      CheckPoints(rule->points, scope);
      Condition(rule->condition, scope);
      WarnUnknownPoints(rule->points, rule->condition);
      if (score.decl->running)
        sink_.Report(Code::kRunningOption, At(item->span), {diag::Both("a rule with `when`", "`when` のルール")});
      if (rule->more_points) {
        CheckPoints(rule->more_points, scope);
        CheckPositive(rule->more_every);
        NeedZoneFor(rule->more_every);
        auto* absence = ast::As<ast::Aggregate>(Bare(rule->condition));
        const bool fits = absence && absence->fn == ast::AggregateFn::kNo &&
                          program_.WindowOf(absence->source, absence->window).kind == ast::Window::Kind::kLast;
        if (!fits) sink_.Report(Code::kMoreEvery, At(rule->more_points));
      }
      return;
    }
    case ast::ScoreItemKind::kPer: {
      auto* rule = static_cast<const ast::PerRule*>(item);
      auto element = ResolveSource(rule->source, scope, false, "per");
      if (!element) return;
      const Type type = element->innermost();
      if (!type.is(TypeKind::kEvent)) {
        const bool timed = program_.WindowOf(rule->source, rule->options.window).kind != ast::Window::Kind::kNone ||
                           rule->options.has_expiry || rule->options.decay.kind != ast::Decay::Kind::kNone ||
                           score.decl->running || std::ranges::any_of(rule->options.at_most, [](const ast::AtMost& a) {
                             return a.kind != ast::AtMost::Kind::kTotal;
                           });
        if (timed) {
          sink_.Report(Code::kTypeMismatch, At(rule->source.span), {"event", Spell(type)})
              .Note("records have no time of their own, so windows, decay and limits per period need events",
                    "レコードには発生日時がないため、期間や減衰にはイベントが必要です");
          return;
        }
      }
      Scope in_element = *element;
      in_element.so_far = score.decl->running;
      CheckPoints(rule->points, in_element);
      WarnUnknownPoints(rule->points, rule->source.where);
      CheckEventOptions(rule->options, &rule->source, score, *element);
      CheckWindow(program_.WindowOf(rule->source, rule->options.window), scope);
      return;
    }
    case ast::ScoreItemKind::kPerWithout: {
      auto* rule = static_cast<const ast::PerWithoutRule*>(item);
      if (!score.decl->running) sink_.Report(Code::kRunningOnly, At(item->span), {"`per N days without E`"});
      CheckPositive(rule->stretch);
      CheckStretch(rule->stretch);
      NeedZoneFor(rule->stretch);
      auto element = ResolveSource(rule->source, scope, false, "without");
      if (element && !element->innermost().is(TypeKind::kEvent)) {
        sink_.Report(Code::kTypeMismatch, At(rule->source.span), {"event", Spell(element->innermost())});
      }
      CheckPoints(rule->points, points_scope);
      return;
    }
    case ast::ScoreItemKind::kMatch: {
      auto* rule = static_cast<const ast::MatchRule*>(item);
      if (score.decl->running) sink_.Report(Code::kRunningOption, At(item->span), {"`match`"});
      if (!rule->match) return;
      const std::vector<Type> subjects = Subjects(rule->match->subjects, scope);
      // What is missing at the end of the line is told behind it.
      if (rule->match->rows.empty() && !HasErrorIn({item->span.begin, item->span.end + 1})) {
        sink_.Report(Code::kNoRows, At(Span{item->span.begin, item->span.begin + 5}));
      }
      Rows(rule->match->rows, subjects, scope);
      for (const ast::MatchRow& row : rule->match->rows) CheckPoints(row.result, scope);
      return;
    }
    case ast::ScoreItemKind::kGranted: {
      auto* rule = static_cast<const ast::GrantedRule*>(item);
      Scope element = scope;
      element.frames.push_back(Type::Error());
      CheckEventOptions(rule->options, nullptr, score, element);
      CheckWindow(rule->options.window, scope);
      if (rule->options.distinct_by != nullptr) {
        sink_.Report(Code::kNotHere, At(rule->options.distinct_by),
                     {"distinct by", diag::Both("rule for granted points", "`granted` のルール")});
      }
      return;
    }
    case ast::ScoreItemKind::kGroup: {
      auto* group = static_cast<const ast::GroupRule*>(item);
      if (score.decl->running) sink_.Report(Code::kRunningOption, At(item->span), {"`group`"});
      for (const ast::ScoreItem* inner : group->items) CheckItem(inner, score, scope);
      WarnSameRules(group->items);
      return;
    }
  }
}

void Checker::CheckBands(const ast::ScoreDecl& decl) {
  if (!decl.bands) return;
  if (!decl.extra_bands.empty()) {
    sink_.Report(Code::kTwoBands, At(decl.extra_bands[0]->span), {std::string(decl.name.text)})
        .Other(At(decl.bands->span), "the first set", "最初の組");
  }
  const ast::Band* previous = nullptr;
  std::optional<int64_t> bound;
  std::optional<int64_t> left_at;  // where the band before is left
  for (const ast::Band& band : decl.bands->bands) {
    const auto from = Milli(band.from);
    const std::string name(band.name.text);
    if (!previous && band.from) {
      sink_.Report(Code::kFirstBand, At(band.from), {name})
          .Note(fmt::format("put a band below it: `{{ low  {} from {} ... }}`", name, Source(band.from->span)),
                "その下のバンドを前に置いてください");
    } else if (previous && !band.from) {
      sink_.Report(Code::kBandWithoutFrom, At(band.span), {name});
    } else if (from && bound && *from <= *bound) {
      sink_.Report(Code::kBandsOrder, At(band.from), {name, Points(*from), Points(*bound)})
          .Other(At(previous->span), "the band before it", "直前のバンド");
    }
    std::optional<int64_t> leave = from;
    if (band.leave_below) {
      leave = Milli(band.leave_below);
      if (!leave) {
        sink_.Report(Code::kConstantOverflow, At(band.leave_below));
      } else if (from && *leave >= *from) {
        sink_.Report(Code::kHysteresis, At(band.leave_below), {Points(*leave), Points(*from)});
      } else if (left_at && *leave < *left_at) {
        // A falling score would leave the band below first and this one never to it.
        sink_
            .Report(Code::kLeaveOrder, At(band.leave_below),
                    {Points(*leave), std::string(previous->name.text), Points(*left_at)})
            .Other(At(previous->span), "the band below it", "その下のバンド");
      }
    }
    left_at = leave;
    if (from) bound = from;
    previous = &band;
  }
}

// Each full stretch is an occurrence: of seconds, a few years would be a hundred million for each record.
void Checker::CheckStretch(const ast::Duration& stretch) {
  const int64_t length = rt::FixedLength(ToRuntime(stretch.unit));
  int64_t whole = 0;
  if (length == 0 || stretch.count < 1 || __builtin_mul_overflow(length, stretch.count, &whole)) return;
  if (whole >= rt::FixedLength(rt::TimeUnit::kHour)) return;
  sink_.Report(Code::kStretchTooShort, At(stretch.span), {Source(stretch.span)});
}

void Checker::CheckScore(uint32_t index) {
  const ScoreInfo score = program_.scores[index];
  const ast::ScoreDecl& decl = *score.decl;
  file_ = score.file;
  current_node_ = NodeId({Node::Kind::kScore, index});
  Use({Node::Kind::kScore, index});
  uses_[*current_node_].pop_back();
  CheckLimits(decl.limits);
  CheckBands(decl);
  if (!score.object.valid()) {
    current_node_.reset();
    return;
  }
  Scope scope;
  scope.frames.push_back(Type::Ref(score.object));
  if (decl.formula) {
    const Type type = Expr(decl.formula, scope, Type::Points());
    if (!type.is_error() && !type.is_number()) {
      sink_.Report(Code::kTypeMismatch, At(decl.formula), {diag::Both("number", "数値"), Spell(type)});
    } else {
      ExpectRequired(decl.formula, type, "a score is a number for every record", "スコアは必ず数値になります");
    }
    if (!decl.items.empty()) {
      sink_.Report(Code::kFormulaWithRules, At(decl.items[0]->span), {std::string(decl.name.text)})
          .Other(At(decl.formula), "the formula", "計算式")
          .Note("put the rules into a score of their own and add it to the formula",
                "ルールを別のスコアにして、計算式に加えてください");
    }
  } else if (decl.items.empty() && !HasErrorIn(decl.span)) {
    sink_.Report(Code::kEmptyScore, At(decl.name.span), {std::string(decl.name.text)});
  }
  const ast::ScoreItem* granted = nullptr;
  for (const ast::ScoreItem* item : decl.items) {
    CheckItem(item, score, scope);
    if (item && item->kind == ast::ScoreItemKind::kGranted) {
      if (granted)
        sink_.Report(Code::kGrantedTwice, At(item->span)).Other(At(granted->span), "the first", "最初のもの");
      granted = item;
    }
  }
  WarnSameRules(decl.items);
  for (const ast::Source& reset : decl.reset_on) {
    auto element = ResolveSource(reset, scope, false, "reset on");
    if (element && !element->innermost().is(TypeKind::kEvent)) {
      sink_.Report(Code::kTypeMismatch, At(reset.span), {"event", Spell(element->innermost())});
    }
  }
  current_node_.reset();
}

}  // namespace saiten::check
