#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "compiler/types/type.h"

namespace saiten {

namespace rt {
struct CallContext;  // runtime/call_context.h
}

// One argument or result as the engines pass it: the int64 of compiler/types/type.h (a TextHandle for text), or
// unknown.
struct CallValue {
  int64_t value = 0;
  bool known = true;
};

// What a parameter accepts. Every parameter accepts optional values.
enum class ParamKind : uint8_t {
  kText,
  kTextList,  // one text, or texts in [ ]: passed as that many arguments, so it must stand last
  kInt,
  kNumber,  // int or decimal; the function sees the scale in Argument::type
  kDate,
  kInstant,
  kDateOrInstant,
  kMoney,
  kSet,
  kMembers,  // a member of the first argument's set, several in [ ], or a set: one argument each, so it must stand last
  kUnit,     // one of the words second minute hour day week month quarter year; passed as rt::TimeUnit
  kCalendar,  // the name of a calendar; passed as its index in CallContext::calendars
};

struct ParamInfo {
  std::string_view name;
  ParamKind kind;
  bool optional = false;  // may be left out: the call has that argument less; only behind required ones
  bool repeated = false;  // one or more; only the last
};

// What the result's type is made from. The result is optional if an argument is, or if may_be_unknown says so.
enum class ResultRule : uint8_t {
  kText,
  kInt,
  kBool,
  kDate,
  kInstant,
  kClock,
  kSameAsFirst,   // the first argument's type
  kWidestNumber,  // int if all number arguments are, else decimal of the largest scale
  kMoneyAmount,   // decimal with the digits of the money's currency
};

// A call as the function sees it: `types[i]` is the type of `args[i]`. Unknown arguments reach the function only where
// the record says takes_unknown; elsewhere an unknown argument makes the result unknown without a call.
struct FunctionCall {
  const rt::CallContext& context;
  std::span<const CallValue> args;
  std::span<const Type> types;
  Type result;
};

// A library function, written once: types for the checker, code for both engines, documentation and completion for
// people. All records together are stdlib/records.h; other folders get the table as an argument.
struct FunctionRecord {
  std::string_view name;
  std::string_view topic;  // text, number, date, money, set
  std::span<const ParamInfo> params;
  ResultRule result;
  CallValue (*call)(const FunctionCall&);
  bool takes_unknown = false;
  bool may_be_unknown = false;  // the result can be unknown though every argument is known
  bool needs_zone = false;      // uses the local calendar even where no argument is a time (sem T2)
  std::string_view doc_en;
  std::string_view doc_ja;
  std::string_view example;  // `domain("a@example.com") == "example.com"`: run as a test
};

// Finds a record by name; null if there is none.
class FunctionTable {
 public:
  FunctionTable() = default;
  explicit FunctionTable(std::span<const FunctionRecord> records) : records_(records) {}
  const FunctionRecord* Find(std::string_view name) const {
    for (const FunctionRecord& record : records_) {
      if (record.name == name) return &record;
    }
    return nullptr;
  }
  std::span<const FunctionRecord> all() const { return records_; }

 private:
  std::span<const FunctionRecord> records_;
};

}  // namespace saiten
