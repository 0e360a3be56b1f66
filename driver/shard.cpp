#include "driver/shard.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "driver/blocks.h"
#include "driver/words.h"
#include "runtime/time_parse.h"
#include "store/runs/run_lock.h"
#include "store/runs/runs.h"

namespace saiten::driver {
namespace {

constexpr uint32_t kMostShards = 10'000;
constexpr size_t kMostTraps = 100;

Error OtherRun(const std::vector<std::string>& files, const std::vector<store::StoredResults>& parts, size_t i) {
  return Fail(
      ErrorKind::kRefused,
      {fmt::format("`{}` ({}, as of {}) and `{}` ({}, as of {}) are not of one run", files[0], parts[0].part.shard,
                   rt::FormatInstant(parts[0].run.as_of, *rt::Zone::Utc()), files[i], parts[i].part.shard,
                   rt::FormatInstant(parts[i].run.as_of, *rt::Zone::Utc())),
       fmt::format("`{}`({}、{}時点)と`{}`({}、{}時点)は同じ実行のものではありません", files[0], parts[0].part.shard,
                   rt::FormatInstant(parts[0].run.as_of, *rt::Zone::Utc()), files[i], parts[i].part.shard,
                   rt::FormatInstant(parts[i].run.as_of, *rt::Zone::Utc()))},
      {"run every part over copies of the same database with the same rules, version, --as-of and number of parts",
       "すべての部分を同じデータベースのコピーと同じルール、バージョン、--as-of、分け方で実行してください"});
}

// "a/b.rules:12:5" as file, line and column.
std::tuple<std::string, uint64_t, uint64_t> PlaceOf(const store::RunTrap& trap) {
  const size_t column = trap.place.rfind(':');
  const size_t line = column == std::string::npos || column == 0 ? column : trap.place.rfind(':', column - 1);
  if (line == std::string::npos) return {trap.place, 0, 0};
  const auto number = [&](size_t from) {
    uint64_t value = 0;
    std::from_chars(trap.place.data() + from, trap.place.data() + trap.place.size(), value);
    return value;
  };
  return {trap.place.substr(0, line), number(line + 1), number(column + 1)};
}

}  // namespace

Result<Shard> ParseShard(const std::string& text) {
  Shard shard;
  const char* const end = text.data() + text.size();
  const auto number = std::from_chars(text.data(), end, shard.number);
  if (number.ec == std::errc() && number.ptr != end && *number.ptr == '/') {
    const auto of = std::from_chars(number.ptr + 1, end, shard.of);
    const bool whole = of.ec == std::errc() && of.ptr == end;
    if (whole && shard.number >= 1 && shard.number <= shard.of && shard.of <= kMostShards) return shard;
  }
  return Fail(ErrorKind::kUsage,
              {fmt::format("`{}` is no part of the records", text),
               fmt::format("`{}`はレコードの分け方として使えません", text)},
              {"write `--shard 2/8` for the second of eight parts", "8つに分けた2番目なら`--shard 2/8`です"});
}

Part PartOf(const Shard& shard, const vm::RunContext& context, size_t threads) {
  Part part{.tells_uniform = shard.number == 1};
  for (size_t object = 0; object < context.program().results.size(); ++object) {
    const rt::Table& table = context.table(ObjectId(object));
    RowFlags& marks = part.marks.emplace_back(table.size);
    const size_t blocks = BlocksOf(table.size);
    ForEachPiece(blocks, ThreadsFor(threads, blocks), [&](size_t, size_t block) {
      for (size_t row = block * kBlockRows; row < std::min(table.size, (block + 1) * kBlockRows); ++row) {
        marks[row] = store::ShardOf(table.keys.Spell(row), shard.of) == shard.number - 1 ? 1 : 0;
      }
    });
  }
  return part;
}

std::vector<std::unique_ptr<store::OwnedResults>> Take(const Compiled& compiled,
                                                       std::span<const store::ObjectResults> results,
                                                       const std::vector<RowFlags>& rows) {
  std::vector<std::unique_ptr<store::OwnedResults>> taken;
  for (const store::ObjectResults& object : results) {
    const auto& objects = compiled.checked.catalog.objects;
    const auto found = std::ranges::find(objects, object.object, &ObjectInfo::name);
    taken.push_back(store::Take(object, rows[static_cast<size_t>(found - objects.begin())]));
  }
  return taken;
}

void SortTraps(std::vector<store::RunTrap>& traps) {
  std::ranges::sort(traps, {}, PlaceOf);
  traps.resize(std::min(traps.size(), kMostTraps));
}

Result<Merged> Merge(const std::string& path, const std::vector<std::string>& files,
                     std::optional<int64_t> forget_before) {
  SAITEN_ASSIGN_OR_RETURN(const store::RunLock lock, store::RunLock::Take(path, store::LockedFor::kMerge));
  std::vector<store::StoredResults> parts;
  std::map<std::string, std::string> seen;  // file by shard
  for (const std::string& file : files) {
    SAITEN_ASSIGN_OR_RETURN(store::StoredResults part, store::ReadResults(file));
    if (part.part.shard.empty()) {
      return Fail(ErrorKind::kRefused, {fmt::format("`{}` was not written by `run --shard`", file),
                                        fmt::format("`{}`は`run --shard`で書いたものではありません", file)});
    }
    if (const auto [there, fresh] = seen.emplace(part.part.shard, file); !fresh) {
      return Fail(ErrorKind::kRefused,
                  {fmt::format("`{}` and `{}` are both part {}", there->second, file, part.part.shard),
                   fmt::format("`{}`と`{}`はどちらも{}です", there->second, file, part.part.shard)});
    }
    parts.push_back(std::move(part));
  }
  const store::RunRecord& first = parts[0].run;
  SAITEN_ASSIGN_OR_RETURN(const Shard shard, ParseShard(parts[0].part.shard));
  for (uint32_t number = 1; number <= shard.of; ++number) {
    if (seen.contains(Shard{number, shard.of}.Text())) continue;
    return Fail(
        ErrorKind::kRefused,
        {fmt::format("part {}/{} is missing", number, shard.of), fmt::format("{}/{}がありません", number, shard.of)},
        {"name the results of all parts", "すべての部分の結果を指定してください"});
  }
  for (size_t i = 0; i < parts.size(); ++i) {
    const store::RunRecord& run = parts[i].run;
    if (seen.size() != shard.of || run.rules != first.rules || run.as_of != first.as_of ||
        run.version != first.version || parts[i].part.data != parts[0].part.data || run.zone != first.zone ||
        run.zone_data != first.zone_data || run.unicode != first.unicode) {
      return OtherRun(files, parts, i);
    }
  }
  SAITEN_ASSIGN_OR_RETURN(const auto joined, store::Join(parts));
  std::vector<store::ObjectResults> results;
  for (const auto& object : joined) results.push_back(object->view);
  Merged merged{.record = first};
  SummariseResults(results, {}, merged.summary);
  merged.record.evaluated = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    const store::RunRecord& run = parts[i].run;
    merged.record.started = std::min(merged.record.started, run.started);
    merged.record.finished = std::max(merged.record.finished, run.finished);
    merged.record.load_seconds = std::max(merged.record.load_seconds, run.load_seconds);
    merged.record.compute_seconds = std::max(merged.record.compute_seconds, run.compute_seconds);
    merged.record.peak_memory = std::max(merged.record.peak_memory, run.peak_memory);
    merged.record.threads = std::max(merged.record.threads, run.threads);
    if (i > 0) merged.record.traps += run.traps;
    merged.record.evaluated += run.evaluated;
    SAITEN_ASSIGN_OR_RETURN(const store::RunSummary summary, store::SummaryOf(files[i], run.run));
    if (summary.traps.size() != parts[i].part.trap_rows.size()) return OtherRun(files, parts, i);
    for (size_t t = 0; t < summary.traps.size(); ++t) {
      store::RunTrap trap = summary.traps[t];
      trap.row = parts[i].part.trap_rows[t];
      const auto same = std::ranges::find(merged.summary.traps, trap.place, &store::RunTrap::place);
      if (same == merged.summary.traps.end()) {
        merged.summary.traps.push_back(std::move(trap));
      } else if (trap.row < same->row) {
        *same = std::move(trap);
      }
    }
  }
  SortTraps(merged.summary.traps);
  // Every part has read all of the data, so each knows all of its errors.
  SAITEN_ASSIGN_OR_RETURN(const store::DataErrors errors, store::DataErrorsOf(files[0], first.run));
  merged.record.inserted = merged.record.updated = merged.record.deleted = 0;
  merged.record.scores = merged.record.members = 0;
  SAITEN_ASSIGN_OR_RETURN(merged.record, store::WriteResults(path, merged.record, results, merged.summary, errors,
                                                             {.forget_before = forget_before}));
  return merged;
}

}  // namespace saiten::driver
