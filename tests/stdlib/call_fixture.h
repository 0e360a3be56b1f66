#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "runtime/civil.h"
#include "stdlib/call.h"
#include "stdlib/records.h"

namespace saiten::stdlib {

// One argument of a call: its type, and its value or its text.
struct Arg {
  Type type;
  int64_t value = 0;
  std::optional<std::string> text = std::nullopt;
};

inline Arg Txt(std::string text) { return {Type::Text(), 0, std::move(text)}; }
inline Arg Num(int64_t value) { return {Type::Int(), value}; }
inline Arg Dec(int64_t value, int scale) { return {Type::Decimal(scale), value}; }
inline Arg Date(int64_t year, int month, int day) { return {Type::Date(), rt::DaysFromCivil(year, month, day)}; }
inline Arg At(int64_t instant) { return {Type::Instant(), instant}; }
inline Arg Set(uint64_t members) { return {Type::Set(EnumId(size_t{0})), static_cast<int64_t>(members)}; }
inline Arg Unit(rt::TimeUnit unit) { return {Type::Int(), static_cast<int64_t>(unit)}; }

// Calls library functions as an engine does: Tokyo's zone, the September holidays of 2026, now 2026-06-30 09:00.
class Calls : public ::testing::Test {
 protected:
  Calls() : texts_({}) {
    rt::Calendar::Spec spec;
    for (int day : {21, 22, 23}) spec.holidays.push_back({rt::DaysFromCivil(2026, 9, day), ""});
    calendars_.emplace_back(std::move(spec));
    context_.zone = *rt::Zone::Find("Asia/Tokyo");
    context_.calendars = calendars_;
    context_.now = Instant(2026, 6, 30, 9);
    context_.texts = &texts_;
    context_.saturated = &saturated_;
  }

  // An instant by the clock of Tokyo.
  static int64_t Instant(int64_t year, int month, int day, int hour = 0, int minute = 0) {
    return rt::DaysFromCivil(year, month, day) * rt::kMicrosPerDay + (hour - 9) * rt::kMicrosPerHour +
           minute * rt::kMicrosPerMinute;
  }

  CallValue Raw(std::string_view name, const std::vector<Arg>& args, Type result = Type::Int()) {
    const FunctionRecord* record = Records().Find(name);
    EXPECT_NE(record, nullptr) << name;
    std::vector<CallValue> values;
    std::vector<Type> types;
    for (const Arg& arg : args) {
      values.push_back(Known(arg.text ? texts_.Make(*arg.text) : arg.value));
      types.push_back(arg.type);
    }
    return record->call({context_, values, types, result});
  }
  // The value of a call whose result is known.
  int64_t Value(std::string_view name, const std::vector<Arg>& args, Type result = Type::Int()) {
    const CallValue value = Raw(name, args, result);
    EXPECT_TRUE(value.known) << name;
    return value.value;
  }
  std::string TextOf(std::string_view name, const std::vector<Arg>& args) {
    const CallValue value = Raw(name, args, Type::Text());
    return value.known ? std::string(texts_.View(value.value)) : "(unknown)";
  }

  rt::TextStore texts_;
  std::vector<rt::Calendar> calendars_;
  rt::CallContext context_;
  bool saturated_ = false;
};

}  // namespace saiten::stdlib
