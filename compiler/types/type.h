#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace saiten {

using ObjectId = Id<struct ObjectTag>;
using EnumId = Id<struct EnumTag>;
using EventId = Id<struct EventTag>;
using ListId = Id<struct ListTag>;

// The kinds of values (language.md, Types). Every value but text is one int64 at run time:
//   bool 0/1 · int · decimal(n) in 10^-n · money in minor units · date in days since 1970-01-01 · clock in microseconds
//   since midnight · time (an instant) in UTC microseconds since 1970 · duration in microseconds · enum the member's
//   number · set<enum> a bit per member · ref the row in its object's table · event the row in its event series.
// Text is a handle (runtime/text_value.h). Scores are decimal(3): milli-points (sem N7).
enum class TypeKind : uint8_t {
  kError,    // of something already reported; agrees with everything
  kNothing,  // the type of the literal `unknown` before its context is known
  kBool,
  kInt,
  kDecimal,
  kMoney,
  kDate,
  kClock,
  kInstant,
  kDuration,
  kText,
  kEnum,
  kSet,
  kRef,
  kEvent,
};

// A currency: three capitals packed into 24 bits; 0 is none.
constexpr uint32_t PackCurrency(const char (&code)[4]) {
  return static_cast<uint32_t>(code[0]) << 16 | static_cast<uint32_t>(code[1]) << 8 | static_cast<uint32_t>(code[2]);
}
std::string CurrencyName(uint32_t packed);
// Minor units of ISO 4217 (JPY 0, USD 2, KWD 3); -1 for a code that does not exist.
int CurrencyDigits(uint32_t packed);
// 0 unless `name` is three ASCII capitals.
uint32_t CurrencyFromName(std::string_view name);

struct Type {
  TypeKind kind = TypeKind::kError;
  uint8_t scale = 0;      // kDecimal: digits after the point, at most 9
  bool optional = false;  // the value may be unknown
  uint32_t ref = 0;       // kEnum, kSet: EnumId · kRef: ObjectId · kEvent: EventId · kMoney: packed currency

  friend bool operator==(const Type&, const Type&) = default;
  bool is(TypeKind k) const { return kind == k; }
  bool is_error() const { return kind == TypeKind::kError; }
  bool is_number() const { return kind == TypeKind::kInt || kind == TypeKind::kDecimal; }
  // Ordered by <: everything but text, bool, sets, refs and events; of enums only the `ordered` ones (see Catalog).
  Type Optional(bool value = true) const {
    Type t = *this;
    t.optional = value;
    return t;
  }
  Type Required() const { return Optional(false); }
  // Alike but for optionality.
  bool SameBase(const Type& other) const { return Required() == other.Required(); }
  EnumId enum_id() const { return EnumId(ref); }
  ObjectId object_id() const { return ObjectId(ref); }
  EventId event_id() const { return EventId(ref); }

  static Type Of(TypeKind kind) { return {.kind = kind}; }
  static Type Error() { return {}; }
  static Type Nothing() { return {.kind = TypeKind::kNothing, .optional = true}; }
  static Type Bool() { return Of(TypeKind::kBool); }
  static Type Int() { return Of(TypeKind::kInt); }
  static Type Decimal(int scale) { return {.kind = TypeKind::kDecimal, .scale = static_cast<uint8_t>(scale)}; }
  static Type Points() { return Decimal(3); }
  static Type Money(uint32_t currency) { return {.kind = TypeKind::kMoney, .ref = currency}; }
  static Type Date() { return Of(TypeKind::kDate); }
  static Type Clock() { return Of(TypeKind::kClock); }
  static Type Instant() { return Of(TypeKind::kInstant); }
  static Type Duration() { return Of(TypeKind::kDuration); }
  static Type Text() { return Of(TypeKind::kText); }
  static Type Enum(EnumId id) { return {.kind = TypeKind::kEnum, .ref = id.value}; }
  static Type Set(EnumId id) { return {.kind = TypeKind::kSet, .ref = id.value}; }
  static Type Ref(ObjectId id) { return {.kind = TypeKind::kRef, .ref = id.value}; }
  static Type Event(EventId id) { return {.kind = TypeKind::kEvent, .ref = id.value}; }
};

}  // namespace saiten
