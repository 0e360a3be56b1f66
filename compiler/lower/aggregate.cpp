#include "base/check.h"
#include "compiler/lower/lowerer.h"
#include "runtime/decimal.h"

// Lists of events and related records, windows, and what aggregates make of them (sem T3, T3b, N6, N6a).
namespace saiten::lower {

ValueId Lowerer::AsInstant(ValueId time) { return TypeOf(time).is(TypeKind::kDate) ? b_.DayStart(time) : time; }

Bounds Lowerer::Always() { return {b_.Const(Type::Instant(), rt::kNumberMin), b_.Now()}; }

Bounds Lowerer::Window(const ast::Window& window, const Scope& scope) {
  const At at(*this, window.span.empty() ? Span(b_.location().span) : window.span);
  const auto unit = check::ToRuntime(window.duration.unit);
  auto just_before = [&](ValueId time) { return b_.Sub(Type::Instant(), time, b_.Const(Type::Duration(), 1)); };
  switch (window.kind) {
    case ast::Window::Kind::kNone:
      return Always();
    case ast::Window::Kind::kLast: {
      const ValueId now = b_.Now();
      return {b_.StepBack(now, window.duration.count, unit), now};
    }
    case ast::Window::Kind::kLastCalendar: {
      const ValueId now = b_.Now();
      return {just_before(b_.CalendarFirst(now, window.duration.count, unit)), now};
    }
    case ast::Window::Kind::kSince:
      return {just_before(AsInstant(Lower(window.from, scope))), b_.Now()};
    case ast::Window::Kind::kBetween: {
      const ValueId from = just_before(AsInstant(Lower(window.from, scope)));
      const ValueId to = Lower(window.to, scope);
      return {from, TypeOf(to).is(TypeKind::kDate) ? b_.DayEnd(to) : to};
    }
    case ast::Window::Kind::kBeforeIt: {
      const ValueId it = b_.EventTime(scope.frames.back());
      return {b_.StepBack(it, window.duration.count, unit), just_before(it)};
    }
  }
  SAITEN_UNREACHABLE("a window");
}

ValueId Lowerer::InWindow(const ast::InWindow& in, const Scope& scope) {
  if (checked().InfoOf(&in).symbol.kind == check::Symbol::Kind::kOuterWindow) return Lower(in.value, scope);
  const ValueId time = AsInstant(Lower(in.value, scope));
  const Bounds window = Window(in.window, scope);
  ValueId test = b_.Compare(ir::Op::kLe, time, window.until);
  if (in.window.kind != ast::Window::Kind::kNone) {
    test = b_.And(b_.Compare(ir::Op::kGt, time, window.after), test);
  }
  return WithSuffix(in.negated ? b_.Not(test) : test, in.suffix);
}

ValueId Lowerer::TimeSince(const ast::TimeSince& expr, const Scope& scope) {
  if (const auto local = LocalOf(expr.operand)) {
    const ValueId time = OfLocal(*local, {.kind = check::Symbol::Kind::kEventTime}, scope);
    return b_.Sub(Type::Duration(), b_.Now(), time);
  }
  const ValueId operand = Lower(expr.operand, scope);
  const ValueId time = TypeOf(operand).is(TypeKind::kEvent) ? b_.EventTime(operand) : AsInstant(operand);
  return b_.Sub(Type::Duration(), b_.Now(), time);
}

ir::Builder::Body Lowerer::Scoped(ir::Builder::Body body) {
  if (!body) return body;
  return [this, body = std::move(body)](ValueId element) {
    // What is inlined inside a block is not visible behind it.
    const auto lets = lets_;
    const auto fns = fns_;
    const auto texts = texts_;
    ++depth_;
    const ValueId result = body(element);
    --depth_;
    lets_ = lets;
    fns_ = fns;
    texts_ = texts;
    return result;
  };
}

ir::Builder::Body Lowerer::ElementBody(const ast::Expr* expr, const Scope& scope) {
  return Scoped([this, expr, scope](ValueId element) {
    Scope inner = scope;
    inner.frames.push_back(element);
    return Lower(expr, inner);
  });
}

ir::Builder::Body Lowerer::Filter(const ast::Source& source, const Scope& scope) {
  if (!source.is_change && !source.where) return nullptr;
  return Scoped([this, &source, scope](ValueId element) {
    ValueId all;
    auto also = [&](ValueId test) { all = all.valid() ? b_.And(all, test) : test; };
    if (source.is_change) {
      const ValueId to = b_.Field(element, 0);
      const ValueId from = b_.Field(element, 1);
      // A write of the same value is no change (sem E1); the first value of all is one.
      also(b_.Not(b_.Truth(CompareValues(ast::CompareOp::kEq, to, from))));
      if (source.change_to) also(CompareWith(ast::CompareOp::kEq, to, source.change_to, false, scope));
      if (source.change_from) also(CompareWith(ast::CompareOp::kEq, from, source.change_from, false, scope));
    }
    if (source.where) {
      Scope inner = scope;
      inner.frames.push_back(element);
      also(Lower(source.where, inner));
    }
    return all;
  });
}

ir::Builder::Body Lowerer::Arrived(EventId event, ir::Builder::Body filter) {
  const auto received = catalog()[event].received;
  if (!received) return filter;
  return Scoped([this, field = *received, filter = std::move(filter)](ValueId element) {
    // Where it is unknown when it arrived, it did when it happened.
    const ValueId later = b_.Compare(ir::Op::kGt, b_.Field(element, field), b_.Now());
    const ValueId here = b_.Not(b_.Truth(later));
    return filter ? b_.And(here, filter(element)) : here;
  });
}

ValueId Lowerer::List(const ast::Source& source, const Scope& scope, const Bounds& window) {
  const auto found = checked().sources.find(&source);
  SAITEN_CHECK(found != checked().sources.end());
  const check::SourceInfo& info = found->second;
  const At at(*this, source.span);
  ValueId from = info.param ? scope.params[*info.param] : AsRecord(scope.frames[info.frame]);
  // Events of the future are invisible, whatever the window says (sem T3).
  const ValueId until = b_.kernel()[window.until].op == ir::Op::kNow ? window.until : b_.Min(window.until, b_.Now());
  bool is_list = false;
  for (size_t i = 0; i < info.steps.size(); ++i) {
    const check::PathStep& step = info.steps[i];
    const auto filter = i + 1 == info.steps.size() ? Filter(source, scope) : nullptr;
    switch (step.kind) {
      case check::PathStep::Kind::kRef:
        from = is_list ? b_.EachRef(from, step.index) : b_.Load(from, step.index);
        break;
      case check::PathStep::Kind::kMany:
        if (!is_list) {
          from = b_.Related(from, step.index, filter);
        } else {
          from = b_.EachRelated(from, step.index);
          if (filter) from = b_.Filter(from, filter);
        }
        is_list = true;
        break;
      case check::PathStep::Kind::kEvents:
        from = is_list
                   ? b_.EachEvents(from, EventId(step.index), window.after, until, Arrived(EventId(step.index), filter))
                   : b_.Events(from, EventId(step.index), window.after, until, Arrived(EventId(step.index), filter));
        is_list = true;
        break;
    }
  }
  SAITEN_CHECK(is_list);
  return from;
}

ValueId Lowerer::Aggregate(const ast::Aggregate& aggregate, const Scope& scope) {
  ValueId list = List(aggregate.source, scope, Window(checked().WindowOf(aggregate.source, aggregate.window), scope));
  if (aggregate.distinct_by) list = b_.Distinct(list, false, ElementBody(aggregate.distinct_by, scope));
  const ast::Expr* value = checked().sources.at(&aggregate.source).value;
  switch (aggregate.fn) {
    case ast::AggregateFn::kCount:
      return b_.Count(list);
    case ast::AggregateFn::kExists:
      return b_.Exists(list);
    case ast::AggregateFn::kNo:
      return b_.Not(b_.Exists(list));
    case ast::AggregateFn::kFirst:
      return b_.First(list);
    case ast::AggregateFn::kLast:
      return b_.Last(list);
    case ast::AggregateFn::kSum:
      return b_.Sum(list, ElementBody(value, scope));
    case ast::AggregateFn::kMin:
      return b_.MinOf(list, ElementBody(value, scope));
    case ast::AggregateFn::kMax:
      return b_.MaxOf(list, ElementBody(value, scope));
    case ast::AggregateFn::kAvg: {
      const Type type = checked().TypeOf(value);
      if (!type.is_number()) return b_.Avg(type, list, 0, ElementBody(value, scope));
      return b_.Avg(Type::Decimal(rt::kQuotientScale), list, rt::kQuotientScale - type.scale,
                    ElementBody(value, scope));
    }
  }
  SAITEN_UNREACHABLE("an aggregate");
}

}  // namespace saiten::lower
