#include "driver/flow_slices.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "driver/flow_ways.h"
#include "driver/loaded.h"
#include "driver/words.h"
#include "runtime/civil.h"
#include "runtime/zone.h"
#include "store/automation/automation_slices.h"

namespace saiten::driver {
namespace {

using By = store::SliceBy;

constexpr std::array<std::string_view, 3> kPeriods = {"week", "month", "year"};
constexpr size_t kWeeksOfAYear = 52;

// Periods are numbered, so that each has one before it.
int64_t PeriodOf(std::string_view period, int64_t day) {
  constexpr int64_t kMonday = 3;  // 1970-01-01 was a Thursday
  if (period == "week") return rt::FloorDiv(day + kMonday, 7);
  const rt::Civil date = rt::CivilFromDays(day);
  return period == "year" ? date.year : date.year * 12 + date.month - 1;
}

// Weeks are called by their Monday.
std::string NameOfPeriod(std::string_view period, int64_t number) {
  if (period == "year") return fmt::format("{:04}", number);
  if (period == "month")
    return fmt::format("{:04}-{:02}", rt::FloorDiv(number, 12), number - rt::FloorDiv(number, 12) * 12 + 1);
  const rt::Civil monday = rt::CivilFromDays(number * 7 - 3);
  return fmt::format("{:04}-{:02}-{:02}", monday.year, monday.month, monday.day);
}

Error Unknown(const std::string& by, const ObjectInfo& object) {
  std::vector<std::string> words = {"week", "month", "year", "start", "variant", "template", "rep", "team"};
  for (const PropertyInfo& property : object.properties) {
    if (!property.is_many && property.previous_band_of.empty()) words.push_back(property.name);
  }
  const std::string near(Nearest(by, words));
  const Text hint = near.empty()
                        ? Text{"week, month, year, start, variant, template, rep, team, a date, or a property",
                               "week、month、year、start、variant、template、rep、team、日付、プロパティのどれかです"}
                        : Text{fmt::format("did you mean `{}`?", near), fmt::format("`{}`のことですか?", near)};
  return Fail(ErrorKind::kUsage,
              {fmt::format("figures cannot be told apart by `{}`", by), fmt::format("`{}`では分けられません", by)},
              hint);
}

class Slices {
 public:
  Slices(const Compiled& compiled, const check::FlowInfo& info, const std::string& by)
      : compiled_(compiled), catalog_(compiled.checked.catalog), object_(catalog_[info.object]), by_(by) {
    out_.by = by;
    later_ = CountsLater(info);
  }

  Result<FlowSlices> Run(const std::string& db, const std::string& workflow, int64_t since) {
    SAITEN_ASSIGN_OR_RETURN(zone_, ZoneOf(compiled_));
    SAITEN_RETURN_IF_ERROR(Choose());
    SAITEN_ASSIGN_OR_RETURN(const store::SliceCounts counts, store::CountSlices(db, workflow, since, later_, query_));
    for (const store::RunSlice& one : counts.runs) {
      for (const std::string& name : NamesOf(one.value)) SliceOf(name).Add(one.run);
    }
    for (const store::EventCount& one : counts.events) SliceOf(one.step).events[one.event] += one.records;
    for (const store::ActionCount& one : counts.tasks) SliceOf(one.step).tasks[one.state] += one.actions;
    Order();
    return std::move(out_);
  }

 private:
  Status Choose() {
    const bool period = std::ranges::find(kPeriods, by_) != kPeriods.end();
    if (period) {
      query_.kind = By::Kind::kTime;
    } else if (by_ == "start") {
      query_.kind = By::Kind::kTrigger;
    } else if (by_ == "variant") {
      query_.kind = By::Kind::kVariant;
    } else if (by_ == "template") {
      query_.kind = By::Kind::kTemplate;
    } else if (by_ == "rep") {
      query_.kind = By::Kind::kAssignee;
    } else if (by_ == "team") {
      return Team();
    } else if (const auto instant = ParseAsOf(by_, zone_); instant.ok()) {
      query_.kind = By::Kind::kInstant;
      query_.instant = *instant;
    } else {
      return Property();
    }
    return {};
  }

  Status Team() {
    query_.kind = By::Kind::kTeam;
    const auto users = catalog_.FindObject("user");
    const auto name = users ? catalog_[*users].Find("name") : std::nullopt;
    const auto team = users ? catalog_[*users].Find("team") : std::nullopt;
    if (!name || !team) {
      return Fail(ErrorKind::kUsage, {"users have no teams: object `user` lacks a property `name` or `team`",
                                      "ユーザーにチームがありません(オブジェクトuserにnameかteamがありません)"});
    }
    query_.users = catalog_[*users].table;
    query_.user_name = catalog_[*users].properties[*name].column;
    query_.user_team = catalog_[*users].properties[*team].column;
    return {};
  }

