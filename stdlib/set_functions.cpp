#include <bit>

#include "stdlib/call.h"
#include "stdlib/records.h"

namespace saiten::stdlib {

namespace {

// A set is a bit per member of its enum.
uint64_t SetOf(const FunctionCall& call, size_t i) { return static_cast<uint64_t>(Int(call, i)); }

// The arguments behind the first as one set; each is a member or a set.
uint64_t Wanted(const FunctionCall& call) {
  uint64_t members = 0;
  for (size_t i = 1; i < call.args.size(); ++i) {
    members |= call.types[i].is(TypeKind::kSet) ? SetOf(call, i) : uint64_t{1} << Int(call, i);
  }
  return members;
}

CallValue Size(const FunctionCall& call) { return Known(std::popcount(SetOf(call, 0))); }
CallValue Any(const FunctionCall& call) { return Known((SetOf(call, 0) & Wanted(call)) != 0 ? 1 : 0); }
CallValue All(const FunctionCall& call) { return Known((Wanted(call) & ~SetOf(call, 0)) == 0 ? 1 : 0); }

constexpr ParamInfo kSet[] = {{"set", ParamKind::kSet}};
constexpr ParamInfo kSets[] = {{"set", ParamKind::kSet}, {"members", ParamKind::kMembers}};

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
