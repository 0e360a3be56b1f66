#include <fmt/format.h>

#include "compiler/check/checker.h"
#include "compiler/check/kept.h"

// Aggregates over events and related records: paths, windows and the names that stand inside.
namespace saiten::check {
namespace {

using diag::Code;

const char* Word(ast::AggregateFn fn) {
  switch (fn) {
    case ast::AggregateFn::kCount:
      return "count";
    case ast::AggregateFn::kExists:
      return "exists";
    case ast::AggregateFn::kNo:
      return "no";
    case ast::AggregateFn::kSum:
      return "sum";
    case ast::AggregateFn::kAvg:
      return "avg";
    case ast::AggregateFn::kMin:
      return "min";
    case ast::AggregateFn::kMax:
      return "max";
    case ast::AggregateFn::kFirst:
      return "first";
    case ast::AggregateFn::kLast:
      return "last";
  }
  return "";
}

bool TakesValue(ast::AggregateFn fn) {
  using enum ast::AggregateFn;
  return fn == kSum || fn == kAvg || fn == kMin || fn == kMax;
}

// What stands last in a condition, outside brackets.
const ast::Expr* LastOperand(const ast::Expr* expr) {
  for (;;) {
    if (auto* logic = ast::As<ast::Logic>(expr)) {
      expr = logic->operands.back();
    } else if (auto* negation = ast::As<ast::Not>(expr)) {
      expr = negation->operand;
    } else {
      return expr;
    }
  }
}

// The names of a path from its start on, and the expression that ends behind each.
struct PathPart {
  ast::Name name;
  const ast::Expr* expr;
};
std::vector<PathPart> Flatten(const ast::Expr* path) {
  std::vector<PathPart> parts;
  for (path = Bare(path); path;) {
    if (auto* name = ast::As<ast::NameRef>(path)) {
      parts.insert(parts.begin(), {name->name, path});
      return parts;
    }
    auto* member = ast::As<ast::Member>(path);
    if (!member) return {};
    parts.insert(parts.begin(), {member->name, path});
    path = Bare(member->base);
  }
  return {};
}

}  // namespace

void Checker::NeedZone(const char* what_en, const char* what_ja, Span at) {
  if (!catalog().timezone.empty()) return;
  sink_.Report(Code::kNoTimezone, At(at), {diag::Both(what_en, what_ja)})
      .Note("write `timezone \"Asia/Tokyo\"` at the top of a file",
            "ファイルの先頭に `timezone \"Asia/Tokyo\"` と書きます");
}

void Checker::NeedZoneFor(const ast::Duration& duration) {
  if (duration.unit >= ast::TimeUnit::kMonth || duration.business)
    NeedZone("a calendar unit", "暦の単位", duration.span);
}

void Checker::CheckPositive(const ast::Duration& duration) {
  if (duration.count < 1 && !duration.span.empty()) sink_.Report(Code::kZeroDuration, At(duration.span));
}

std::optional<Scope> Checker::ResolveSource(const ast::Source& source, const Scope& scope, bool wants_value,
                                            const char* fn) {
  SourceInfo info;
  std::vector<PathPart> parts = Flatten(source.path);
  auto check_where_anyway = [&]() -> std::optional<Scope> {
    program_.sources[&source] = info;
    return std::nullopt;
  };
  if (parts.empty()) {
    const bool broken = !source.path || Bare(source.path)->kind == ast::ExprKind::kError;
    if (!broken) sink_.Report(Code::kNotAList, At(source.path), {Source(source.path->span)});
    return check_where_anyway();
  }
  if (!parts[0].name.valid()) return check_where_anyway();
  // Where the path starts.
  ObjectId object;
  size_t next = 0;
  if (scope.has_record()) {
    info.frame = static_cast<uint32_t>(scope.frames.size() - 1);
    const Type& frame = scope.innermost();
    if (frame.is(TypeKind::kRef)) object = frame.object_id();
    if (frame.is(TypeKind::kEvent)) object = catalog()[frame.event_id()].object;
    for (uint32_t i = 0; i < scope.frames.size(); ++i) {
      const Type& outer = scope.frames[i];
      if (!outer.is(TypeKind::kRef) || !outer.object_id().valid() || parts.size() < 2) continue;
      if (catalog()[outer.object_id()].name != parts[0].name.text) continue;
      info.frame = i;
      object = outer.object_id();
      program_.exprs[parts[0].expr] = {outer, {.kind = Symbol::Kind::kRecord, .frame = i}};
      next = 1;
      break;
    }
  }
  for (uint32_t i = 0; i < scope.param_types.size() && next == 0; ++i) {
    if (scope.params[i].name.text != parts[0].name.text || !scope.param_types[i].is(TypeKind::kRef)) continue;
    info.param = i;
    object = scope.param_types[i].object_id();
    program_.exprs[parts[0].expr] = {scope.param_types[i], {.kind = Symbol::Kind::kParam, .index = i}};
    next = 1;
  }
  if (source.is_change) {
    // `change of P`: the events of P's history.
    const std::string_view name = parts[next].name.text;
    const auto changed = object.valid() ? LookupOfObject(object, name) : std::nullopt;
    const auto history = changed ? HistoryOf(catalog(), object, changed->symbol, changed->type, name) : std::nullopt;
    if (!history) {
      if (object.valid() && !changed) {
        ReportUnknownProperty(parts[next].name, Type::Ref(object));
      } else {
        sink_.Report(Code::kNoHistory, At(source.path), {std::string(name)})
            .Note("a history is kept of properties, bands and grids", "履歴があるのは項目・区分・グリッドです");
      }
      return check_where_anyway();
    }
    info.steps.push_back({PathStep::Kind::kEvents, history->value});
    info.element = Type::Event(*history);
    const Type value = catalog()[*history].fields[0].type;
    for (const ast::Expr* end : {source.change_from, source.change_to}) {
      if (end) Expect(end, Expr(end, scope, value), value);
    }
    next = parts.size();
  }
  bool many = source.is_change;
  size_t element_end = source.is_change ? parts.size() : 0;  // parts behind the element
  std::vector<PathStep> pending;                             // single relations that may lead on or be the value
  for (; next < parts.size() && object.valid(); ++next) {
    const std::string_view name = parts[next].name.text;
    auto event = catalog().FindEvent(name, object);
    if (event && catalog()[*event].object == object) {
      info.steps.insert(info.steps.end(), pending.begin(), pending.end());
      pending.clear();
      info.steps.push_back({PathStep::Kind::kEvents, event->value});
      info.element = Type::Event(*event);
      many = true;
      element_end = next + 1;
      break;
    }
    auto property = catalog()[object].Find(name);
    const PropertyInfo* relation = property ? &catalog()[object].properties[*property] : nullptr;
    if (relation && relation->type.is(TypeKind::kRef)) {
      const PathStep step{relation->is_many ? PathStep::Kind::kMany : PathStep::Kind::kRef, *property};
      object = relation->type.object_id();
      pending.push_back(step);
      program_.exprs[parts[next].expr].type = relation->type;
      if (relation->is_many) {
        info.steps.insert(info.steps.end(), pending.begin(), pending.end());
        pending.clear();
        info.element = Type::Ref(object);
        many = true;
        element_end = next + 1;
      }
      continue;
    }
    if (many) break;  // the value, looked up below
    if (event) {
      const ObjectId owner = catalog()[*event].object;
      auto builder =
          sink_.Report(Code::kWrongObject, At(parts[next].name.span),
                       {std::string(name), owner.valid() ? catalog()[owner].name : "?", catalog()[object].name});
      builder.Other(catalog()[*event].at, "declared here", "宣言はここです");
      for (const PropertyInfo& p : catalog()[object].properties) {
        if (p.type.is(TypeKind::kRef) && p.type.object_id() == owner) {
          builder.Fix("go through the relation", "関連を通して書く",
                      {{At(parts[next].name.span), fmt::format("{}.{}", p.name, name)}}, diag::FixSafety::kUnsafe);
          break;
        }
      }
      return check_where_anyway();
    }
    if (LookupOfObject(object, name)) {
      sink_.Report(Code::kNotAList, At(source.path), {Source(source.path->span)});
      return check_where_anyway();
    }
    std::vector<std::string> names;
    for (const EventInfo& e : catalog().events) {
      if (e.object == object && !e.hidden()) names.push_back(e.name);
    }
    for (const PropertyInfo& p : catalog()[object].properties) {
      if (p.is_many) names.push_back(p.name);
    }
    auto builder = sink_.Report(Code::kUnknownDecl, At(parts[next].name.span), {"event", std::string(name)});
    Suggest(builder, parts[next].name, names);
    return check_where_anyway();
  }
  if (info.element.is(TypeKind::kEvent)) UsesClock();  // later events are invisible
  if (!object.valid()) return check_where_anyway();
  if (!many) {
    sink_.Report(Code::kNotAList, At(source.path), {Source(source.path->span)})
        .Note("`is known` asks whether a relation to one is there", "一つへの関連の有無は `is known` で調べます");
    return check_where_anyway();
  }
  Scope element = scope;
  element.frames.push_back(info.element);
  element.so_far = false;
  const uint32_t frame = static_cast<uint32_t>(element.frames.size() - 1);
  const auto kind = info.element.is(TypeKind::kEvent) ? Symbol::Kind::kEventRow : Symbol::Kind::kRecord;
  if (element_end > 0 && element_end <= parts.size()) {
    program_.exprs[parts[element_end - 1].expr] = {info.element, {.kind = kind, .frame = frame}};
  }
  const bool has_value = element_end < parts.size();
  if (has_value) {
    // The rest of the path is an ordinary chain of members behind the element.
    Type type = info.element;
    bool good = true;
    for (size_t i = element_end; i < parts.size() && good; ++i) {
      if (!parts[i].name.valid()) {
        good = false;
        break;
      }
      auto found = LookupMember(type, parts[i].name.text);
      if (!found) {
        ReportUnknownProperty(parts[i].name, type);
        good = false;
        break;
      }
      type = found->type;
      program_.exprs[parts[i].expr] = {found->type, found->symbol};
    }
    if (!good) return check_where_anyway();
    info.value = parts.back().expr;
    if (!wants_value) {
      sink_.Report(Code::kNotAList, At(source.path), {Source(source.path->span)})
          .Note(fmt::format("`{}` goes over events or records, not over their fields", fn),
                fmt::format("`{}` の対象はイベントやレコードです", fn));
      return check_where_anyway();
    }
  } else if (wants_value) {
    auto builder = sink_.Report(Code::kValueNeeded, At(source.path), {fn});
    std::vector<std::string> names = NamesOf(info.element);
    if (!names.empty()) {
      builder.Note(fmt::format("as in `{}({}.{})`", fn, Source(source.path->span), names[0]),
                   fmt::format("例: `{}({}.{})`", fn, Source(source.path->span), names[0]));
    }
    return check_where_anyway();
  }
  auto* trailing = ast::As<ast::InWindow>(LastOperand(source.where));
  if (trailing && info.element.is(TypeKind::kEvent) && Expr(trailing->value, element).is(TypeKind::kBool)) {
    info.window = &trailing->window;
    program_.exprs[trailing].symbol.kind = Symbol::Kind::kOuterWindow;
  }
  program_.sources[&source] = info;
  if (source.where) Condition(source.where, element);
  return element;
}

void Checker::CheckWindow(const ast::Window& window, const Scope& scope) {
  using Kind = ast::Window::Kind;
  auto bound = [&](const ast::Expr* expr) {
    if (!expr) return;
    const Type type = Expr(expr, scope);
    if (type.is_error()) return;
    if (!type.is(TypeKind::kDate) && !type.is(TypeKind::kInstant)) {
      auto builder =
          sink_.Report(Code::kTypeMismatch, At(expr), {diag::Both("date` or `time", "date` か `time"), Spell(type)});
      OfferLiteral(builder, nullptr, expr, Type::Date());
    } else if (type.is(TypeKind::kDate)) {
      NeedZone("a date in a window", "期間の中の日付", expr->span);
    }
  };
  switch (window.kind) {
    case Kind::kNone:
      return;
    case Kind::kLast:
      CheckPositive(window.duration);
      NeedZoneFor(window.duration);
      if (window.duration.business) {
        sink_.Report(Code::kNotYetOption, At(window.span), {diag::Both("a window of business days", "営業日の期間")});
      }
      return;
    case Kind::kLastCalendar:
      CheckPositive(window.duration);
      NeedZone("a window of calendar days", "暦日の期間", window.span);
      return;
    case Kind::kSince:
      bound(window.from);
      return;
    case Kind::kBetween:
      bound(window.from);
      bound(window.to);
      WarnReversed(window);
      return;
    case Kind::kBeforeIt: {
      CheckPositive(window.duration);
      NeedZoneFor(window.duration);
      // The event looked back from is the frame around this aggregate.
      const bool in_event = scope.has_record() && scope.innermost().is(TypeKind::kEvent);
      if (!in_event) sink_.Report(Code::kBeforeItOutside, At(window.span));
      return;
    }
  }
}

Type Checker::AggregateExpr(const ast::Aggregate& aggregate, const Scope& scope) {
  using enum ast::AggregateFn;
  const bool wants_value = TakesValue(aggregate.fn);
  auto element = ResolveSource(aggregate.source, scope, wants_value, Word(aggregate.fn));
  const ast::Window& window = program_.WindowOf(aggregate.source, aggregate.window);
  CheckWindow(window, scope);
  if (!element) return Type::Error();
  const SourceInfo& info = program_.sources[&aggregate.source];
  if (window.kind != ast::Window::Kind::kNone && !info.element.is(TypeKind::kEvent)) {
    sink_.Report(Code::kTypeMismatch, At(window.span), {"event", diag::Both("record", "レコード")})
        .Note("records have no time of their own; test one of their dates in `where`",
              "レコードには発生日時がありません。`where` で日付の項目を調べてください");
    return Type::Error();
  }
  if (aggregate.distinct_by) CheckDistinct(aggregate.distinct_by, aggregate.source, *element);
  switch (aggregate.fn) {
    case kCount:
      return Type::Int();
    case kExists:
    case kNo:
      return Type::Bool();
    case kFirst:
    case kLast:
      return info.element.Optional();
    case kSum:
    case kAvg:
    case kMin:
    case kMax:
      break;
  }
  const Type value = program_.TypeOf(info.value);
  const bool numeric = value.is_number() || value.is(TypeKind::kMoney) || value.is(TypeKind::kDuration);
  const bool ordered = numeric || value.is(TypeKind::kDate) || value.is(TypeKind::kInstant) ||
                       value.is(TypeKind::kClock) || (value.is(TypeKind::kEnum) && catalog()[value.enum_id()].ordered);
  const bool min_max = aggregate.fn == kMin || aggregate.fn == kMax;
  if (!value.is_error() && !(min_max ? ordered : numeric)) {
    sink_.Report(
        min_max ? Code::kNotOrdered : Code::kTypeMismatch, At(info.value),
        min_max ? std::vector<std::string>{Spell(value.Required())} : std::vector<std::string>{"number", Spell(value)});
    return Type::Error();
  }
  if (aggregate.fn == kSum) return value.Required();
  if (aggregate.fn == kAvg && value.is_number()) return Type::Decimal(6).Optional();
  return value.Optional();
}

Type Checker::TimeSinceExpr(const ast::TimeSince& expr, const Scope& scope) {
  if (auto* name = ast::As<ast::NameRef>(Bare(expr.operand))) {
    auto event = catalog().FindEvent(name->name.text);
    if (event && !LookupBare(name->name.text, scope)) {
      const std::string want = fmt::format("last({})", name->name.text);
      sink_.Report(Code::kEventAsValue, At(name), {std::string(name->name.text)})
          .Other(catalog()[*event].at, "declared here", "宣言はここです")
          .Fix(fmt::format("since the last one: `{}`", want), fmt::format("最後のものから: `{}`", want),
               {{At(name), want}}, diag::FixSafety::kUnsafe);
      return Type::Error();
    }
  }
  const Type type = Expr(expr.operand, scope);
  if (type.is_error()) return Type::Error();
  if (type.is(TypeKind::kEvent) || type.is(TypeKind::kInstant)) return Type::Duration().Optional(type.optional);
  sink_.Report(Code::kTypeMismatch, At(expr.operand), {diag::Both("event` or `time", "event` か `time"), Spell(type)});
  return Type::Error();
}

}  // namespace saiten::check
