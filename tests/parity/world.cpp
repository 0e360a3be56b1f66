#include "tests/parity/world.h"

#include <algorithm>
#include <numeric>

#include "runtime/civil.h"
#include "runtime/decimal.h"

namespace saiten::parity {
namespace {

constexpr int64_t kDay = rt::kMicrosPerDay;
// Of the day of kNow, in New York.
constexpr int64_t kMidnight = kNow - 4'400 * rt::kMicrosPerSecond;

PropertyInfo Property(const char* name, Type type) {
  PropertyInfo info;
  info.name = name;
  info.column = name;
  info.type = type;
  return info;
}

PropertyInfo Key() {
  PropertyInfo info = Property("id", Type::Int());
  info.is_key = true;
  return info;
}

EnumInfo Enum(const char* name, bool ordered, int members) {
  EnumInfo info;
  info.name = name;
  info.ordered = ordered;
  for (int i = 0; i < members; ++i) info.members.push_back({.name = "m" + std::to_string(i)});
  return info;
}

EventInfo Event(const char* name, ObjectId object, std::vector<PropertyInfo> fields) {
  EventInfo info;
  info.name = name;
  info.object = object;
  info.table = name;
  info.fields = std::move(fields);
  return info;
}

// Values of a column by kind.
struct Values {
  std::vector<int64_t> boundary;
  int64_t from;
  int64_t to;
};

class Maker {
 public:
  Maker(World& world, uint64_t seed, bool wild) : world_(world), random_(seed), wild_(wild) {}

  int64_t Pick(int64_t from, int64_t to) { return std::uniform_int_distribution<int64_t>(from, to)(random_); }

  // The strangest kind that value i of a column may be of; of events it is the same for all events of a record.
  using Limits = std::vector<Operand>;

  Operand Kind(bool optional, const Limits& limits, size_t i) {
    const int64_t roll = Pick(0, 9);
    Operand kind = roll < 2 && optional ? Operand::kUnknown : roll < 5 ? Operand::kBoundary : Operand::kOrdinary;
    if (i < limits.size() && kind > limits[i]) kind = Operand::kOrdinary;
    return kind;
  }

  // A column, and the kinds of its values where somebody wants them.
  rt::Column Make(size_t rows, const Values& values, bool optional, std::vector<Operand>* kinds,
                  const Limits& limits = {}) {
    rt::ColumnBuilder builder;
    for (size_t i = 0; i < rows; ++i) {
      const Operand kind = Kind(optional, limits, i);
      if (kind == Operand::kUnknown) {
        builder.AppendUnknown();
      } else if (kind == Operand::kBoundary) {
        builder.Append(values.boundary[static_cast<size_t>(Pick(0, std::ssize(values.boundary) - 1))]);
      } else {
        builder.Append(Pick(values.from, values.to));
      }
      if (kinds != nullptr) kinds->push_back(kind);
    }
    return builder.Finish();
  }

