#include "base/check.h"
#include "compiler/lower/lowerer.h"

// Tests on the history of a property, band or grid: `has been V for D`, `was V` (sem E1a). Of the events that a history
// makes, field 0 is the value from then on, field 1 the one before.
namespace saiten::lower {

EventId Lowerer::HistoryOf(ObjectId object, const check::Symbol& symbol) const {
  using Kind = check::Symbol::Kind;
  std::string_view result;
  if (symbol.kind == Kind::kBand) result = checked().scores[symbol.index].decl->bands->name.text;
  if (symbol.kind == Kind::kGrid) result = checked().grids[symbol.index].decl->name.text;
  for (size_t i = 0; i < catalog().events.size(); ++i) {
    const EventInfo& event = catalog().events[i];
    if (event.object != object) continue;
    if (result.empty() ? event.change_of == symbol.index : event.change_of_result == result) return EventId(i);
  }
  SAITEN_UNREACHABLE("a value without history");
}

ValueId Lowerer::HasBeen(const ast::HasBeen& test, const Scope& scope) {
  const ast::Expr* value = Bare(test.value);
  const check::Symbol& symbol = checked().InfoOf(value).symbol;
  auto* member = ast::As<ast::Member>(value);
  const ValueId record = AsRecord(member ? Lower(member->base, scope) : scope.frames[symbol.frame]);
  const EventId history = HistoryOf(TypeOf(record).object_id(), symbol);
  const ValueId current = Lower(test.value, scope);
  const ValueId state = Coerce(Lower(test.state, scope), TypeOf(current));
  const ValueId is_now = CompareValues(ast::CompareOp::kEq, current, state);
  const Bounds always = Always();
  auto equals = [&](ValueId event, uint32_t field) {
    return CompareValues(ast::CompareOp::kEq, b_.Field(event, field), state);
  };
  if (!test.has_duration) {
    const ValueId once =
        b_.Exists(b_.Events(record, history, always.after, always.until,
                            Scoped([&](ValueId event) { return b_.Or(equals(event, 0), equals(event, 1)); })));
    return b_.Or(is_now, once);
  }
  // It was so at the beginning, nothing else has come since, and it is so now. Without a change before the beginning
  // the history does not know.
  const ValueId begin = b_.StepBack(always.until, test.duration.count, check::ToRuntime(test.duration.unit));
  const ValueId before = b_.Last(b_.Events(record, history, always.after, begin));
  const ValueId left = b_.Exists(b_.Events(record, history, begin, always.until,
                                           Scoped([&](ValueId event) { return b_.Not(b_.Truth(equals(event, 0))); })));
  return b_.And(is_now, b_.And(b_.Not(left), equals(before, 0)));
}

ValueId Lowerer::Was(const ast::Was& test, const Scope& scope) {
  const ValueId event = scope.frames.back();
  const ValueId record = AsRecord(event);
  const check::Symbol& symbol = checked().InfoOf(Bare(test.value)).symbol;
  const EventId history = HistoryOf(TypeOf(record).object_id(), symbol);
  const Bounds always = Always();
  const ValueId time = b_.EventTime(event);
  // The last change up to the event says what it was; before the first change it was what that one replaced.
  const ValueId before = b_.Last(b_.Events(record, history, always.after, time));
  const ValueId next = b_.First(b_.Events(record, history, time, always.until));
  const ValueId value = b_.Select(b_.IsKnown(before), b_.Field(before, 0), b_.Field(next, 1));
  return CompareValues(ast::CompareOp::kEq, value, Lower(test.state, scope));
}

}  // namespace saiten::lower
