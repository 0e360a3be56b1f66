#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/ir/ir.h"
#include "runtime/local_time.h"
#include "runtime/next_change.h"

namespace saiten::ir {

// A program with the catalog's objects, no kernels and the pool of literals.
Program EmptyProgram(const Catalog& catalog);

// The pool number of a text column, entered into the program's pools at first use.
uint32_t PoolOf(Program& program, PoolSource source);

// Makes one kernel, instruction by instruction, and works out the result types, optionality included. Lists of elements
// are given blocks as callbacks: `b.Sum(list, [&](ValueId e) { return b.Field(e, 0); })`. The catalog and the program
// must outlive it; Finish hands the kernel over.
class Builder {
 public:
  using Body = std::function<ValueId(ValueId element)>;

  Builder(Program& program, ObjectId object);
  Kernel Finish() { return std::move(kernel_); }
  void Output(ValueId value, uint32_t result) { kernel_.outputs.push_back({value, result}); }

  // Where the instructions made from now on come from.
  void SetLocation(Location at) { at_ = at; }
  Location location() const { return at_; }

  const Kernel& kernel() const { return kernel_; }
  Program& program() { return program_; }
  Type TypeOf(ValueId id) const { return kernel_[id].type; }
  bool IsConst(ValueId id) const { return kernel_[id].op == Op::kConst; }

  ValueId Const(Type type, int64_t value);
  ValueId Bool(bool value) { return Const(Type::Bool(), value ? 1 : 0); }
  ValueId Int(int64_t value) { return Const(Type::Int(), value); }
  ValueId Text(std::string_view text);
  ValueId Unknown(Type type) { return Emit(Op::kUnknown, type.Optional(), {}); }
  ValueId Now() { return Emit(Op::kNow, Type::Instant(), {}); }
  // The record of `object` whose text property says `text`.
  ValueId Named(ObjectId object, uint32_t property, std::string_view text);
  ValueId Row() { return row_; }
  ValueId SoFar() { return Emit(Op::kSoFar, Type::Points(), {}); }
  // Value number `number` of those that are given from outside; only in a kernel of Program::asked.
  ValueId Input(Type type, uint32_t number);
  ValueId Load(ValueId ref, uint32_t property);
  ValueId LoadResult(ValueId ref, uint32_t result);
  ValueId Field(ValueId event, uint32_t field);
  ValueId EventTime(ValueId event);
  ValueId EventOwner(ValueId event);
  // The time of the record's first event behind `bound`; or of its last one up to it.
  ValueId EventAfter(ValueId ref, EventId event, ValueId bound);
  ValueId EventUpTo(ValueId ref, EventId event, ValueId bound);
  ValueId InList(ValueId ref, ListId list);

  ValueId And(ValueId a, ValueId b) { return Strict(Op::kAnd, Type::Bool(), {a, b}); }
  ValueId Or(ValueId a, ValueId b) { return Strict(Op::kOr, Type::Bool(), {a, b}); }
  ValueId Not(ValueId a) { return Strict(Op::kNot, Type::Bool(), {a}); }
  ValueId IsKnown(ValueId a) { return Emit(Op::kIsKnown, Type::Bool(), {a}); }
  // The value itself where it is never unknown.
  ValueId Truth(ValueId a);
  ValueId Select(ValueId condition, ValueId then, ValueId otherwise);
  ValueId Else(ValueId value, ValueId fallback);

  // kEq .. kGe of equal types (texts: kEq and kNe only).
  ValueId Compare(Op op, ValueId a, ValueId b);
  ValueId InMask(ValueId member, uint64_t mask) {
    return Strict(Op::kInMask, Type::Bool(), {member}, static_cast<int64_t>(mask));
  }
  ValueId SetHas(ValueId set, ValueId member) { return Strict(Op::kSetHas, Type::Bool(), {set, member}); }
  ValueId SetOverlaps(ValueId a, ValueId b) { return Strict(Op::kSetOverlaps, Type::Bool(), {a, b}); }
  ValueId SetSize(ValueId set) { return Strict(Op::kSetSize, Type::Int(), {set}); }

  // Operations on numbers, whose result type the caller knows (compiler/types/arith.h); optionality is added.
  ValueId Add(Type type, ValueId a, ValueId b) { return Strict(Op::kAdd, type, {a, b}); }
  ValueId Sub(Type type, ValueId a, ValueId b) { return Strict(Op::kSub, type, {a, b}); }
  ValueId Mul(Type type, ValueId a, ValueId b, int64_t digits) { return Strict(Op::kMul, type, {a, b}, digits); }
  ValueId Div(Type type, ValueId a, ValueId b, int64_t digits);
  ValueId Neg(ValueId a) { return Strict(Op::kNeg, TypeOf(a), {a}); }
  ValueId Rescale(Type type, ValueId a, int64_t digits);
  ValueId Min(ValueId a, ValueId b) { return Strict(Op::kMin, TypeOf(a), {a, b}); }
  ValueId Max(ValueId a, ValueId b) { return Strict(Op::kMax, TypeOf(a), {a, b}); }

