#include "flow/reach.h"

#include <algorithm>
#include <array>

#include "runtime/normalize.h"

namespace saiten::flow {
namespace {

using Class = ir::MessageClass;

enum Law : uint8_t { kJp = 1, kUs = 2, kEu = 4 };

struct Country {
  std::string_view name;
  uint8_t laws;
};
// As codes, in English and in Japanese; the law of the union for its members.
constexpr std::array<Country, 45> kCountries = {{
    {"jp", kJp},
    {"jpn", kJp},
    {"japan", kJp},
    {"日本", kJp},
    {"us", kUs},
    {"usa", kUs},
    {"united states", kUs},
    {"united states of america", kUs},
    {"米国", kUs},
    {"アメリカ", kUs},
    {"アメリカ合衆国", kUs},
    {"at", kEu},
    {"austria", kEu},
    {"be", kEu},
    {"belgium", kEu},
    {"bg", kEu},
    {"hr", kEu},
    {"cy", kEu},
    {"cz", kEu},
    {"dk", kEu},
    {"denmark", kEu},
    {"ee", kEu},
    {"fi", kEu},
    {"finland", kEu},
    {"fr", kEu},
    {"france", kEu},
    {"フランス", kEu},
    {"de", kEu},
    {"germany", kEu},
    {"ドイツ", kEu},
    {"gr", kEu},
    {"hu", kEu},
    {"ie", kEu},
    {"ireland", kEu},
    {"it", kEu},
    {"italy", kEu},
    {"イタリア", kEu},
    {"nl", kEu},
    {"netherlands", kEu},
    {"pl", kEu},
    {"pt", kEu},
    {"ro", kEu},
    {"es", kEu},
    {"spain", kEu},
    {"se", kEu},
}};

uint8_t LawsOf(std::string_view country) {
  const std::string folded = rt::Fold(country);
  for (const Country& known : kCountries) {
    if (known.name == folded) return known.laws;
  }
  return 0;
}

bool Says(const Value& value, Type type) {
  if (!value.known) return false;
  if (type.is(TypeKind::kBool)) return value.number == 1;
  return !type.is(TypeKind::kSet) || value.number != 0;
}

}  // namespace

std::string_view NameOf(ir::MessageClass message_class) {
  switch (message_class) {
    case Class::kMarketing:
      return "marketing";
    case Class::kOneToOne:
      return "one_to_one";
    case Class::kTransactional:
      return "transactional";
    case Class::kInternal:
      return "internal";
  }
  return {};
}

std::optional<ir::MessageClass> MessageClassOf(std::string_view name) {
  for (const Class one : {Class::kMarketing, Class::kOneToOne, Class::kTransactional, Class::kInternal}) {
    if (NameOf(one) == name) return one;
  }
  return std::nullopt;
}

const ir::RoleValue* Reach::Find(RecordId record, Role role) const {
  const auto found = std::ranges::find_if(automation_.roles, [&](const ir::RoleValue& known) {
    return known.object.value == record.object && known.role == role;
  });
  return found == automation_.roles.end() ? nullptr : &*found;
}

bool Reach::IsTrue(RecordId record, Role role, int64_t now) {
  const ir::RoleValue* known = Find(record, role);
  return known != nullptr && Says(evaluator_.Ask(known->value, record.row, now, {}), known->value.type);
}

std::string Reach::Saw(RecordId record, Role role, int64_t now) {
  const ir::RoleValue* known = Find(record, role);
  if (known == nullptr) return {};
  const Value value = evaluator_.Ask(known->value, record.row, now, {});
  return std::string(NameOf(role)) + " = " +
         (value.known ? evaluator_.Spell(known->value.type, value) : std::string("unknown"));
}

bool Reach::HasConsent(RecordId record, const std::string& purpose, int64_t now) {
  const ir::RoleValue* known = Find(record, Role::kConsent);
  if (known == nullptr) return false;
  const Value value = evaluator_.Ask(known->value, record.row, now, {});
  const Type type = known->value.type;
  if (!type.is(TypeKind::kSet) || purpose.empty() || !value.known) return Says(value, type);
  const int member = evaluator_.world().context().catalog()[type.enum_id()].Find(purpose);
  return member >= 0 && (value.number >> member & 1) == 1;
}

std::string Reach::AddressOf(RecordId record, int64_t now) {
  const ir::RoleValue* known = Find(record, Role::kAddress);
  if (known == nullptr) return {};
  const Value address = evaluator_.Ask(known->value, record.row, now, {});
  return address.known ? address.text : std::string();
}

std::string_view Reach::WhyNot(RecordId to, const ir::MessageTemplate& message, const std::string& consent,
                               int64_t now) {
  const Class message_class = message.message_class;
  if (AddressOf(to, now).empty()) return kNoAddress;
  if (message_class == Class::kInternal) return {};
  if (IsTrue(to, Role::kBounced, now)) return kBounced;
  if (message_class == Class::kTransactional) return {};
  if (IsTrue(to, Role::kOptOut, now)) return kOptedOut;
  if (message_class == Class::kOneToOne) return {};
  if (Find(to, Role::kMarketing) != nullptr && !IsTrue(to, Role::kMarketing, now)) return kNoMarketing;
  const bool asks = Find(to, Role::kConsent) != nullptr;
  if (!message.consent.empty() && asks && !HasConsent(to, message.consent, now)) return kNoConsent;
  if (!consent.empty() && !HasConsent(to, consent, now)) return kNoConsent;
  if (const ir::RoleValue* role = Find(to, Role::kCountry)) {
    const Value country = evaluator_.Ask(role->value, to.row, now, {});
    const uint8_t needed = country.known ? LawsOf(evaluator_.Spell(role->value.type, country)) : kJp | kUs | kEu;
    if ((needed & ~message.laws) != 0) return kLaw;
  }
  return {};
}

std::string Reach::Saw(std::string_view why, RecordId to, int64_t now) {
  if (why == kNoAddress) return Saw(to, Role::kAddress, now);
  if (why == kBounced) return Saw(to, Role::kBounced, now);
  if (why == kOptedOut) return Saw(to, Role::kOptOut, now);
  if (why == kNoMarketing) return Saw(to, Role::kMarketing, now);
  if (why == kNoConsent) return Saw(to, Role::kConsent, now);
  return why == kLaw ? Saw(to, Role::kCountry, now) : std::string();
}

}  // namespace saiten::flow
