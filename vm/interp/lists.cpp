#include <algorithm>

#include "runtime/decimal.h"
#include "runtime/occurrences.h"
#include "vm/interp/interp.h"

// The operations on lists of occurrences and records.
namespace saiten::vm {

const rt::Times* Interpreter::TimesOf(ir::ValueId list) const {
  const Type type = kernel_[list].type;
  return type.is(TypeKind::kEvent) ? &context_.series(type.event_id()).times : nullptr;
}

void Interpreter::AddEvents(const ir::Inst& inst, uint32_t record, std::vector<int64_t>& out) {
  const rt::EventSeries& series = context_.series(EventId(inst.aux));
  const CallValue after = ValueOf(inst.args[1]);
  const CallValue until = ValueOf(inst.args[2]);
  if (series.offsets.empty() || !after.known || !until.known) return;
  const rt::RowRange rows =
      rt::WindowOf(series.times, series.BeginOf(record), series.EndOf(record), after.value, until.value);
  for (uint32_t row = rows.first; row < rows.last; ++row) out.push_back(row);
}

CallValue Interpreter::EventAfter(const ir::Inst& inst) const {
  const rt::EventSeries& series = context_.series(EventId(inst.aux));
  const CallValue record = ValueOf(inst.args[0]);
  const CallValue bound = ValueOf(inst.args[1]);
  if (series.offsets.empty() || !record.known || !bound.known) return {0, false};
  const auto begin = series.times.begin() + series.BeginOf(static_cast<size_t>(record.value));
  const auto end = series.times.begin() + series.EndOf(static_cast<size_t>(record.value));
  const auto next = std::upper_bound(begin, end, bound.value);
  if (inst.imm != 0) return next == begin ? CallValue{0, false} : CallValue{*(next - 1), true};
  return next == end ? CallValue{0, false} : CallValue{*next, true};
}

void Interpreter::AddRelated(const ir::Inst& inst, ObjectId object, int64_t record, std::vector<int64_t>& out) {
  const rt::Adjacency& many = context_.table(object).many[inst.aux];
  if (many.offsets.empty()) return;
  const auto at = static_cast<size_t>(record);
  for (uint32_t i = many.BeginOf(at); i < many.EndOf(at); ++i) out.push_back(many.rows[i]);
}

void Interpreter::AddRefs(const ir::Inst& inst, std::span<const int64_t> list, std::vector<int64_t>& out) {
  const Type from = kernel_[inst.args[0]].type;
  const rt::Column& column = from.is(TypeKind::kEvent) ? context_.series(from.event_id()).fields[inst.aux]
                                                       : context_.table(from.object_id()).columns[inst.aux];
  for (int64_t item : list) {
    if (column.Known(static_cast<size_t>(item))) out.push_back(column.Raw(static_cast<size_t>(item)));
  }
  out.resize(rt::KeepUnique(out.data(), out.size()));
}

void Interpreter::Distinct(const ir::Inst& inst, std::vector<int64_t>& list) {
  std::vector<int64_t> keys(list.size());
  std::vector<uint8_t> known(list.size());
  for (size_t i = 0; i < list.size(); ++i) {
    const CallValue key = RunBlockFor(inst.blocks[0], list[i]);
    keys[i] = key.value;
    known[i] = key.known ? 1 : 0;
  }
  if (kernel_[kernel_[inst.blocks[0]].result].type.is(TypeKind::kText)) {
    rt::NumberTexts(keys.data(), known.data(), keys.size(), texts_);
  }
  list.resize(rt::KeepDistinct(list.data(), list.size(), keys.data(), known.data(), inst.imm == 1));
}

void Interpreter::ExecuteList(ir::ValueId id, const ir::Inst& inst) {
  std::vector<int64_t>& out = lists_[id.index()];
  out.clear();
  const ir::Inst& from = kernel_[inst.args[0]];
  const auto unit = static_cast<rt::TimeUnit>(inst.aux);
  const std::vector<int64_t>& in = lists_[inst.args[0].index()];
  const CallValue record = ValueOf(inst.args[0]);
  using ir::Op;
  if (inst.op == Op::kEvents) {
    if (record.known) AddEvents(inst, static_cast<uint32_t>(record.value), out);
  } else if (inst.op == Op::kRelated) {
    if (record.known) AddRelated(inst, from.type.object_id(), record.value, out);
  } else if (inst.op == Op::kEachRelated) {
    for (int64_t item : in) AddRelated(inst, from.type.object_id(), item, out);
    out.resize(rt::KeepUnique(out.data(), out.size()));
  } else if (inst.op == Op::kEachRef) {
    AddRefs(inst, in, out);
  } else if (inst.op == Op::kEachEvents) {
    for (int64_t item : in) AddEvents(inst, static_cast<uint32_t>(item), out);
    const rt::EventSeries& series = context_.series(EventId(inst.aux));
    const uint32_t* arrival = series.arrival.empty() ? nullptr : series.arrival.data();
    rt::SortByTime(out.data(), out.size(), series.times, arrival);
  } else if (inst.op == Op::kStretches) {
    const CallValue anchor = ValueOf(inst.args[1]);
    const CallValue until = ValueOf(inst.args[2]);
    if (!until.known) return;
    rt::FindStretches(in.data(), in.size(), TimesOf(inst.args[0]), anchor.known ? &anchor.value : nullptr, until.value,
                      inst.imm, unit, context_.zone(), out);
  } else {
    out = in;
    const rt::Times* times = TimesOf(inst.args[0]);
    if (inst.op == Op::kDistinct) Distinct(inst, out);
    if (inst.op == Op::kCapPeriod) {
      out.resize(rt::CapPeriod(out.data(), out.size(), times, inst.imm, unit, context_.zone()));
    }
    if (inst.op == Op::kCapRolling) {
      out.resize(rt::CapRolling(out.data(), out.size(), times, inst.imm, inst.imm2, unit, context_.zone()));
    }
    if (inst.op == Op::kKeepLatest) out.resize(rt::KeepLatest(out.data(), out.size(), inst.imm));
  }
  const bool filtered = !inst.blocks.empty() && inst.op != Op::kDistinct;
  if (!filtered) return;
  size_t kept = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    const CallValue holds = RunBlockFor(inst.blocks[0], out[i]);
    if (holds.known && holds.value != 0) out[kept++] = out[i];
  }
  out.resize(kept);
}

