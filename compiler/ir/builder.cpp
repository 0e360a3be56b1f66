#include "compiler/ir/builder.h"

#include <algorithm>

#include "runtime/text_store.h"

namespace saiten::ir {

Program EmptyProgram(const Catalog& catalog) {
  Program program;
  program.catalog = &catalog;
  program.results.resize(catalog.objects.size());
  program.pools.push_back({.kind = PoolSource::Kind::kLiterals});
  return program;
}

uint32_t PoolOf(Program& program, PoolSource source) {
  auto same = [&](const PoolSource& pool) {
    return pool.kind == source.kind && pool.owner == source.owner && pool.column == source.column;
  };
  auto found = std::ranges::find_if(program.pools, same);
  if (found == program.pools.end()) {
    program.pools.push_back(source);
    return static_cast<uint32_t>(program.pools.size() - 1);
  }
  return static_cast<uint32_t>(found - program.pools.begin());
}

namespace {

// The number of `text` in a table of patterns, entered at first use.
uint32_t Enter(std::vector<std::string>& table, std::string_view text) {
  auto found = std::ranges::find(table, text);
  if (found != table.end()) return static_cast<uint32_t>(found - table.begin());
  table.emplace_back(text);
  return static_cast<uint32_t>(table.size() - 1);
}

}  // namespace

Builder::Builder(Program& program, ObjectId object) : program_(program), catalog_(*program.catalog) {
  kernel_.object = object;
  kernel_.blocks.emplace_back();
  open_.push_back(BlockId(0));
  row_ = Emit(Op::kRow, Type::Ref(object), {});
}

ValueId Builder::Append(Inst inst) {
  const ValueId id(kernel_.insts.size());
  inst.at = at_;
  kernel_.insts.push_back(std::move(inst));
  kernel_[open_.back()].insts.push_back(id);
  return id;
}

ValueId Builder::Emit(Op op, Type type, std::vector<ValueId> args, int64_t imm) {
  Inst inst{.op = op, .type = type};
  inst.args = std::move(args);
  inst.imm = imm;
  return Append(std::move(inst));
}

ValueId Builder::Strict(Op op, Type type, std::vector<ValueId> args, int64_t imm, uint32_t aux) {
  type.optional = std::ranges::any_of(args, [&](ValueId arg) { return TypeOf(arg).optional; });
  Inst inst{.op = op, .type = type};
  inst.args = std::move(args);
  inst.imm = imm;
  inst.aux = aux;
  return Append(std::move(inst));
}

ValueId Builder::List(Op op, Type element, std::vector<ValueId> args, int64_t imm, uint32_t aux) {
  Inst inst{.op = op, .type = element.Required(), .is_list = true};
  inst.args = std::move(args);
  inst.imm = imm;
  inst.aux = aux;
  return Append(std::move(inst));
}

BlockId Builder::MakeBlock(Type element, const Body& body) {
  const BlockId id(kernel_.blocks.size());
  kernel_.blocks.emplace_back();
  open_.push_back(id);
  const ValueId value = Emit(Op::kElement, element, {});
  const ValueId result = body(value);
  kernel_[id].result = result;
  open_.pop_back();
  return id;
}

ValueId Builder::Const(Type type, int64_t value) { return Emit(Op::kConst, type.Required(), {}, value); }

ValueId Builder::Text(std::string_view text) {
  return Const(Type::Text(), rt::MakeTextHandle(0, program_.literals.Intern(text)));
}

ValueId Builder::Named(ObjectId object, uint32_t property, std::string_view text) {
  Inst inst{.op = Op::kNamed, .type = Type::Ref(object).Optional()};
  inst.imm = program_.literals.Intern(text);
  inst.aux = property;
  return Append(std::move(inst));
}

ValueId Builder::Input(Type type, uint32_t number) {
  Inst inst{.op = Op::kInput, .type = type};
  inst.aux = number;
  return Append(std::move(inst));
}

ValueId Builder::Load(ValueId ref, uint32_t property) {
  const Type record = TypeOf(ref);
  const Type type = catalog_[record.object_id()].properties[property].type;
  Inst inst{.op = Op::kLoad, .type = type.Optional(type.optional || record.optional)};
  inst.args = {ref};
  inst.aux = property;
  if (type.is(TypeKind::kText)) inst.imm = PoolOf(program_, {PoolSource::Kind::kProperty, record.ref, property});
  return Append(std::move(inst));
}

ValueId Builder::LoadResult(ValueId ref, uint32_t result) {
  const Type type = program_.results[TypeOf(ref).ref][result].type;
  Inst inst{.op = Op::kLoadResult, .type = type.Optional(type.optional || TypeOf(ref).optional)};
  inst.args = {ref};
  inst.aux = result;
  return Append(std::move(inst));
}

ValueId Builder::Field(ValueId event, uint32_t field) {
  const Type from = TypeOf(event);
  const Type type = catalog_[from.event_id()].fields[field].type;
  Inst inst{.op = Op::kLoadField, .type = type.Optional(type.optional || from.optional)};
  inst.args = {event};
  inst.aux = field;
  if (type.is(TypeKind::kText)) inst.imm = PoolOf(program_, {PoolSource::Kind::kField, from.ref, field});
  return Append(std::move(inst));
}

ValueId Builder::EventTime(ValueId event) { return Strict(Op::kEventTime, Type::Instant(), {event}); }

ValueId Builder::EventOwner(ValueId event) {
  return Strict(Op::kEventOwner, Type::Ref(catalog_[TypeOf(event).event_id()].object), {event});
}

ValueId Builder::EventAfter(ValueId ref, EventId event, ValueId bound) {
  return Append({.op = Op::kEventAfter, .type = Type::Instant().Optional(), .args = {ref, bound}, .aux = event.value});
}
ValueId Builder::EventUpTo(ValueId ref, EventId event, ValueId bound) {
  const ValueId id = EventAfter(ref, event, bound);
  kernel_[id].imm = 1;
  return id;
}

ValueId Builder::InList(ValueId ref, ListId list) { return Strict(Op::kInList, Type::Bool(), {ref}, 0, list.value); }

ValueId Builder::Truth(ValueId a) { return TypeOf(a).optional ? Emit(Op::kTruth, Type::Bool(), {a}) : a; }

ValueId Builder::Select(ValueId condition, ValueId then, ValueId otherwise) {
  const bool optional = TypeOf(then).optional || TypeOf(otherwise).optional;
  return Emit(Op::kSelect, TypeOf(then).Optional(optional), {condition, then, otherwise});
}

ValueId Builder::Else(ValueId value, ValueId fallback) {
  return Emit(Op::kElse, TypeOf(value).Optional(TypeOf(fallback).optional), {value, fallback});
}

ValueId Builder::Compare(Op op, ValueId a, ValueId b) {
  if (!TypeOf(a).is(TypeKind::kText)) return Strict(op, Type::Bool(), {a, b});
  const ValueId equal = TextEq(a, b);
  return op == Op::kNe ? Not(equal) : equal;
}

ValueId Builder::Div(Type type, ValueId a, ValueId b, int64_t digits) {
  const bool safe = IsConst(b) && kernel_[b].imm != 0;
  const bool optional = TypeOf(a).optional || TypeOf(b).optional || !safe;
  return Emit(Op::kDiv, type.Optional(optional), {a, b}, digits);
}

ValueId Builder::Rescale(Type type, ValueId a, int64_t digits) { return Strict(Op::kRescale, type, {a}, digits); }

ValueId Builder::MoveDate(ValueId date, int64_t n, rt::TimeUnit unit) {
  return Strict(Op::kMoveDate, Type::Date(), {date}, n, static_cast<uint32_t>(unit));
}
ValueId Builder::MoveInstant(ValueId instant, int64_t n, rt::TimeUnit unit) {
  return Strict(Op::kMoveInstant, Type::Instant(), {instant}, n, static_cast<uint32_t>(unit));
}
ValueId Builder::StepBack(ValueId instant, int64_t n, rt::TimeUnit unit) {
  return Strict(Op::kStepBack, Type::Instant(), {instant}, n, static_cast<uint32_t>(unit));
}
ValueId Builder::NextCrossing(rt::CalendarReading reading, int64_t n, rt::TimeUnit unit, ValueId bound, ValueId now) {
  return Strict(Op::kNextCrossing, Type::Instant(), {bound, now}, n,
                static_cast<uint32_t>(unit) | static_cast<uint32_t>(reading) << 8);
}
ValueId Builder::NextStep(ValueId then, ValueId now, int64_t n, rt::TimeUnit unit) {
  return Strict(Op::kNextStep, Type::Instant(), {then, now}, n, static_cast<uint32_t>(unit));
}
ValueId Builder::CalendarFirst(ValueId instant, int64_t n, rt::TimeUnit unit) {
  return Strict(Op::kCalendarFirst, Type::Instant(), {instant}, n, static_cast<uint32_t>(unit));
}
ValueId Builder::StepsBetween(ValueId earlier, ValueId later, int64_t n, rt::TimeUnit unit) {
  return Strict(Op::kStepsBetween, Type::Int(), {earlier, later}, n, static_cast<uint32_t>(unit));
}
ValueId Builder::MoveBusiness(ValueId time, int64_t n, uint32_t calendar) {
  return Strict(Op::kMoveBusiness, TypeOf(time), {time}, n, calendar);
}

ValueId Builder::TextTest(ir::TextTest test, ValueId text, ValueId part) {
  return Strict(Op::kTextTest, Type::Bool(), {text, part}, 0, static_cast<uint32_t>(test));
}
ValueId Builder::Like(ValueId text, std::string_view nfkc_pattern) {
  return Strict(Op::kLike, Type::Bool(), {text}, 0, Enter(program_.like_patterns, nfkc_pattern));
}
ValueId Builder::Matches(ValueId text, std::string_view regex) {
  return Strict(Op::kMatches, Type::Bool(), {text}, 0, Enter(program_.regexes, regex));
}

ValueId Builder::Lift(ValueId text, const Body& body) {
  const BlockId block = MakeBlock(Type::Text(), body);
  const Type of = TypeOf(kernel_[block].result);
  Inst inst{.op = Op::kLift, .type = of.Optional(of.optional || TypeOf(text).optional)};
  inst.args = {text};
  inst.blocks = {block};
  return Append(std::move(inst));
}

ValueId Builder::Call(const FunctionRecord& function, Type result, std::vector<ValueId> args) {
  auto found = std::ranges::find(program_.functions, &function);
  const auto number = static_cast<uint32_t>(found - program_.functions.begin());
  if (found == program_.functions.end()) program_.functions.push_back(&function);
  Inst inst{.op = Op::kCall, .type = result};
  inst.args = std::move(args);
  inst.aux = number;
  return Append(std::move(inst));
}

ValueId Builder::EventsOf(Op op, ValueId source, EventId event, ValueId after, ValueId until, const Body& where) {
  const Type element = Type::Event(event);
  Inst inst{.op = op, .type = element, .is_list = true};
  inst.args = {source, after, until};
  inst.aux = event.value;
  if (where) inst.blocks = {MakeBlock(element, where)};
  return Append(std::move(inst));
}

ValueId Builder::Events(ValueId ref, EventId event, ValueId after, ValueId until, const Body& where) {
  return EventsOf(Op::kEvents, ref, event, after, until, where);
}

ValueId Builder::Related(ValueId ref, uint32_t property, const Body& where) {
  const Type element = catalog_[TypeOf(ref).object_id()].properties[property].type.Required();
  Inst inst{.op = Op::kRelated, .type = element, .is_list = true};
  inst.args = {ref};
  inst.aux = property;
  if (where) inst.blocks = {MakeBlock(element, where)};
  return Append(std::move(inst));
}

ValueId Builder::Filter(ValueId list, const Body& where) {
  Inst inst{.op = Op::kFilter, .type = TypeOf(list), .is_list = true};
  inst.args = {list};
  inst.blocks = {MakeBlock(TypeOf(list), where)};
  return Append(std::move(inst));
}

ValueId Builder::EachRelated(ValueId list, uint32_t property) {
  return List(Op::kEachRelated, catalog_[TypeOf(list).object_id()].properties[property].type, {list}, 0, property);
}

ValueId Builder::EachRef(ValueId list, uint32_t column) {
  const Type from = TypeOf(list);
  const Type to = from.is(TypeKind::kRef) ? catalog_[from.object_id()].properties[column].type
                                          : catalog_[from.event_id()].fields[column].type;
  return List(Op::kEachRef, to, {list}, 0, column);
}

ValueId Builder::EachEvents(ValueId list, EventId event, ValueId after, ValueId until, const Body& where) {
  return EventsOf(Op::kEachEvents, list, event, after, until, where);
}

ValueId Builder::Distinct(ValueId list, bool latest, const Body& by) {
  Inst inst{.op = Op::kDistinct, .type = TypeOf(list), .is_list = true};
  inst.args = {list};
  inst.imm = latest ? 1 : 0;
  inst.blocks = {MakeBlock(TypeOf(list), by)};
  return Append(std::move(inst));
}

ValueId Builder::CapPeriod(ValueId list, int64_t most, rt::TimeUnit unit) {
  return List(Op::kCapPeriod, TypeOf(list), {list}, most, static_cast<uint32_t>(unit));
}

ValueId Builder::CapRolling(ValueId list, int64_t most, int64_t n, rt::TimeUnit unit) {
  const ValueId id = List(Op::kCapRolling, TypeOf(list), {list}, most, static_cast<uint32_t>(unit));
  kernel_[id].imm2 = n;
  return id;
}

ValueId Builder::Stretches(ValueId list, ValueId anchor, ValueId until, int64_t n, rt::TimeUnit unit) {
  return List(Op::kStretches, Type::Instant(), {list, anchor, until}, n, static_cast<uint32_t>(unit));
}

ValueId Builder::Sum(ValueId list, const Body& of) {
  const BlockId block = MakeBlock(TypeOf(list), of);
  Inst inst{.op = Op::kSum, .type = TypeOf(kernel_[block].result).Required()};
  inst.args = {list};
  inst.blocks = {block};
  return Append(std::move(inst));
}

ValueId Builder::Avg(Type result, ValueId list, int64_t digits, const Body& of) {
  Inst inst{.op = Op::kAvg, .type = result.Optional()};
  inst.args = {list};
  inst.imm = digits;
  inst.blocks = {MakeBlock(TypeOf(list), of)};
  return Append(std::move(inst));
}

ValueId Builder::Best(Op op, ValueId list, const Body& of) {
  const BlockId block = MakeBlock(TypeOf(list), of);
  Inst inst{.op = op, .type = TypeOf(kernel_[block].result).Optional()};
  inst.args = {list};
  inst.blocks = {block};
  return Append(std::move(inst));
}

ValueId Builder::Running(std::span<const ValueId> lists, std::span<const Body> points, int64_t min, int64_t max,
                         std::vector<SumLimits> limits) {
  Inst inst{.op = Op::kRunning, .type = Type::Points()};
  inst.imm = min;
  inst.imm2 = max;
  inst.limits = std::move(limits);
  for (size_t i = 0; i < lists.size(); ++i) {
    inst.args.push_back(lists[i]);
    inst.blocks.push_back(MakeBlock(TypeOf(lists[i]), points[i]));
  }
  return Append(std::move(inst));
}

}  // namespace saiten::ir
