#include <algorithm>

#include "base/check.h"
#include "compiler/lower/lowerer.h"

// Names, members and calls. Named values, derived properties and functions are lowered where they are used, once for
// each record or list of arguments that is still visible.
namespace saiten::lower {

using Kind = check::Symbol::Kind;

ValueId Lowerer::AsRecord(ValueId record_or_event) {
  return TypeOf(record_or_event).is(TypeKind::kEvent) ? b_.EventOwner(record_or_event) : record_or_event;
}

ValueId Lowerer::InlineLet(uint32_t index, ValueId record) {
  const check::LetInfo& let = checked().lets[index];
  const FileId file = std::exchange(file_, let.file);
  inlined_.push_back(let.decl);
  Scope scope;
  if (let.object.valid()) scope.frames.push_back(record);
  const ValueId value = Lower(let.decl->value, scope);
  file_ = file;
  return value;
}

ValueId Lowerer::OfKnown(ValueId record, ValueId value) {
  if (!record.valid() || !TypeOf(record).optional || TypeOf(value).optional) return value;
  return b_.Select(b_.IsKnown(record), value, b_.Unknown(TypeOf(value)));
}

ValueId Lowerer::Let(uint32_t index, ValueId record) {
  const auto [known, is_new] = lets_.try_emplace({index, record});
  if (!is_new) return known->second;
  const ValueId value = OfKnown(record, InlineLet(index, record));
  lets_[{index, record}] = value;
  return value;
}

ValueId Lowerer::OfRecord(const check::Symbol& symbol, ValueId record) {
  const LowerResult& result = shared_.result;
  if (symbol.kind == Kind::kProperty) return b_.Load(record, symbol.index);
  if (symbol.kind == Kind::kScore) return b_.LoadResult(record, result.scores[symbol.index].column);
  if (symbol.kind == Kind::kBand) return b_.LoadResult(record, result.bands[symbol.index].column);
  if (symbol.kind == Kind::kGrid) return b_.LoadResult(record, result.grids[symbol.index].column);
  if (symbol.kind == Kind::kSegment) return b_.LoadResult(record, result.segments[symbol.index].column);
  SAITEN_UNREACHABLE("not a name of a record");
}

ValueId Lowerer::Name(const ast::NameRef& ref, const Scope& scope) {
  const check::ExprInfo& info = checked().InfoOf(&ref);
  const check::Symbol& symbol = info.symbol;
  switch (symbol.kind) {
    case Kind::kRecord:
      return AsRecord(scope.frames[symbol.frame]);
    case Kind::kEventRow:
      return scope.frames[symbol.frame];
    case Kind::kProperty:
    case Kind::kScore:
    case Kind::kBand:
    case Kind::kGrid:
    case Kind::kSegment:
      return OfRecord(symbol, AsRecord(scope.frames[symbol.frame]));
    case Kind::kField:
      return b_.Field(scope.frames[symbol.frame], symbol.index);
    case Kind::kEventTime:
      return b_.EventTime(scope.frames[symbol.frame]);
    case Kind::kLet: {
      const bool of_record = checked().lets[symbol.index].object.valid();
      return Let(symbol.index, of_record ? AsRecord(scope.frames[symbol.frame]) : ValueId());
    }
    case Kind::kParam:
      return scope.params[symbol.index];
    case Kind::kMember:
      return b_.Const(info.type, symbol.index);
    case Kind::kUnit:
    case Kind::kCalendar:
      return b_.Int(symbol.index);
    case Kind::kNow:
      return b_.Now();
    case Kind::kToday:
      return b_.DateOf(b_.Now());
    case Kind::kSoFar:
      return b_.SoFar();
    case Kind::kNone:
    case Kind::kEvent:
    case Kind::kTable:
    case Kind::kTableColumn:
    case Kind::kList:
    case Kind::kFn:
    case Kind::kFunction:
    case Kind::kOuterWindow:
    case Kind::kLocal:
    case Kind::kLink:
      break;
  }
  SAITEN_UNREACHABLE("a name that is no value");
}

uint32_t FlowInputs::NumberOf(Source source, std::string_view name, Type type) {
  constexpr auto kFirst = ir::Flow::kTargetInput + 1;
  for (uint32_t i = 0; i < sources.size(); ++i) {
    if (sources[i].local == source.local && sources[i].field == source.field) return kFirst + i;
  }
  sources.push_back(source);
  inputs.push_back({info.locals[source.local].name + "." + std::string(name), type.Optional()});
  return static_cast<uint32_t>(inputs.size() - 1);
}

std::optional<uint32_t> Lowerer::LocalOf(const ast::Expr* expr) const {
  const ast::Expr* bare = Bare(expr);
  if (bare == nullptr || bare->kind != ast::ExprKind::kName) return std::nullopt;
  const check::Symbol& symbol = checked().InfoOf(bare).symbol;
  return symbol.kind == Kind::kLocal ? std::optional(symbol.index) : std::nullopt;
}

ValueId Lowerer::OfLocal(uint32_t local, const check::Symbol& symbol, const Scope& scope) {
  SAITEN_CHECK(inputs_);
  // It happened to the flow's own record.
  const ValueId record = AsRecord(scope.frames[0]);
  if (symbol.kind == Kind::kRecord) return record;
  if (symbol.kind == Kind::kLet) return Let(symbol.index, record);
  if (symbol.kind != Kind::kField && symbol.kind != Kind::kEventTime) return OfRecord(symbol, record);
  const bool time = symbol.kind == Kind::kEventTime;
  const EventInfo& event = catalog()[inputs_->info.locals[local].type.event_id()];
  const FlowInputs::Source source{local, time ? ir::Given::kTime : symbol.index};
  const Type type = time ? Type::Instant() : event.fields[symbol.index].type;
  const std::string_view name = time ? std::string_view("time") : event.fields[symbol.index].name;
  return b_.Input(type.Optional(), inputs_->NumberOf(source, name, type));
}

ValueId Lowerer::MemberOf(const ast::Member& member, const Scope& scope) {
  const check::ExprInfo& info = checked().InfoOf(&member);
  const check::Symbol& symbol = info.symbol;
  if (symbol.kind == Kind::kMember) return b_.Const(info.type, symbol.index);
  if (const auto local = LocalOf(member.base)) return OfLocal(*local, symbol, scope);
  if (symbol.kind == Kind::kEventRow) return scope.frames[symbol.frame];
  if (symbol.kind == Kind::kTableColumn) {
    const ast::Expr* base = Bare(member.base);
    const check::Symbol& table = checked().InfoOf(base).symbol;
    auto* through = ast::As<ast::Member>(base);
    const ValueId record = through ? AsRecord(Lower(through->base, scope)) : AsRecord(scope.frames[table.frame]);
    const ResultRef result = shared_.result.tables[table.index][symbol.index];
    if (!result.object.valid()) return TableText(table.index, symbol.index, record);
    return b_.LoadResult(record, result.column);
  }
  // The part of a path that stands for the element itself has no base to look at.
  const bool is_element = symbol.kind == Kind::kRecord && !checked().TypeOf(member.base).is(TypeKind::kEvent);
  if (is_element) return AsRecord(scope.frames[symbol.frame]);
  const ValueId base = Lower(member.base, scope);
  if (symbol.kind == Kind::kRecord) return b_.EventOwner(base);
  if (symbol.kind == Kind::kField) return b_.Field(base, symbol.index);
  if (symbol.kind == Kind::kEventTime) return b_.EventTime(base);
  if (symbol.kind == Kind::kLet) return Let(symbol.index, AsRecord(base));
  return OfRecord(symbol, AsRecord(base));
}

ValueId Lowerer::CallFn(const ast::Call& call, uint32_t index, const Scope& scope) {
  const check::FnInfo& fn = checked().fns[index];
  Scope inner;
  for (size_t i = 0; i < call.args.size(); ++i) {
    inner.params.push_back(Coerce(Lower(call.args[i], scope), fn.params[i]));
  }
  const auto [known, is_new] = fns_.try_emplace({index, inner.params});
  if (!is_new) return known->second;
  const FileId file = std::exchange(file_, fn.file);
  inlined_.push_back(fn.decl);
  const ValueId value = Lower(fn.decl->body, inner);
  file_ = file;
  fns_[{index, inner.params}] = value;
  return value;
}

ValueId Lowerer::Call(const ast::Call& call, const Scope& scope) {
  const check::ExprInfo& info = checked().InfoOf(&call);
  if (info.symbol.kind == Kind::kFn) return CallFn(call, info.symbol.index, scope);
  SAITEN_CHECK(info.symbol.kind == Kind::kFunction);
  const FunctionRecord& record = *info.symbol.function;
  std::vector<ValueId> args;
  bool optional = info.type.optional;
  for (const ast::Expr* arg : call.args) {
    if (auto* list = ast::As<ast::ListExpr>(Bare(arg))) {
      for (const ast::Expr* item : list->items) args.push_back(Lower(item, scope));
    } else {
      args.push_back(Lower(arg, scope));
    }
  }
  for (ValueId arg : args) optional |= TypeOf(arg).optional && !record.takes_unknown;
  return b_.Call(record, info.type.Optional(optional), std::move(args));
}

}  // namespace saiten::lower
