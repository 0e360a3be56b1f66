#include "store/load/value_reader.h"

#include <algorithm>

#include "runtime/decimal.h"
#include "runtime/decimal_text.h"
#include "runtime/normalize.h"
#include "runtime/time_parse.h"
#include "runtime/trim.h"
#include "runtime/utf8.h"

namespace saiten::store {
namespace {

// A duration in a database is a number of seconds (microseconds are six decimals of it) or a text as in rules.
constexpr int kSecondScale = 6;

Reading FromParse(rt::ParseStatus status, int64_t value) {
  switch (status) {
    case rt::ParseStatus::kOk:
      return Reading::Of(value);
    case rt::ParseStatus::kEmpty:
      return Reading::Unknown();
    case rt::ParseStatus::kSyntax:
      return Reading::Error(DataErrorKind::kNotAValue);
    case rt::ParseStatus::kOutOfRange:
      return Reading::Error(DataErrorKind::kOutOfRange);
    case rt::ParseStatus::kTooManyDecimals:
      return Reading::Error(DataErrorKind::kTooManyDecimals);
    case rt::ParseStatus::kNeedsZone:
      return Reading::Error(DataErrorKind::kNeedsZone);
  }
  SAITEN_UNREACHABLE("ParseStatus");
}

}  // namespace

ValueReader::ValueReader(const Catalog& catalog, const PropertyInfo& property, const rt::Zone* zone)
    : type_(property.type), zone_(zone), is_key_(property.is_key) {
  if (type_.is(TypeKind::kRef)) {
    const ObjectInfo& target = catalog[type_.object_id()];
    type_ = target.key ? target.properties[*target.key].type : Type::Error();
    is_key_ = true;
  }
  if (type_.is(TypeKind::kDecimal)) scale_ = type_.scale;
  if (type_.is(TypeKind::kMoney)) scale_ = std::max(CurrencyDigits(type_.ref), 0);
  if (type_.is(TypeKind::kEnum) || type_.is(TypeKind::kSet)) {
    const EnumInfo& info = catalog[type_.enum_id()];
    other_ = info.other();
    for (size_t i = 0; i < info.members.size(); ++i) {
      members_.emplace(rt::Nfkc(info.members[i].name), static_cast<int64_t>(i));
      for (const std::string& spelling : info.members[i].spellings) {
        members_.emplace(rt::Nfkc(spelling), static_cast<int64_t>(i));
      }
    }
  }
  for (const std::string& spelling : property.true_spellings) members_.emplace(rt::Nfkc(spelling), 1);
  for (const std::string& spelling : property.false_spellings) members_.emplace(rt::Nfkc(spelling), 0);
  for (const std::string& spelling : property.unknown_spellings) {
    unknowns_.push_back(rt::Nfkc(rt::Trim(spelling)));
  }
}

bool ValueReader::IsUnknownSpelling(const Cell& cell) {
  if (unknowns_.empty()) return false;
  const std::string_view text = rt::Trim(cell.Spell(&buffer_));
  if (rt::SurelyNfkc(text)) return std::ranges::find(unknowns_, text) != unknowns_.end();
  return std::ranges::find(unknowns_, rt::Nfkc(text)) != unknowns_.end();
}

Reading ValueReader::Read(const Cell& cell) {
  if (cell.kind == Cell::Kind::kNull) return Reading::Unknown();
  switch (type_.kind) {
    case TypeKind::kBool:
      if (members_.empty() && unknowns_.empty() && cell.kind == Cell::Kind::kInt &&
          (cell.integer == 0 || cell.integer == 1)) {
        return Reading::Of(cell.integer);
      }
      return ReadRemembered(cell);
    case TypeKind::kEnum:
    case TypeKind::kSet:
      return ReadRemembered(cell);
    case TypeKind::kText:
      return ReadText(cell);
    case TypeKind::kInt:
    case TypeKind::kDecimal:
    case TypeKind::kMoney:
      if (IsUnknownSpelling(cell)) return Reading::Unknown();
      return ReadNumber(cell, scale_);
    case TypeKind::kDate:
    case TypeKind::kClock: {
      if (IsUnknownSpelling(cell)) return Reading::Unknown();
      if (cell.kind != Cell::Kind::kText) return Reading::Error(DataErrorKind::kNotAValue);
      int64_t value = 0;
      const rt::ParseStatus status =
          type_.is(TypeKind::kDate) ? rt::ParseDate(cell.text, &value) : rt::ParseClock(cell.text, &value);
      return FromParse(status, value);
    }
    case TypeKind::kInstant:
      if (IsUnknownSpelling(cell)) return Reading::Unknown();
      return ReadInstant(cell);
    case TypeKind::kDuration:
      if (IsUnknownSpelling(cell)) return Reading::Unknown();
      return ReadDuration(cell);
    case TypeKind::kError:
    case TypeKind::kNothing:
    case TypeKind::kRef:
    case TypeKind::kEvent:
      break;
  }
  SAITEN_UNREACHABLE("a property of a type that no column has");
}

Reading ValueReader::ReadDuration(const Cell& cell) const {
  const Reading seconds = ReadNumber(cell, kSecondScale);
  if (cell.kind != Cell::Kind::kText || seconds.kind != Reading::Kind::kError) return seconds;
  int64_t micros = 0;
  const rt::ParseStatus status = rt::ParseElapsed(cell.text, &micros);
  // What is no number and no text of that kind is told of as the number it is not.
  return status == rt::ParseStatus::kSyntax ? seconds : FromParse(status, micros);
}

Reading ValueReader::ReadNumber(const Cell& cell, int scale) const {
  int64_t value = 0;
  switch (cell.kind) {
    case Cell::Kind::kNull:
      return Reading::Unknown();
    case Cell::Kind::kInt: {
      bool saturated = cell.integer < rt::kNumberMin;
      if (!saturated) value = rt::Rescale(cell.integer, 0, scale, &saturated);
      return saturated ? Reading::Error(DataErrorKind::kOutOfRange) : Reading::Of(value);
    }
    case Cell::Kind::kReal: {
      const rt::ParseStatus status = rt::DecimalFromDouble(cell.real, scale, &value);
      return FromParse(status, value);
    }
    case Cell::Kind::kText: {
      const rt::ParseStatus status = rt::ParseDecimal(cell.text, scale, &value);
      return FromParse(status, value);
    }
  }
  SAITEN_UNREACHABLE("Cell::Kind");
}

Reading ValueReader::ReadText(const Cell& cell) {
  const std::string_view text = cell.Spell(&buffer_);
  if (rt::Trim(text).empty()) return Reading::Unknown();
  if (!rt::ValidUtf8(text)) return Reading::Error(DataErrorKind::kNotUtf8);
  if (!unknowns_.empty() && IsUnknownSpelling(cell)) return Reading::Unknown();
  return Reading::Of(text);
}

Reading ValueReader::ReadRemembered(const Cell& cell) {
  std::string spelled;
  const std::string_view text = cell.Spell(&spelled);
  if (const Reading* const known = remembered_.Find(text)) return *known;
  Reading reading;
  if (rt::Trim(text).empty()) {
    reading = Reading::Unknown();
  } else if (!rt::ValidUtf8(text)) {
    reading = Reading::Error(DataErrorKind::kNotUtf8);
  } else if (IsUnknownSpelling(cell)) {
    reading = Reading::Unknown();
  } else if (type_.is(TypeKind::kBool)) {
    reading = ReadBool(text);
  } else if (type_.is(TypeKind::kEnum)) {
    reading = ReadMember(text);
  } else {
    reading = ReadSet(text);
  }
  remembered_.Put(text, reading);
  return reading;
}

Reading ValueReader::ReadBool(std::string_view text) const {
  const std::string form = rt::Nfkc(rt::Trim(text));
  if (auto found = members_.find(form); found != members_.end()) return Reading::Of(found->second);
  bool value = false;
  const rt::ParseStatus status = rt::ParseBool(form, &value);
  return FromParse(status, value ? 1 : 0);
}

Reading ValueReader::ReadMember(std::string_view text) const {
  if (auto found = members_.find(rt::Nfkc(text)); found != members_.end()) return Reading::Of(found->second);
  return other_ >= 0 ? Reading::Of(int64_t{other_}) : Reading::Error(DataErrorKind::kNotInEnum);
}

Reading ValueReader::ReadSet(std::string_view text) const {
  std::vector<std::string> items;
  const rt::ParseStatus status = rt::ParseSet(text, &items);
  if (status != rt::ParseStatus::kOk) return FromParse(status, 0);
  int64_t mask = 0;
  for (const std::string& item : items) {
    const Reading member = ReadMember(item);
    if (member.kind != Reading::Kind::kValue) return member;
    mask |= int64_t{1} << member.value;
  }
  return Reading::Of(mask);
}

Reading ValueReader::ReadInstant(const Cell& cell) const {
  int64_t value = 0;
  rt::ParseStatus status = rt::ParseStatus::kSyntax;
  switch (cell.kind) {
    case Cell::Kind::kNull:
      return Reading::Unknown();
    case Cell::Kind::kInt:
      status = rt::InstantFromNumber(cell.integer, &value);
      break;
    case Cell::Kind::kReal:
      status = rt::InstantFromDouble(cell.real, &value);
      break;
    case Cell::Kind::kText:
      status = rt::ParseInstant(cell.text, zone_, &value);
      break;
  }
  return FromParse(status, value);
}

}  // namespace saiten::store
