#include <bit>

#include "stdlib/call.h"
#include "stdlib/records.h"

namespace saiten::stdlib {

namespace {

// A set is a bit per member of its enum.
uint64_t Members(const FunctionCall& call, size_t i) { return static_cast<uint64_t>(Int(call, i)); }

CallValue Size(const FunctionCall& call) { return Known(std::popcount(Members(call, 0))); }
CallValue Any(const FunctionCall& call) { return Known((Members(call, 0) & Members(call, 1)) != 0 ? 1 : 0); }
CallValue All(const FunctionCall& call) { return Known((Members(call, 1) & ~Members(call, 0)) == 0 ? 1 : 0); }

constexpr ParamInfo kSet[] = {{"set", ParamKind::kSet}};
constexpr ParamInfo kSets[] = {{"set", ParamKind::kSet}, {"members", ParamKind::kSet}};

constexpr FunctionRecord kRecords[] = {
    {.name = "size",
     .topic = "set",
     .params = kSet,
     .result = ResultRule::kInt,
     .call = Size,
     .doc_en = "How many members the set has.",
     .doc_ja = "集合の要素数。",
     .example = "size(topics) == 2"},
    {.name = "any",
     .topic = "set",
     .params = kSets,
     .result = ResultRule::kBool,
     .call = Any,
     .doc_en = "Whether at least one of the members is in the set.",
     .doc_ja = "指定した要素のいずれかを含むか。",
     .example = "any(topics, [Security, Cloud])"},
    {.name = "all",
     .topic = "set",
     .params = kSets,
     .result = ResultRule::kBool,
     .call = All,
     .doc_en = "Whether every one of the members is in the set.",
     .doc_ja = "指定した要素をすべて含むか。",
     .example = "all(topics, [Security, Cloud])"},
};

}  // namespace

std::span<const FunctionRecord> SetRecords() { return kRecords; }

}  // namespace saiten::stdlib