  Values Of(const PropertyInfo& info, size_t targets) {
    const Type type = info.type;
    switch (type.kind) {
      case TypeKind::kBool:
        return {{0, 1}, 0, 1};
      case TypeKind::kEnum: {
        const auto last = static_cast<int64_t>(world_.catalog[type.enum_id()].members.size()) - 1;
        return {{0, last}, 0, last};
      }
      case TypeKind::kSet:
        return {{0, 1, 0b111, 0b1001'1111}, 0, 0xff};
      case TypeKind::kDate:
        if (!wild_) return {{0, 19'782, 20'508, -1}, -3'000, 22'000};
        return {{0, -1, rt::kMinDay, rt::kMaxDay, 19'782 /* 29 February 2024 */, 20'508}, -3'000, 22'000};
      case TypeKind::kInstant:
        if (!wild_) return {{kNow, kNow - 30 * kDay, 0, kMidnight}, kNow - 400 * kDay, kNow + kDay};
        return {{kNow, kNow - 30 * kDay, kNow + 1, kMidnight, 0, -1, rt::kMinInstant, rt::kMaxInstant},
                kNow - 400 * kDay,
                kNow + kDay};
      case TypeKind::kDuration:
        return {{0, 1, kDay, 30 * kDay}, 1, 90 * kDay};
      case TypeKind::kRef:
        return {{0, static_cast<int64_t>(targets) - 1}, 0, static_cast<int64_t>(targets) - 1};
      case TypeKind::kError:
      case TypeKind::kNothing:
      case TypeKind::kInt:
      case TypeKind::kDecimal:
      case TypeKind::kMoney:
      case TypeKind::kClock:
      case TypeKind::kText:
      case TypeKind::kEvent:
        break;
    }
    if (info.name == "tiny") return {{0, 1, -1, 127, -127}, -100, 100};
    if (info.name == "steps") return {{0, 1, 4, 100}, 0, 12};
    if (info.name == "points" || info.name == "small") return {{0, 1, -1, 32'767, -32'767, 500, -500}, -20'000, 20'000};
    if (!wild_ || info.name == "amount" || info.name == "total") {
      return {{0, 1, -1, 5, -5, 2'147'483'647, -2'147'483'647}, -1'000'000, 1'000'000};
    }
    return {{0, 1, -1, 5, -5, rt::kNumberMax, rt::kNumberMin, rt::kNumberMax - 1, rt::kNumberMax / 2, 1'000'000'000,
             int64_t{1} << 53},
            -3'000'000'000'000,
            3'000'000'000'000};
  }

  // One row of every text column has a text of its own.
  static constexpr size_t kUniqueAt = 5;

  rt::Column Texts(size_t rows, rt::StringPool& pool, std::vector<Operand>* kinds, const Limits& limits = {}) {
    static constexpr const char* kOrdinary[] = {"Google",        "google ads", "/pricing",
                                                "/pricing/team", "CEO",        "cto of things",
                                                "newsletter",    "Head of IT", "https://example.com/a?b=c"};
    static constexpr const char* kBoundary[] = {"ＣＥＯ", "㈱医界", "ﾔﾏﾀﾞ", "やまだ", "é", "e\xcc\x81", " ", "ß", "İ"};
    rt::ColumnBuilder builder;
    for (size_t i = 0; i < rows; ++i) {
      Operand kind = Kind(true, limits, i);
      if (i == kUniqueAt) {
        kind = Operand::kOrdinary;
        builder.Append(pool.Intern(kUniqueText));
      } else if (kind == Operand::kUnknown) {
        builder.AppendUnknown();
      } else if (kind == Operand::kBoundary) {
        builder.Append(pool.Intern(kBoundary[Pick(0, std::size(kBoundary) - 1)]));
      } else {
        builder.Append(pool.Intern(kOrdinary[Pick(0, std::size(kOrdinary) - 1)]));
      }
      if (kinds != nullptr) kinds->push_back(kind);
    }
    pool.PrepareNfkc();
    return builder.Finish();
  }

  void FillTable(ObjectId id, size_t rows, std::vector<std::vector<Operand>>* kinds) {
    const ObjectInfo& object = world_.catalog[id];
    rt::Table& table = world_.data.tables[id.index()];
    table.size = rows;
    table.many.resize(object.properties.size());
    for (const PropertyInfo& property : object.properties) {
      std::vector<Operand>* column_kinds = kinds != nullptr ? &kinds->emplace_back() : nullptr;
      std::unique_ptr<rt::StringPool>& pool = table.pools.emplace_back();
      if (property.is_many) {
        table.columns.emplace_back();
      } else if (property.type.is(TypeKind::kText)) {
        pool = std::make_unique<rt::StringPool>();
        table.columns.push_back(Texts(rows, *pool, column_kinds));
      } else {
        const size_t targets = property.type.is(TypeKind::kRef) ? Rows(property.type.object_id()) : 0;
        table.columns.push_back(Make(rows, Of(property, targets), property.type.optional, column_kinds));
      }
    }
    std::vector<int64_t> keys;
    for (size_t row = 0; row < rows; ++row) keys.push_back(static_cast<int64_t>(row) + 1);
    table.keys.ints = std::move(keys);
    for (const ListInfo& list : world_.catalog.lists) {
      table.lists.push_back(list.object == id ? Make(rows, {{0, 1}, 0, 1}, false, nullptr) : rt::Column());
    }
  }

  size_t Rows(ObjectId id) const { return id == kContactObject ? contacts_ : companies_; }

  void Relate() {
    rt::Table& companies = world_.data.tables[kCompanyObject.index()];
    const rt::Column& of = world_.data.tables[kContactObject.index()].columns[contact::kCompany];
    std::vector<uint32_t> offsets = {0};
    std::vector<uint32_t> rows;
    for (size_t at = 0; at < companies.size; ++at) {
      for (size_t row = 0; row < of.size(); ++row) {
        if (of.Known(row) && of.Raw(row) == static_cast<int64_t>(at)) rows.push_back(static_cast<uint32_t>(row));
      }
      offsets.push_back(static_cast<uint32_t>(rows.size()));
    }
    companies.many[company::kContacts] = {std::move(offsets), std::move(rows)};
  }

  void FillEvents(EventId id, bool tagged) {
    const EventInfo& event = world_.catalog[id];
    rt::EventSeries& series = world_.data.events[id.index()];
    std::vector<uint32_t> offsets = {0};
    std::vector<int64_t> all_times;
    Limits limits;
    for (size_t row = 0; row < Rows(event.object); ++row) {
      const int64_t roll = Pick(0, 9);
      const int64_t count = roll < 2 ? 0 : roll < 4 ? 1 : roll < 9 ? Pick(2, 12) : Pick(20, 60);
      std::vector<int64_t> times;
      for (int64_t i = 0; i < count; ++i) {
        const int64_t time = Time(times);
        // Of one kind of world they are whole seconds, which engines read another way.
        times.push_back(wild_ ? time : time - time % rt::Times::kSecond);
      }
      std::sort(times.begin(), times.end());
      all_times.insert(all_times.end(), times.begin(), times.end());
      offsets.push_back(static_cast<uint32_t>(all_times.size()));
      limits.resize(all_times.size(), static_cast<Operand>(Pick(0, kOperandKinds - 1)));
      if (tagged) world_.click_kinds.push_back(count < 2 ? Operand::kBoundary : Operand::kOrdinary);
    }
    series.offsets = std::move(offsets);
    series.times = std::move(all_times);
    std::vector<uint32_t> arrival;
    for (size_t i = 0; i < series.size(); ++i) arrival.push_back(static_cast<uint32_t>(Pick(0, 1'000'000)));
    series.arrival = std::move(arrival);
    for (const PropertyInfo& field : event.fields) {
      std::unique_ptr<rt::StringPool>& pool = series.pools.emplace_back();
      std::vector<Operand> kinds;
      if (field.type.is(TypeKind::kText)) {
        pool = std::make_unique<rt::StringPool>();
        series.fields.push_back(Texts(series.size(), *pool, &kinds, limits));
      } else {
        const size_t targets = field.type.is(TypeKind::kRef) ? Rows(field.type.object_id()) : 0;
        series.fields.push_back(Make(series.size(), Of(field, targets), field.type.optional, &kinds, limits));
      }
      if (!tagged) continue;
      for (size_t row = 0; row < world_.click_kinds.size(); ++row) {
        for (uint32_t i = series.offsets[row]; i < series.offsets[row + 1]; ++i) {
          world_.click_kinds[row] = std::max(world_.click_kinds[row], kinds[i]);
        }
      }
    }
    Move(series);
  }

  // As a refresh leaves a series to which a few events came: those of some records stand behind all others.
  static void Move(rt::EventSeries& series) {
    const size_t records = series.offsets.size() - 1;
    std::vector<uint32_t> begins(series.offsets.begin(), series.offsets.end());
    std::vector<uint32_t> ends(series.offsets.begin() + 1, series.offsets.end());
    begins.back() = 0;
    ends.push_back(0);
    std::vector<uint32_t> order(series.size());
    std::iota(order.begin(), order.end(), 0u);
    std::vector<uint32_t> moved;
    for (uint32_t record = 1; record < records; record += 3) {
      moved.push_back(record);
      const auto begin = static_cast<uint32_t>(order.size());
      for (uint32_t i = series.offsets[record]; i < series.offsets[record + 1]; ++i) order.push_back(i);
      begins[record] = begin;
      ends[record] = static_cast<uint32_t>(order.size());
    }
    std::vector<int64_t> times;
    std::vector<uint32_t> arrival;
    for (uint32_t i : order) {
      times.push_back(series.times[i]);
      arrival.push_back(series.arrival[i]);
    }
    for (rt::Column& field : series.fields) field = rt::Gather(field, order);
    series.times = std::move(times);
    series.arrival = std::move(arrival);
    series.begins = std::move(begins);
    series.ends = std::move(ends);
    series.moved = std::move(moved);
  }

  // Times that meet the edges of windows, days and each other.
  int64_t Time(const std::vector<int64_t>& before) {
    const int64_t roll = Pick(0, 9);
    if (roll == 0) return kNow;
    if (roll == 1) return kNow - 30 * kDay;
    if (roll == 2 && !before.empty()) return before.back();
    if (roll == 3 && !before.empty()) return before.back() + kDay;
    if (roll == 4) return kNow + Pick(1, kDay);
    if (roll < 7) return kNow - Pick(0, 5) * kDay - Pick(0, kDay);
    return kNow - Pick(0, 400 * kDay);
  }

  void Make(size_t contacts) {
    contacts_ = contacts;
    companies_ = contacts / 4 + 1;
    world_.data.tables.resize(world_.catalog.objects.size());
    world_.data.events.resize(world_.catalog.events.size());
    FillTable(kContactObject, contacts_, &world_.kinds);
    FillTable(kCompanyObject, companies_, nullptr);
    Relate();
    FillEvents(kClick, true);
    FillEvents(kPurchase, false);
    FillEvents(kVisit, false);
  }

 private:
  World& world_;
  std::mt19937_64 random_;
  bool wild_;
  size_t contacts_ = 0;
  size_t companies_ = 0;
};

}  // namespace

std::string_view NameOf(Operand kind) {
  switch (kind) {
    case Operand::kOrdinary:
      return "ordinary";
    case Operand::kBoundary:
      return "boundary";
    case Operand::kUnknown:
      return "unknown";
  }
  return "";
}

Catalog MakeCatalog() {
  Catalog catalog;
  catalog.timezone = "America/New_York";
  catalog.enums = {Enum("Industry", false, 5), Enum("Stage", true, 4), Enum("Topic", false, 8)};
  ObjectInfo contact;
  contact.name = "contact";
  contact.table = "contacts";
  contact.key = 0;
  contact.properties = {
      Key(),
      Property("tiny", Type::Int().Optional()),
      Property("small", Type::Decimal(3).Optional()),
      Property("amount", Type::Int().Optional()),
      Property("huge", Type::Int().Optional()),
      Property("sure", Type::Int()),
      Property("flag", Type::Bool().Optional()),
      Property("yes", Type::Bool()),
      Property("industry", Type::Enum(kIndustryEnum).Optional()),
      Property("stage", Type::Enum(kStageEnum).Optional()),
      Property("topics", Type::Set(kTopicEnum).Optional()),
      Property("born", Type::Date().Optional()),
      Property("seen", Type::Instant().Optional()),
      Property("made", Type::Instant()),
      Property("title", Type::Text().Optional()),
      Property("name", Type::Text().Optional()),
      Property("company", Type::Ref(kCompanyObject).Optional()),
      Property("friend", Type::Ref(kContactObject).Optional()),
      Property("points", Type::Points().Optional()),
      Property("span", Type::Duration().Optional()),
      Property("steps", Type::Int().Optional()),
      Property("other", Type::Int().Optional()),
      Property("big", Type::Points().Optional()),
  };
  ObjectInfo company;
  company.name = "company";
  company.table = "companies";
  company.key = 0;
  PropertyInfo contacts = Property("contacts", Type::Ref(kContactObject));
  contacts.is_many = true;
  contacts.by = contact::kCompany;
  company.properties = {Key(), Property("staff", Type::Int().Optional()), Property("label", Type::Text().Optional()),
                        contacts, Property("parent", Type::Ref(kCompanyObject).Optional())};
  catalog.objects = {contact, company};
  catalog.events = {
      Event("click", kContactObject,
            {Property("url", Type::Text().Optional()), Property("amount", Type::Points().Optional()),
             Property("huge", Type::Points().Optional()), Property("page", Type::Enum(kIndustryEnum).Optional()),
             Property("partner", Type::Ref(kCompanyObject).Optional())}),
      Event("purchase", kContactObject,
            {Property("total", Type::Points().Optional()), Property("done", Type::Bool().Optional())}),
      Event("visit", kCompanyObject, {Property("amount", Type::Points().Optional())}),
  };
  ListInfo vip;
  vip.name = "vip";
  vip.object = kContactObject;
  catalog.lists = {vip};
  rt::Calendar::Spec spec;
  spec.holidays = {{20'508, "a"}, {20'509, "b"}, {19'782, "c"}};
  catalog.calendars.push_back({.name = "JP", .calendar = rt::Calendar(spec), .at = {}});
  return catalog;
}

std::unique_ptr<World> MakeWorld(uint64_t seed, size_t contacts, bool wild) {
  auto world = std::make_unique<World>();
  Maker(*world, seed, wild).Make(contacts);
  return world;
}

}  // namespace saiten::parity