  Status Property() {
    query_.kind = By::Kind::kProperty;
    const size_t dot = by_.find('.');
    const auto found = object_.Find(by_.substr(0, dot));
    if (!found || !object_.key) return Unknown(by_, object_);
    const PropertyInfo& property = object_.properties[*found];
    if (property.is_many || !property.previous_band_of.empty()) return Unknown(by_, object_);
    store::PropertyPath& path = query_.property;
    path.table = object_.table;
    path.key = object_.properties[*object_.key].column;
    path.column = property.column;
    path.property = property.name;
    type_ = property.type;
    if (property.type.kind != TypeKind::kRef) return dot == std::string::npos ? Status() : Unknown(by_, object_);
    const ObjectInfo& linked = catalog_[ObjectId(property.type.ref)];
    // A link is called by the name of what it leads to, where that has one.
    const auto named = linked.Find(dot == std::string::npos ? "name" : std::string_view(by_).substr(dot + 1));
    if (dot == std::string::npos && !named) return {};
    if (!named || !linked.key || linked.properties[*named].is_many) return Unknown(by_, object_);
    path.linked_table = linked.table;
    path.linked_key = linked.properties[*linked.key].column;
    path.linked_column = linked.properties[*named].column;
    type_ = linked.properties[*named].type;
    return {};
  }

  // The slices that a value of the database stands in.
  std::vector<std::string> NamesOf(const std::string& value) const {
    if (query_.kind == By::Kind::kTime) {
      constexpr int64_t kQuarter = 15 * rt::kMicrosPerMinute;
      const int64_t local = (zone_ ? zone_ : rt::Zone::Utc())->LocalOf(std::stoll(value) * kQuarter);
      return {std::to_string(PeriodOf(by_, rt::FloorDiv(local, rt::kMicrosPerDay)))};
    }
    if (query_.kind == By::Kind::kVariant) {
      std::vector<std::string> arms;
      for (size_t at = 0; at <= value.size();) {
        const size_t comma = std::min(value.find(',', at), value.size());
        arms.push_back(value.substr(at, comma - at));
        at = comma + 1;
      }
      return arms;
    }
    if (query_.kind != By::Kind::kProperty || type_.kind != TypeKind::kEnum) return {value};
    // One name for all spellings of a member.
    for (const EnumMember& member : catalog_[EnumId(type_.ref)].members) {
      if (std::ranges::find(member.spellings, value) != member.spellings.end()) return {member.name};
    }
    return {value};
  }

  FlowSlice& SliceOf(const std::string& name) {
    const auto found = std::ranges::find(out_.slices, name, &FlowSlice::name);
    if (found != out_.slices.end()) return *found;
    out_.slices.emplace_back().name = name;
    return out_.slices.back();
  }

  void Order() {
    if (query_.kind == By::Kind::kTime) return Periods();
    std::ranges::sort(out_.slices, {}, &FlowSlice::name);
    if (query_.kind != By::Kind::kInstant) {
      // Nothing stands last.
      std::ranges::stable_partition(out_.slices, [](const FlowSlice& slice) { return !slice.name.empty(); });
      return;
    }
    out_.ordered = true;
    SliceOf("0");
    SliceOf("1");
    std::ranges::sort(out_.slices, {}, &FlowSlice::name);
    out_.slices[0].name = "< " + by_;
    out_.slices[1].name = ">= " + by_;
  }

  void Periods() {
    out_.ordered = true;
    out_.year = by_ == "week" ? kWeeksOfAYear : by_ == "month" ? 12 : 0;
    std::ranges::sort(out_.slices, {}, [](const FlowSlice& slice) { return std::stoll(slice.name); });
    std::vector<FlowSlice> all;
    int64_t next = 0;
    for (FlowSlice& slice : out_.slices) {
      const int64_t number = std::stoll(slice.name);
      for (; !all.empty() && next < number; ++next) all.emplace_back().name = NameOfPeriod(by_, next);
      slice.name = NameOfPeriod(by_, number);
      all.push_back(std::move(slice));
      next = number + 1;
    }
    out_.slices = std::move(all);
  }

  const Compiled& compiled_;
  const Catalog& catalog_;
  const ObjectInfo& object_;
  const std::string& by_;
  const rt::Zone* zone_ = nullptr;
  Type type_;
  bool later_ = false;
  By query_;
  FlowSlices out_;
};

}  // namespace

Share FlowSlice::RateOf(std::string_view event) const {
  const auto count = [&](std::string_view name) {
    const auto found = events.find(name);
    return found == events.end() ? uint64_t{0} : found->second;
  };
  return {count(event), count("delivered")};
}

const FlowSlice* FlowSlices::Before(size_t slice) const { return ordered && slice > 0 ? &slices[slice - 1] : nullptr; }
const FlowSlice* FlowSlices::YearBefore(size_t slice) const {
  return year > 0 && slice >= year ? &slices[slice - year] : nullptr;
}

Result<FlowSlices> SlicesOf(const Compiled& compiled, const std::string& db, const std::string& name,
                            const std::string& by, int64_t since) {
  SAITEN_ASSIGN_OR_RETURN(const check::FlowInfo* info, FindFlow(compiled, name));
  return Slices(compiled, *info, by).Run(db, name, since);
}

}  // namespace saiten::driver
