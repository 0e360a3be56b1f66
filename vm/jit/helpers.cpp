#include "vm/jit/helpers.h"

#include <array>

#include "compiler/ir/scalar.h"
#include "runtime/decay.h"
#include "runtime/decimal.h"
#include "runtime/occurrences.h"
#include "vm/jit/orc.h"

namespace saiten::jit {

ScratchList* HelperContext::Open() {
  if (open_ == lists_.size()) lists_.emplace_back();
  ScratchList& list = lists_[open_++];
  list.items.clear();
  list.keys.clear();
  list.known.clear();
  return &list;
}

void HelperContext::TellTraps(size_t row) {
  if (row < begin_ || row >= end_) return;
  if (!interpreter_) {
    interpreter_ = std::make_unique<vm::Interpreter>(context_, kernel_, results_);
    // Those of uniform values were told when the run began.
    vm::TrapLog told;
    interpreter_->EvaluateUniform(told);
  }
  interpreter_->Evaluate(row, *traps_);
}

namespace {

void Traps(HelperContext* context, const uint8_t* flags, int64_t begin, int64_t rows) {
  for (int64_t i = 0; i < rows; ++i) {
    if (flags[i] != 0) context->TellTraps(static_cast<size_t>(begin + i));
  }
}

void Evaluate(HelperContext* context, const ir::Inst& inst, const CallValue* args, CallValue* result, uint8_t* cut) {
  constexpr size_t kFew = 8;
  std::array<Type, kFew> few;
  std::vector<Type> many;
  std::span<Type> types(few.data(), std::min(inst.args.size(), kFew));
  if (inst.args.size() > kFew) {
    many.resize(inst.args.size());
    types = many;
  }
  for (size_t i = 0; i < types.size(); ++i) types[i] = context->kernel()[inst.args[i]].type;
  bool saturated = false;
  *result = ir::EvaluateScalar(inst, {args, inst.args.size()}, types, context->scalars(), &saturated);
  *cut |= saturated ? 1 : 0;
}

void Scalar(HelperContext* context, uint64_t id, const CallValue* args, CallValue* result, uint8_t* cut) {
  Evaluate(context, context->inst(id), args, result, cut);
}

// For Mutation::kBoundary: one unit, or where the operation counts none one microsecond or day, too much.
void ScalarEdge(HelperContext* context, uint64_t id, CallValue* args, CallValue* result, uint8_t* cut) {
  ir::Inst inst = context->inst(id);
  if (inst.imm != 0) {
    ++inst.imm;
  } else {
    // A mutation may push a value off either end; it wraps, whatever the compiler's flags.
    args[0].value = static_cast<int64_t>(static_cast<uint64_t>(args[0].value) - 1);
  }
  Evaluate(context, inst, args, result, cut);
}

int64_t Mul(int64_t a, int64_t b, int64_t digits, uint8_t* cut) {
  bool saturated = false;
  const int64_t result = rt::MulScaled(a, b, static_cast<int>(digits), &saturated);
  *cut |= saturated ? 1 : 0;
  return result;
}

int64_t Div(int64_t a, int64_t b, int64_t digits, uint8_t* cut) {
  bool saturated = false;
  const int64_t result = rt::DivDecimal(a, 0, b, 0, &saturated, static_cast<int>(digits));
  *cut |= saturated ? 1 : 0;
  return result;
}

int64_t Average(uint64_t low, int64_t high, int64_t count, int64_t digits, uint8_t* cut) {
  if (count == 0) return 0;
  bool saturated = false;
  const auto sum = static_cast<rt::Int128>(static_cast<rt::UInt128>(high) << 64 | low);
  const int64_t result = rt::Average(sum, count, static_cast<int>(digits), &saturated);
  *cut |= saturated ? 1 : 0;
  return result;
}

int64_t Owner(HelperContext* context, int64_t event, int64_t row) {
  return rt::OwnerOf(context->run().series(EventId(static_cast<size_t>(event))), static_cast<uint32_t>(row));
}

int64_t Period(HelperContext* context, int64_t time, int64_t unit) {
  return rt::PeriodOf(time, static_cast<rt::TimeUnit>(unit), context->run().zone());
}

int64_t AgeBack(HelperContext* context, int64_t time, int64_t n, int64_t unit) {
  return rt::AgeBack(time, n, static_cast<rt::TimeUnit>(unit), context->run().zone());
}

void TextsReset(HelperContext* context) { context->texts().Reset(); }

ScratchList* ListOpen(HelperContext* context) { return context->Open(); }
void ListClose(HelperContext* context) { context->Close(); }
const int64_t* ListData(const ScratchList* list) { return list->items.data(); }
int64_t ListSize(const ScratchList* list) { return static_cast<int64_t>(list->items.size()); }
void ListPush(ScratchList* list, int64_t item) { list->items.push_back(item); }

void ListPushRange(ScratchList* list, int64_t begin, int64_t end) {
  for (int64_t item = begin; item < end; ++item) list->items.push_back(item);
}

void ListPushKey(ScratchList* list, int64_t item, int64_t key, uint8_t known) {
  list->items.push_back(item);
  list->keys.push_back(key);
  list->known.push_back(known);
}

void ListUnique(ScratchList* list) { list->items.resize(rt::KeepUnique(list->items.data(), list->items.size())); }

void ListSort(HelperContext* context, ScratchList* list, int64_t event) {
  const rt::EventSeries& series = context->run().series(EventId(static_cast<size_t>(event)));
  rt::SortByTime(list->items.data(), list->items.size(), series.times,
                 series.arrival.empty() ? nullptr : series.arrival.data());
}

void ListDistinct(HelperContext* context, ScratchList* list, int64_t latest, int64_t is_text) {
  const size_t size = list->items.size();
  if (is_text != 0) rt::NumberTexts(list->keys.data(), list->known.data(), size, context->texts());
  list->items.resize(rt::KeepDistinct(list->items.data(), size, list->keys.data(), list->known.data(), latest != 0));
}

// Null where the elements are instants (`event` -1).
const rt::Times* TimesOf(HelperContext* context, int64_t event) {
  return event < 0 ? nullptr : &context->run().series(EventId(static_cast<size_t>(event))).times;
}

void ListCapRolling(HelperContext* context, ScratchList* list, int64_t event, int64_t most, int64_t n, int64_t unit) {
  list->items.resize(rt::CapRolling(list->items.data(), list->items.size(), TimesOf(context, event), most, n,
                                    static_cast<rt::TimeUnit>(unit), context->run().zone()));
}

void ListStretches(HelperContext* context, ScratchList* list, int64_t event, int64_t anchor, uint8_t anchor_known,
                   int64_t until, uint8_t until_known, int64_t n, int64_t unit) {
  std::vector<int64_t> ends;
  if (until_known != 0) {
    rt::FindStretches(list->items.data(), list->items.size(), TimesOf(context, event),
                      anchor_known != 0 ? &anchor : nullptr, until, n, static_cast<rt::TimeUnit>(unit),
                      context->run().zone(), ends);
  }
  list->items = std::move(ends);
}

int64_t CountStretches(HelperContext* context, ScratchList* list, int64_t event, int64_t anchor, uint8_t anchor_known,
                       int64_t until, uint8_t until_known, int64_t n, int64_t unit) {
  if (until_known == 0) return 0;
  return rt::CountStretches(list->items.data(), list->items.size(), TimesOf(context, event),
                            anchor_known != 0 ? &anchor : nullptr, until, n, static_cast<rt::TimeUnit>(unit),
                            context->run().zone());
}

// Fills the newest list with pairs (list, element) of the `count` lists before it, by the times they have as keys.
void ListMerge(HelperContext* context, int64_t count) {
  const auto lists = static_cast<size_t>(count);
  std::vector<rt::TimedList> timed;
  for (size_t i = 0; i < lists; ++i) {
    const ScratchList& list = context->Newest(lists - i);
    timed.push_back({list.keys.data(), list.keys.size(), nullptr});
  }
  std::vector<rt::TimedItem> order;
  rt::MergeByTime(timed, order);
  std::vector<int64_t>& out = context->Newest(0).items;
  for (const rt::TimedItem& item : order) {
    out.push_back(item.list);
    out.push_back(context->Newest(lists - item.list).items[item.place]);
  }
}

template <typename Function>
void* Address(Function* function) {
  return reinterpret_cast<void*>(function);
}

}  // namespace

std::span<const HostSymbol> HostSymbols() {
  static const HostSymbol kSymbols[] = {
      {"saiten_traps", Address(&Traps)},
      {"saiten_scalar", Address(&Scalar)},
      {"saiten_scalar_edge", Address(&ScalarEdge)},
      {"saiten_mul", Address(&Mul)},
      {"saiten_div", Address(&Div)},
      {"saiten_average", Address(&Average)},
      {"saiten_half_life", Address(&rt::DecayHalfLife)},
      {"saiten_decay_linear", Address(&rt::DecayLinear)},
      {"saiten_decay_compound", Address(&rt::DecayCompound)},
      {"saiten_owner", Address(&Owner)},
      {"saiten_period", Address(&Period)},
      {"saiten_age_back", Address(&AgeBack)},
      {"saiten_texts_reset", Address(&TextsReset)},
      {"saiten_list_open", Address(&ListOpen)},
      {"saiten_list_close", Address(&ListClose)},
      {"saiten_list_data", Address(&ListData)},
      {"saiten_list_size", Address(&ListSize)},
      {"saiten_list_push", Address(&ListPush)},
      {"saiten_list_push_range", Address(&ListPushRange)},
      {"saiten_list_push_key", Address(&ListPushKey)},
      {"saiten_list_unique", Address(&ListUnique)},
      {"saiten_list_sort", Address(&ListSort)},
      {"saiten_list_distinct", Address(&ListDistinct)},
      {"saiten_list_cap_rolling", Address(&ListCapRolling)},
      {"saiten_list_stretches", Address(&ListStretches)},
      {"saiten_count_stretches", Address(&CountStretches)},
      {"saiten_list_merge", Address(&ListMerge)},
  };
  return kSymbols;
}

}  // namespace saiten::jit