  ValueId DateOf(ValueId instant) { return Strict(Op::kDateOf, Type::Date(), {instant}); }
  ValueId DayStart(ValueId date) { return Strict(Op::kDayStart, Type::Instant(), {date}); }
  ValueId DayEnd(ValueId date) { return Strict(Op::kDayEnd, Type::Instant(), {date}); }
  ValueId MoveDate(ValueId date, int64_t n, rt::TimeUnit unit);
  ValueId MoveInstant(ValueId instant, int64_t n, rt::TimeUnit unit);
  ValueId StepBack(ValueId instant, int64_t n, rt::TimeUnit unit);
  ValueId CalendarFirst(ValueId instant, int64_t n, rt::TimeUnit unit);
  ValueId StepsBetween(ValueId earlier, ValueId later, int64_t n, rt::TimeUnit unit);
  ValueId NextCrossing(rt::CalendarReading reading, int64_t n, rt::TimeUnit unit, ValueId bound, ValueId now);
  ValueId NextStep(ValueId then, ValueId now, int64_t n, rt::TimeUnit unit);
  ValueId MoveBusiness(ValueId time, int64_t n, uint32_t calendar);

  ValueId TextEq(ValueId a, ValueId b) { return Strict(Op::kTextEq, Type::Bool(), {a, b}); }
  ValueId TextTest(ir::TextTest test, ValueId text, ValueId part);
  ValueId Like(ValueId text, std::string_view nfkc_pattern);
  ValueId Matches(ValueId text, std::string_view regex);
  ValueId Fold(ValueId text) { return Strict(Op::kFold, Type::Text(), {text}); }
  ValueId Lift(ValueId text, const Body& body);
  ValueId Call(const FunctionRecord& function, Type result, std::vector<ValueId> args);

  // `rate` in billionths.
  ValueId DecayLinear(ValueId points, ValueId steps, int64_t rate) {
    return Strict(Op::kDecayLinear, Type::Points(), {points, steps}, rate);
  }
  ValueId DecayCompound(ValueId points, ValueId steps, int64_t rate) {
    return Strict(Op::kDecayCompound, Type::Points(), {points, steps}, rate);
  }
  ValueId HalfLife(ValueId points, ValueId age, ValueId half_life) {
    return Strict(Op::kHalfLife, Type::Points(), {points, age, half_life});
  }

  ValueId Events(ValueId ref, EventId event, ValueId after, ValueId until, const Body& where = nullptr);
  ValueId Related(ValueId ref, uint32_t property, const Body& where = nullptr);
  ValueId Filter(ValueId list, const Body& where);
  ValueId EachRelated(ValueId list, uint32_t property);
  ValueId EachRef(ValueId list, uint32_t column);
  ValueId EachEvents(ValueId list, EventId event, ValueId after, ValueId until, const Body& where = nullptr);
  ValueId Distinct(ValueId list, bool latest, const Body& by);
  ValueId CapPeriod(ValueId list, int64_t most, rt::TimeUnit unit);
  ValueId CapRolling(ValueId list, int64_t most, int64_t n, rt::TimeUnit unit);
  ValueId KeepLatest(ValueId list, int64_t most) { return List(Op::kKeepLatest, TypeOf(list), {list}, most); }
  ValueId Stretches(ValueId list, ValueId anchor, ValueId until, int64_t n, rt::TimeUnit unit);
  ValueId Count(ValueId list) { return Emit(Op::kCount, Type::Int(), {list}); }
  ValueId Exists(ValueId list) { return Emit(Op::kExists, Type::Bool(), {list}); }
  ValueId First(ValueId list) { return Emit(Op::kFirst, TypeOf(list).Optional(), {list}); }
  ValueId Last(ValueId list) { return Emit(Op::kLast, TypeOf(list).Optional(), {list}); }
  ValueId Sum(ValueId list, const Body& of);
  ValueId Avg(Type result, ValueId list, int64_t digits, const Body& of);
  ValueId MinOf(ValueId list, const Body& of) { return Best(Op::kMinOf, list, of); }
  ValueId MaxOf(ValueId list, const Body& of) { return Best(Op::kMaxOf, list, of); }
  // `limits`: of each list, or empty.
  ValueId Running(std::span<const ValueId> lists, std::span<const Body> points, int64_t min, int64_t max,
                  std::vector<SumLimits> limits = {});

  // Any instruction, as it stands, at the end of the current block.
  ValueId Append(Inst inst);

 private:
  ValueId Emit(Op op, Type type, std::vector<ValueId> args, int64_t imm = 0);
  ValueId Strict(Op op, Type type, std::vector<ValueId> args, int64_t imm = 0, uint32_t aux = 0);
  ValueId List(Op op, Type element, std::vector<ValueId> args, int64_t imm = 0, uint32_t aux = 0);
  ValueId EventsOf(Op op, ValueId source, EventId event, ValueId after, ValueId until, const Body& where);
  ValueId Best(Op op, ValueId list, const Body& of);
  BlockId MakeBlock(Type element, const Body& body);

  Program& program_;
  const Catalog& catalog_;
  Kernel kernel_;
  ValueId row_;
  std::vector<BlockId> open_;  // the blocks that are being filled, innermost last
  Location at_;
};

}  // namespace saiten::ir
