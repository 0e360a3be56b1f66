#include "store/load/row_marks.h"

#include <xxhash.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "base/parallel.h"
#include "store/load/loader.h"
#include "store/pages/row_scan.h"

namespace saiten::store {
namespace {

constexpr int64_t kSecondUs = 1'000'000;
// Two changes of a row in the same tick of a writer's clock leave the same time behind.
constexpr int64_t kTickUs = 60 * kSecondUs;
// A date goes on for a day, of 25 hours where summer time ends; and one of UTC, as SQLite's date('now') makes it, ends
// up to 14 hours later than the project's zone has it.
constexpr int64_t kDateTickUs = (25 + 14) * 3600 * kSecondUs;
constexpr int64_t kQuarterUs = 15 * 60 * kSecondUs;

// A cell as it lies in the table, with the number of its row: 12 and '12' differ.
uint64_t HashOf(int64_t rowid, const Cell& cell) {
  const auto seed = (static_cast<uint64_t>(rowid) << 2) + static_cast<uint64_t>(cell.kind);
  switch (cell.kind) {
    case Cell::Kind::kNull:
      return XXH3_64bits_withSeed("", 0, seed);
    case Cell::Kind::kInt:
      return XXH3_64bits_withSeed(&cell.integer, sizeof cell.integer, seed);
    case Cell::Kind::kReal:
      return XXH3_64bits_withSeed(&cell.real, sizeof cell.real, seed);
    case Cell::Kind::kText:
      return XXH3_64bits_withSeed(cell.text.data(), cell.text.size(), seed);
  }
  SAITEN_UNREACHABLE("Cell::Kind");
}

// What one part of the table gave; its first and last stretch may go on in the parts beside it.
struct Part {
  std::vector<int64_t> stretches;
  std::vector<uint64_t> sums;
  std::vector<int64_t> doubtful;
  int64_t newest = std::numeric_limits<int64_t>::min();
  bool lost = false;
};

// How long a writer may go on stamping rows with this time. One on a quarter of an hour may be a date, the midnight of
// some zone, or a time that was rounded to the hour.
int64_t TickOf(int64_t time) { return time % kQuarterUs == 0 ? kDateTickUs : kTickUs; }

Status ReadPart(RowScan& scan, ValueReader times, std::optional<int64_t> newest, Part* part) {
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, scan.Next());
    if (!more) break;
    const int64_t rowid = scan.Get(0).integer;
    const Cell cell = scan.Get(1);
    const int64_t stretch = rowid >> RowMarks::kShift;
    if (part->stretches.empty() || part->stretches.back() != stretch) {
      part->stretches.push_back(stretch);
      part->sums.push_back(0);
    }
    part->sums.back() += HashOf(rowid, cell);
    const Reading time = times.Read(cell);
    const bool known = time.kind == Reading::Kind::kValue;
    if (known) part->newest = std::max(part->newest, time.value);
    if (!known || (newest && time.value >= *newest - TickOf(time.value))) part->doubtful.push_back(rowid);
  }
  part->lost = scan.lost();
  return {};
}

ReadMarks Join(const WatchedTable& watched, const std::vector<Part>& parts) {
  ReadMarks all;
  all.marks.of = watched;
  std::vector<int64_t> stretches;
  std::vector<uint64_t> sums;
  for (const Part& part : parts) {
    size_t i = 0;
    if (!stretches.empty() && !part.stretches.empty() && stretches.back() == part.stretches[0]) {
      sums.back() += part.sums[i++];
    }
    stretches.insert(stretches.end(), part.stretches.begin() + static_cast<ptrdiff_t>(i), part.stretches.end());
    sums.insert(sums.end(), part.sums.begin() + static_cast<ptrdiff_t>(i), part.sums.end());
    all.doubtful.insert(all.doubtful.end(), part.doubtful.begin(), part.doubtful.end());
    all.marks.newest = std::max(all.marks.newest, part.newest);
  }
  const auto clock = std::chrono::system_clock::now().time_since_epoch();
  all.marks.newest = std::min(all.marks.newest, std::chrono::duration_cast<std::chrono::microseconds>(clock).count());
  all.marks.stretches = std::move(stretches);
  all.marks.sums = std::move(sums);
  return all;
}

}  // namespace

Result<ReadMarks> ReadRowMarks(Connection& connection, const Catalog& catalog, const SourceTable& table,
                               const WatchedTable& watched, const rt::Zone* zone, std::optional<int64_t> newest,
                               size_t threads) {
  const size_t all_threads = ThreadsFor(threads, std::numeric_limits<size_t>::max());
  const ValueReader times(catalog, PropertyInfo{.type = Type::Instant()}, zone);
  // Second, alone, if a part came upon pages that it does not understand.
  for (const size_t split : {all_threads == 1 ? size_t{1} : 8 * all_threads, size_t{1}}) {
    SAITEN_ASSIGN_OR_RETURN(auto scans, RowScan::Split(connection, table, {RowScan::kRowid, watched.column}, split));
    std::vector<Part> parts(scans.size());
    std::vector<Status> ends(scans.size());
    ForEachPiece(scans.size(), ThreadsFor(threads, scans.size()),
                 [&](size_t, size_t i) { ends[i] = ReadPart(scans[i], times, newest, &parts[i]); });
    for (Status& end : ends) SAITEN_RETURN_IF_ERROR(std::move(end));
    if (std::ranges::none_of(parts, &Part::lost)) return Join(watched, parts);
  }
  SAITEN_UNREACHABLE("a scan of a whole table turns to SQLite where pages are strange");
}

std::string UpdatedColumnOf(const Catalog& catalog, std::string_view table) {
  for (const ObjectInfo& object : catalog.objects) {
    if (!object.updated_column.empty() && SameName(object.table, table)) return object.updated_column;
  }
  for (size_t e = 0; e < catalog.events.size(); ++e) {
    const EventInfo& event = catalog.events[e];
    if (!event.updated_column.empty() && event.any_of.empty() &&
        SameName(ColumnsOf(catalog, EventId(e)).table, table)) {
      return event.updated_column;
    }
  }
  return {};
}

}  // namespace saiten::store
