#include "compiler/types/catalog.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/check.h"
#include "runtime/decimal_text.h"
#include "runtime/time_parse.h"

namespace saiten {
namespace {

template <typename Item>
std::optional<size_t> IndexOf(const std::vector<Item>& items, std::string_view name) {
  auto found = std::ranges::find(items, name, &Item::name);
  if (found == items.end()) return std::nullopt;
  return static_cast<size_t>(found - items.begin());
}

template <typename Id, typename Item>
std::optional<Id> IdOf(const std::vector<Item>& items, std::string_view name) {
  auto index = IndexOf(items, name);
  if (!index) return std::nullopt;
  return Id(*index);
}

// `3 days`, `5h 30m`, `-20s`: whole units only, the largest first.
std::string SpellDuration(int64_t micros) {
  std::string text = micros < 0 ? "-" : "";
  uint64_t rest = micros < 0 ? 0 - static_cast<uint64_t>(micros) : static_cast<uint64_t>(micros);
  constexpr uint64_t kSecond = 1'000'000, kDay = 86'400 * kSecond;
  const uint64_t days = rest / kDay;
  rest %= kDay;
  std::vector<std::string> parts;
  if (days) parts.push_back(fmt::format("{} day{}", days, days == 1 ? "" : "s"));
  if (rest / (3600 * kSecond)) parts.push_back(fmt::format("{}h", rest / (3600 * kSecond)));
  if (rest / (60 * kSecond) % 60) parts.push_back(fmt::format("{}m", rest / (60 * kSecond) % 60));
  if (rest % (60 * kSecond)) {
    const uint64_t micro = rest % kSecond;
    parts.push_back(micro ? fmt::format("{}.{:06}s", rest / kSecond % 60, micro)
                          : fmt::format("{}s", rest / kSecond % 60));
  }
  if (parts.empty()) return "0s";
  return text + fmt::format("{}", fmt::join(parts, " "));
}

constexpr std::array<std::string_view, 11> kRoleNames = {
    "", "address", "phone", "country", "zone", "owner", "created", "marketing", "opt_out", "bounced", "consent"};

}  // namespace

int EnumInfo::Find(std::string_view member) const {
  auto index = IndexOf(members, member);
  return index ? static_cast<int>(*index) : -1;
}

std::optional<Role> RoleFromName(std::string_view name) {
  auto found = std::find(kRoleNames.begin() + 1, kRoleNames.end(), name);
  if (found == kRoleNames.end()) return std::nullopt;
  return static_cast<Role>(found - kRoleNames.begin());
}

std::string_view NameOf(Role role) { return kRoleNames[static_cast<size_t>(role)]; }

std::optional<uint32_t> ObjectInfo::Find(std::string_view property) const { return IndexOf(properties, property); }

std::optional<uint32_t> ObjectInfo::FindRole(Role role) const {
  auto found = std::ranges::find(properties, role, &PropertyInfo::role);
  if (found == properties.end()) return std::nullopt;
  return static_cast<uint32_t>(found - properties.begin());
}

std::optional<uint32_t> EventInfo::Find(std::string_view field) const { return IndexOf(fields, field); }

std::optional<ObjectId> Catalog::FindObject(std::string_view name) const { return IdOf<ObjectId>(objects, name); }
std::optional<EnumId> Catalog::FindEnum(std::string_view name) const { return IdOf<EnumId>(enums, name); }
std::optional<EventId> Catalog::FindEvent(std::string_view name) const { return IdOf<EventId>(events, name); }
std::optional<EventId> Catalog::FindEvent(std::string_view name, ObjectId object) const {
  for (size_t i = 0; i < events.size(); ++i) {
    if (events[i].name == name && events[i].object == object) return EventId(i);
  }
  return FindEvent(name);
}
std::optional<ListId> Catalog::FindList(std::string_view name) const { return IdOf<ListId>(lists, name); }

std::string Catalog::Spell(Type type) const {
  std::string name;
  switch (type.kind) {
    case TypeKind::kError:
      return "?";
    case TypeKind::kNothing:
      return "unknown";
    case TypeKind::kBool:
      name = "bool";
      break;
    case TypeKind::kInt:
      name = "int";
      break;
    case TypeKind::kDecimal:
      name = fmt::format("decimal({})", type.scale);
      break;
    case TypeKind::kMoney:
      name = fmt::format("money({})", CurrencyName(type.ref));
      break;
    case TypeKind::kDate:
      name = "date";
      break;
    case TypeKind::kClock:
      name = "clock";
      break;
    case TypeKind::kInstant:
      name = "time";
      break;
    case TypeKind::kDuration:
      name = "duration";
      break;
    case TypeKind::kText:
      name = "text";
      break;
    case TypeKind::kEnum:
      name = (*this)[type.enum_id()].name;
      break;
    case TypeKind::kSet:
      name = fmt::format("set<{}>", (*this)[type.enum_id()].name);
      break;
    case TypeKind::kRef:
      name = (*this)[type.object_id()].name;
      break;
    case TypeKind::kEvent:
      name = (*this)[type.event_id()].name;
      break;
  }
  return type.optional ? name + "?" : name;
}

std::string Catalog::SpellValue(Type type, int64_t value, const rt::Zone* zone) const {
  switch (type.kind) {
    case TypeKind::kError:
    case TypeKind::kNothing:
    case TypeKind::kText:
      return "?";
    case TypeKind::kBool:
      return value ? "true" : "false";
    case TypeKind::kInt:
      return std::to_string(value);
    case TypeKind::kDecimal:
      return rt::FormatDecimal(value, type.scale);
    case TypeKind::kMoney:
      return fmt::format("{} {}", CurrencyName(type.ref),
                         rt::FormatDecimal(value, std::max(0, CurrencyDigits(type.ref))));
    case TypeKind::kDate:
      return rt::FormatDate(value);
    case TypeKind::kClock:
      return rt::FormatClock(value);
    case TypeKind::kInstant:
      return rt::FormatInstant(value, zone ? *zone : *rt::Zone::Utc());
    case TypeKind::kDuration:
      return SpellDuration(value);
    case TypeKind::kEnum: {
      const EnumInfo& info = (*this)[type.enum_id()];
      const bool inside = value >= 0 && static_cast<size_t>(value) < info.members.size();
      return inside ? info.members[value].name : std::to_string(value);
    }
    case TypeKind::kSet: {
      const EnumInfo& info = (*this)[type.enum_id()];
      std::string members;
      for (size_t i = 0; i < info.members.size() && i < 63; ++i) {
        if (value >> i & 1) members += (members.empty() ? "" : ", ") + info.members[i].name;
      }
      return "[" + members + "]";
    }
    case TypeKind::kRef:
      return fmt::format("{} row {}", (*this)[type.object_id()].name, value);
    case TypeKind::kEvent:
      return fmt::format("{} row {}", (*this)[type.event_id()].name, value);
  }
  return "?";
}

}  // namespace saiten
