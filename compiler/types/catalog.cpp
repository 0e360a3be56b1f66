#include "compiler/types/catalog.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/check.h"
#include "runtime/decimal.h"
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

}  // namespace saiten
