#include "runtime/zone.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>

#include "base/words.h"
#include "runtime/civil.h"
#include "runtime/zone_file.h"

namespace saiten::rt {

namespace {

constexpr int64_t kCycleYears = 400;
constexpr int64_t kCycle = 146'097 * kMicrosPerDay;
// No zone's clock is as far as this from UTC, nor changes by as much.
constexpr int64_t kLargestOffset = 26 * kMicrosPerHour;

struct Segments {
  std::vector<int64_t> starts;
  std::vector<int64_t> offsets;

  void Push(int64_t start, int64_t offset) {
    if (!offsets.empty() && offsets.back() == offset) return;
    starts.push_back(start);
    offsets.push_back(offset);
  }
};

// Appends the changes that `rule` makes in `year` and that lie after `after` (seconds), in order of time.
void PushRuleYear(const ZoneRule& rule, int64_t year, int64_t after, Segments* segments) {
  const int64_t begins = rule.summer_begins.LocalSecond(year) - rule.standard_offset;
  const int64_t ends = rule.summer_ends.LocalSecond(year) - rule.summer_offset;
  std::pair<int64_t, int64_t> changes[] = {{begins, rule.summer_offset}, {ends, rule.standard_offset}};
  if (ends < begins) std::swap(changes[0], changes[1]);
  for (const auto& [at, offset] : changes) {
    if (at > after) segments->Push(at * kMicrosPerSecond, offset * kMicrosPerSecond);
  }
}

// The seconds of a file as microseconds; files mark "since ever" by times before the universe.
int64_t ChangeInstant(int64_t seconds) {
  return std::clamp(seconds, kMinInstant / kMicrosPerSecond, kMaxInstant / kMicrosPerSecond) * kMicrosPerSecond;
}

Error NoZone(std::string_view name) {
  std::error_code code;
  if (!std::filesystem::is_directory(ZoneFolder(), code)) {
    return Fail(ErrorKind::kIo, {"no time-zone data in " + ZoneFolder(), ZoneFolder() + "に時間帯のデータがありません"},
                {"install the package tzdata, or set TZDIR", "パッケージtzdataを入れるか、TZDIRを設定してください"});
  }
  const std::string quoted = "\"" + std::string(name) + "\"";
  return Fail(ErrorKind::kUsage, {"no time zone is called " + quoted, quoted + "という時間帯はありません"},
              {"zones are named as in the IANA database, for example \"Asia/Tokyo\"",
               "IANAデータベースの名前で書きます(例: \"Asia/Tokyo\")"});
}

}  // namespace

Result<const Zone*> Zone::Find(std::string_view name) {
  static std::mutex mutex;
  static auto& zones = *new std::map<std::string, std::unique_ptr<const Zone>, std::less<>>();
  if (name == "UTC") return Utc();

  const std::lock_guard<std::mutex> lock(mutex);
  if (const auto found = zones.find(name); found != zones.end()) return found->second.get();
  if (!IsZoneName(name)) return NoZone(name);
  const std::string path = ZoneFolder() + "/" + std::string(name);
  std::error_code code;
  if (!std::filesystem::is_regular_file(path, code)) return NoZone(name);
  std::ifstream stream(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  // Tables and lists lie beside the zones; only what begins like a zone file was meant to be one.
  if (!stream || bytes.substr(0, 4) != "TZif") return NoZone(name);
  const std::optional<ZoneFile> file = ZoneFile::Parse(bytes);
  if (!file) {
    return Fail(ErrorKind::kCorrupt,
                {"the zone file " + path + " is damaged", "時間帯のファイル" + path + "は壊れています"},
                {"install the package tzdata again", "パッケージtzdataを入れ直してください"});
  }

  Segments segments;
  segments.Push(INT64_MIN, file->first_offset * kMicrosPerSecond);
  for (const ZoneFile::Change& change : file->changes) {
    segments.Push(ChangeInstant(change.at), change.offset * kMicrosPerSecond);
  }
  std::unique_ptr<Zone> zone(new Zone());
  const int64_t last = file->changes.empty() ? INT64_MIN : file->changes.back().at;
  if (file->rule && file->rule->has_summer) {
    const int64_t from = std::clamp(last, kMinInstant / kMicrosPerSecond, kMaxInstant / kMicrosPerSecond);
    const int64_t year = CivilFromDays(FloorDiv(from, 86'400)).year;
    // Two years more than a cycle, so that any instant of the last cycle has its segment whole.
    for (int64_t y = year; y <= year + kCycleYears + 2; ++y) PushRuleYear(*file->rule, y, last, &segments);
    zone->cycle_from_ = DaysFromCivil(year + 1, 1, 1) * kMicrosPerDay;
  }
  zone->name_ = std::string(name);
  zone->starts_ = std::move(segments.starts);
  zone->offsets_ = std::move(segments.offsets);
  return zones.emplace(std::string(name), std::move(zone)).first->second.get();
}

const Zone* Zone::Utc() {
  static const Zone* const utc = [] {
    auto* zone = new Zone();
    zone->name_ = "UTC";
    zone->starts_ = {INT64_MIN};
    zone->offsets_ = {0};
    return zone;
  }();
  return utc;
}

size_t Zone::SegmentAt(int64_t instant) const {
  // Zones without summer time, Tokyo's among them, are in their last segment for decades.
  if (instant >= starts_.back()) return starts_.size() - 1;
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), instant);
  return static_cast<size_t>(after - starts_.begin()) - 1;
}

int64_t Zone::OffsetAt(int64_t instant) const {
  // The calendar repeats exactly after 400 years, weekdays too, so later years look up their twin in the first cycle.
  if (instant >= cycle_from_) instant = cycle_from_ + (instant - cycle_from_) % kCycle;
  return offsets_[SegmentAt(instant)];
}

int64_t Zone::ToInstant(int64_t local) const {
  int64_t shift = 0;
  if (cycle_from_ != INT64_MAX && local >= cycle_from_ + kCycle) {
    shift = (local - cycle_from_) / kCycle * kCycle;
    local -= shift;
  }
  // The first segment whose wall clock reaches past `local` holds it, or begins with the jump over it.
  size_t segment = SegmentAt(local - kLargestOffset);
  while (segment + 1 < starts_.size() && starts_[segment + 1] + offsets_[segment] <= local) ++segment;
  const int64_t instant = local - offsets_[segment];
  return (segment > 0 ? std::max(instant, starts_[segment]) : instant) + shift;
}

int64_t Zone::NextChange(int64_t instant) const {
  int64_t shift = 0;
  if (instant >= cycle_from_) {
    shift = (instant - cycle_from_) / kCycle * kCycle;
    instant -= shift;
  }
  // The table reaches beyond its first cycle, so that the last change of one is in it.
  const size_t next = SegmentAt(instant) + 1;
  return next < starts_.size() ? starts_[next] + shift : INT64_MAX;
}

int64_t Zone::StartOfDay(int64_t day) const { return ToInstant(day * kMicrosPerDay); }

std::string ZoneDataVersion() {
  for (const char* file : {"/+VERSION", "/tzdata.zi"}) {
    std::ifstream stream(ZoneFolder() + file);
    std::string word;
    while (stream >> word && (word == "#" || word == "version")) {
    }
    if (!word.empty() && word.size() < 20) return word;
  }
  return "unknown";
}

std::vector<std::string> ZoneNames() {
  namespace fs = std::filesystem;
  std::vector<std::string> names;
  std::error_code code;
  const fs::path folder = ZoneFolder();
  for (fs::recursive_directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
    const std::string name = it->path().lexically_relative(folder).generic_string();
    if (it->is_directory(code)) {
      if (!IsZoneName(name)) it.disable_recursion_pending();
      continue;
    }
    if (!IsZoneName(name)) continue;
    char magic[4] = {};
    std::ifstream stream(it->path(), std::ios::binary);
    if (stream.read(magic, 4) && std::string_view(magic, 4) == "TZif") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace saiten::rt