void Interpreter::ExecuteFold(ir::ValueId id, const ir::Inst& inst) {
  const std::vector<int64_t>& list = lists_[inst.args[0].index()];
  CallValue& slot = slots_[id.index()];
  if (inst.op == ir::Op::kCount) {
    slot = {static_cast<int64_t>(list.size()), true};
    return;
  }
  if (inst.op == ir::Op::kExists) {
    slot = {list.empty() ? 0 : 1, true};
    return;
  }
  if (inst.op == ir::Op::kFirst || inst.op == ir::Op::kLast) {
    const bool first = inst.op == ir::Op::kFirst;
    slot = list.empty() ? CallValue{0, false} : CallValue{first ? list.front() : list.back(), true};
    return;
  }
  rt::Int128 sum = 0;
  int64_t count = 0;
  int64_t best = 0;
  for (int64_t item : list) {
    const CallValue value = RunBlockFor(inst.blocks[0], item);
    if (!value.known) continue;
    sum += value.value;
    if (count == 0) best = value.value;
    best = inst.op == ir::Op::kMinOf ? std::min(best, value.value) : std::max(best, value.value);
    ++count;
  }
  bool saturated = false;
  if (inst.op == ir::Op::kSum) {
    slot = {rt::Saturate(sum, &saturated), true};
  } else if (count == 0) {
    slot = {0, false};
  } else if (inst.op == ir::Op::kAvg) {
    slot = {rt::Average(sum, count, static_cast<int>(inst.imm), &saturated), true};
  } else {
    slot = {best, true};
  }
  if (saturated) Trapped(id);
}

void Interpreter::ExecuteRunning(ir::ValueId id, const ir::Inst& inst) {
  std::vector<rt::TimedList> lists;
  for (ir::ValueId arg : inst.args) {
    const std::vector<int64_t>& list = lists_[arg.index()];
    lists.push_back({list.data(), list.size(), TimesOf(arg)});
  }
  std::vector<rt::TimedItem> order;
  rt::MergeByTime(lists, order);
  const int64_t outer = so_far_;
  int64_t sum = 0;
  std::vector<int64_t> own(inst.limits.size());  // by list
  bool saturated = false;
  for (const rt::TimedItem& item : order) {
    so_far_ = sum;
    CallValue points = RunBlockFor(inst.blocks[item.list], lists[item.list].items[item.place]);
    if (!points.known) continue;
    if (!own.empty()) {
      const ir::SumLimits& limits = inst.limits[item.list];
      const int64_t before = own[item.list];
      own[item.list] = std::clamp(rt::Add(before, points.value, &saturated), limits.min, limits.max);
      points.value = own[item.list] - before;  // never further from 0 than the points themselves, or than a limit
    }
    sum = std::clamp(rt::Add(sum, points.value, &saturated), inst.imm, inst.imm2);
  }
  so_far_ = outer;
  slots_[id.index()] = {sum, true};
  if (saturated) Trapped(id);
}

}  // namespace saiten::vm
