#include "runtime/decimal.h"
#include "stdlib/call.h"
#include "stdlib/records.h"

namespace saiten::stdlib {

namespace {

int ScaleOf(Type type) { return type.is(TypeKind::kDecimal) ? type.scale : 0; }

// Argument i at the scale of the result.
int64_t AtResultScale(const FunctionCall& call, size_t i, bool* saturated) {
  return rt::Rescale(Int(call, i), ScaleOf(call.types[i]), ScaleOf(call.result), saturated);
}

CallValue AbsOf(const FunctionCall& call) { return Known(rt::Abs(Int(call, 0))); }

// The smallest (sign 1) or largest (sign -1) argument. Compared before rescaling, which may saturate.
CallValue Extreme(const FunctionCall& call, int sign) {
  size_t best = 0;
  for (size_t i = 1; i < call.args.size(); ++i) {
    const int order =
        rt::CompareDecimal(Int(call, i), ScaleOf(call.types[i]), Int(call, best), ScaleOf(call.types[best]));
    if (order * sign < 0) best = i;
  }
  return Saturating(call, [&](bool* saturated) { return AtResultScale(call, best, saturated); });
}
CallValue Min(const FunctionCall& call) { return Extreme(call, 1); }
CallValue Max(const FunctionCall& call) { return Extreme(call, -1); }

CallValue Clamp(const FunctionCall& call) {
  const auto less = [&call](size_t a, size_t b) {
    return rt::CompareDecimal(Int(call, a), ScaleOf(call.types[a]), Int(call, b), ScaleOf(call.types[b])) < 0;
  };
  const size_t chosen = less(0, 1) ? 1 : (less(2, 0) ? 2 : 0);
  return Saturating(call, [&](bool* saturated) { return AtResultScale(call, chosen, saturated); });
}

CallValue Round(const FunctionCall& call) {
  const int64_t wanted = Has(call, 1) ? Int(call, 1) : 0;
  const int digits = static_cast<int>(wanted < 0 ? 0 : (wanted > rt::kMaxScale ? rt::kMaxScale : wanted));
  return Saturating(
      call, [&](bool* saturated) { return rt::RoundTo(Int(call, 0), ScaleOf(call.types[0]), digits, saturated); });
}

// floor and ceil give ints, so that they can count things.
CallValue Floor(const FunctionCall& call) {
  return Known(rt::FloorDiv(Int(call, 0), rt::Pow10(ScaleOf(call.types[0]))));
}
CallValue Ceil(const FunctionCall& call) {
  return Known(-rt::FloorDiv(-Int(call, 0), rt::Pow10(ScaleOf(call.types[0]))));
}

CallValue Div(const FunctionCall& call) {
  return Int(call, 1) == 0 ? Unknown() : Known(rt::FloorDiv(Int(call, 0), Int(call, 1)));
}
CallValue Mod(const FunctionCall& call) {
  return Int(call, 1) == 0 ? Unknown() : Known(rt::FloorMod(Int(call, 0), Int(call, 1)));
}

constexpr ParamInfo kNumber[] = {{"number", ParamKind::kNumber}};
constexpr ParamInfo kRound[] = {{"number", ParamKind::kNumber}, {"digits", ParamKind::kInt, /*optional=*/true}};
constexpr ParamInfo kNumbers[] = {{"a", ParamKind::kNumber},
                                  {"b", ParamKind::kNumber, /*optional=*/false, /*repeated=*/true}};
constexpr ParamInfo kClamp[] = {
    {"number", ParamKind::kNumber}, {"low", ParamKind::kNumber}, {"high", ParamKind::kNumber}};
constexpr ParamInfo kInts[] = {{"a", ParamKind::kInt}, {"b", ParamKind::kInt}};

constexpr FunctionRecord kRecords[] = {
    {.name = "abs",
     .topic = "number",
     .params = kNumber,
     .result = ResultRule::kSameAsFirst,
     .call = AbsOf,
     .doc_en = "The number without its sign.",
     .doc_ja = "絶対値。",
     .example = "abs(-12) == 12"},
    {.name = "min",
     .topic = "number",
     .params = kNumbers,
     .result = ResultRule::kWidestNumber,
     .call = Min,
     .doc_en = "The smallest of two or more numbers.",
     .doc_ja = "2 つ以上の数のうち最小のもの。",
     .example = "min(3, 1.5, 2) == 1.5"},
    {.name = "max",
     .topic = "number",
     .params = kNumbers,
     .result = ResultRule::kWidestNumber,
     .call = Max,
     .doc_en = "The largest of two or more numbers.",
     .doc_ja = "2 つ以上の数のうち最大のもの。",
     .example = "max(3, 1.5, 2) == 3"},
    {.name = "round",
     .topic = "number",
     .params = kRound,
     .result = ResultRule::kSameAsFirst,
     .call = Round,
     .doc_en = "The nearest number with at most `digits` decimals, none if left out; half goes away from zero.",
     .doc_ja = "小数点以下 `digits` 桁(省略時 0 桁)に四捨五入した数。",
     .example = "round(2.345, 2) == 2.35"},
    {.name = "floor",
     .topic = "number",
     .params = kNumber,
     .result = ResultRule::kInt,
     .call = Floor,
     .doc_en = "The largest whole number that is not above.",
     .doc_ja = "切り下げた整数。",
     .example = "floor(-2.5) == -3"},
    {.name = "ceil",
     .topic = "number",
     .params = kNumber,
     .result = ResultRule::kInt,
     .call = Ceil,
     .doc_en = "The smallest whole number that is not below.",
     .doc_ja = "切り上げた整数。",
     .example = "ceil(2.1) == 3"},
    {.name = "clamp",
     .topic = "number",
     .params = kClamp,
     .result = ResultRule::kWidestNumber,
     .call = Clamp,
     .doc_en = "The number, but `low` if it is less and `high` if it is more.",
     .doc_ja = "`low` 未満なら `low`、`high` を超えれば `high`、それ以外はそのままの数。",
     .example = "clamp(120, 0, 100) == 100"},
    {.name = "div",
     .topic = "number",
     .params = kInts,
     .result = ResultRule::kInt,
     .call = Div,
     .may_be_unknown = true,
     .doc_en = "How often `b` goes into `a`, rounded down. Unknown if `b` is 0.",
     .doc_ja = "`a` を `b` で割った商(切り下げ)。`b` が 0 なら不明。",
     .example = "div(-7, 2) == -4"},
    {.name = "mod",
     .topic = "number",
     .params = kInts,
     .result = ResultRule::kInt,
     .call = Mod,
     .may_be_unknown = true,
     .doc_en = "What is left after `div(a, b)`; has the sign of `b`. Unknown if `b` is 0.",
     .doc_ja = "`div(a, b)` の余り。符号は `b` と同じ。`b` が 0 なら不明。",
     .example = "mod(-7, 2) == 1"},
};

}  // namespace

std::span<const FunctionRecord> NumberRecords() { return kRecords; }

}  // namespace saiten::stdlib
