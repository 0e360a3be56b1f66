#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string_view>
#include <vector>

#include "compiler/ir/ir.h"
#include "compiler/types/catalog.h"
#include "runtime/dataset.h"

// A small CRM with a column of every type and width, and data that is often unknown or at the ends of its range. For
// tests that compare the two engines.
namespace saiten::parity {

// What the operands of an operation were in a row; the strangest of them counts.
enum class Operand : uint8_t { kOrdinary, kBoundary, kUnknown };
inline constexpr int kOperandKinds = 3;
std::string_view NameOf(Operand kind);

// Numbers of the catalog that World makes.
namespace contact {
enum : uint32_t {
  kKey,
  kTiny,
  kSmall,
  kAmount,
  kHuge,
  kSure,
  kFlag,
  kYes,
  kIndustry,
  kStage,
  kTopics,
  kBorn,
  kSeen,
  kMade,
  kTitle,
  kName,
  kCompany,
  kFriend,
  kPoints,
  kSpan,
  kSteps,
  kOther,
  kBig
};
}  // namespace contact
namespace company {
enum : uint32_t { kKey, kStaff, kLabel, kContacts, kParent };
}  // namespace company
namespace click {
enum : uint32_t { kUrl, kAmount, kHuge, kPage, kPartner };
}  // namespace click
namespace purchase {
enum : uint32_t { kTotal, kDone };
}  // namespace purchase

// In each text column one row has this text, and no other.
inline constexpr const char* kUniqueText = "only here";

inline const ObjectId kContactObject{0};
inline const ObjectId kCompanyObject{1};
inline const EventId kClick{0};
inline const EventId kPurchase{1};
inline const EventId kVisit{2};  // of a company
inline const ListId kVip{0};
inline const EnumId kIndustryEnum{0};
inline const EnumId kStageEnum{1};
inline const EnumId kTopicEnum{2};
inline constexpr int64_t kNow = 1'772'000'000'000'000;  // 2026-02-25

Catalog MakeCatalog();

// Records and events; the same seed gives the same data.
struct World {
  Catalog catalog = MakeCatalog();
  rt::Dataset data;
  // What kind of value each contact has, by property; and how its clicks are: no or one, or with unknown fields.
  std::vector<std::vector<Operand>> kinds;
  std::vector<Operand> click_kinds;

  World() = default;
  World(const World&) = delete;
  World& operator=(const World&) = delete;
};
// `wild` numbers reach the ends of 64 bits, where arithmetic is cut; else they stay in the width of their columns.
std::unique_ptr<World> MakeWorld(uint64_t seed, size_t contacts, bool wild);

}  // namespace saiten::parity
