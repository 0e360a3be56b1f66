#include "flow/durable/source_cell.h"

#include <algorithm>
#include <cstdlib>

#include "base/json.h"
#include "runtime/decimal_text.h"
#include "runtime/time_parse.h"
#include "runtime/zone.h"

namespace saiten::flow {
namespace {

using store::Cell;

// A double holds every number of so many digits.
constexpr size_t kDigitsOfDouble = 15;
// A duration in a database is a number of seconds.
constexpr int kSecondScale = 6;

SourceCell Number(int64_t value, int scale, const Cell& now) {
  std::string text;
  rt::AppendDecimalShort(&text, value, scale);
  if (now.kind == Cell::Kind::kText) return text;
  if (text.find('.') == std::string::npos) return int64_t{std::strtoll(text.c_str(), nullptr, 10)};
  const auto digits = static_cast<size_t>(std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; }));
  if (digits > kDigitsOfDouble) return text;
  return std::strtod(text.c_str(), nullptr);
}

SourceCell Bool(const PropertyInfo& property, bool value) {
  const auto& spellings = value ? property.true_spellings : property.false_spellings;
  if (!spellings.empty()) return spellings.front();
  return int64_t{value};
}

SourceCell Set(const EnumInfo& info, int64_t mask) {
  std::string members;
  auto list = Json::array();
  bool is_plain = true;
  for (size_t i = 0; i < info.members.size(); ++i) {
    if ((mask >> i & 1) == 0) continue;
    const std::string& member = info.members[i].display();
    is_plain = is_plain && member.find_first_of(";[") == std::string::npos;
    members += (members.empty() ? "" : ";") + member;
    list.push_back(member);
  }
  // An empty text would be unknown.
  return is_plain && !members.empty() ? members : JsonLine(list);
}

}  // namespace

SourceCell SpellForSource(const KeptValues& values, const PropertyInfo& property, const Value& value, const Cell& now) {
  if (!value.known) return {};
  const Type type = property.type;
  switch (type.kind) {
    case TypeKind::kText:
      return value.text;
    case TypeKind::kBool:
      return Bool(property, value.number != 0);
    case TypeKind::kInt:
      return Number(value.number, 0, now);
    case TypeKind::kDecimal:
      return Number(value.number, type.scale, now);
    case TypeKind::kMoney:
      return Number(value.number, std::max(CurrencyDigits(type.ref), 0), now);
    case TypeKind::kDuration:
      return Number(value.number, kSecondScale, now);
    case TypeKind::kDate:
      return rt::FormatDate(value.number);
    case TypeKind::kClock:
      return rt::FormatClock(value.number);
    case TypeKind::kInstant:
      return rt::FormatInstant(value.number, *rt::Zone::Utc());
    case TypeKind::kEnum:
      return values.catalog()[type.enum_id()].members[static_cast<size_t>(value.number)].display();
    case TypeKind::kSet:
      return Set(values.catalog()[type.enum_id()], value.number);
    case TypeKind::kRef: {
      const Kept key = values.KeyOf(type.object_id(), static_cast<uint32_t>(value.number));
      if (const auto* number = std::get_if<int64_t>(&key)) return Number(*number, 0, now);
      return std::get<std::string>(key);
    }
    case TypeKind::kError:
    case TypeKind::kNothing:
    case TypeKind::kEvent:
      break;
  }
  SAITEN_UNREACHABLE("a property of a type that no column has");
}

SourceCell CopyOf(const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::kNull:
      return {};
    case Cell::Kind::kInt:
      return cell.integer;
    case Cell::Kind::kReal:
      return cell.real;
    case Cell::Kind::kText:
      return std::string(cell.text);
  }
  SAITEN_UNREACHABLE("Cell::Kind");
}

void Bind(store::Statement& statement, int at, const SourceCell& cell) {
  if (const auto* number = std::get_if<int64_t>(&cell)) {
    statement.Bind(at, *number);
  } else if (const auto* real = std::get_if<double>(&cell)) {
    statement.BindReal(at, *real);
  } else if (const auto* text = std::get_if<std::string>(&cell)) {
    statement.Bind(at, std::string_view(*text));
  } else {
    statement.BindNull(at);
  }
}

}  // namespace saiten::flow
