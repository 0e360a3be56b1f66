#include "driver/prune.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "driver/loaded.h"
#include "driver/words.h"
#include "store/runs/run_lock.h"
#include "store/runs/runs.h"

namespace saiten::driver {
namespace {

constexpr int64_t kDay = int64_t{24} * 3600 * 1'000'000;
constexpr int64_t kMostDays = 100'000;

// The instant that "400d" ago or a written time is.
Result<int64_t> Bound(const std::string& text, int64_t now) {
  if (const auto age = ParseAge(text)) return now - *age;
  auto instant = ParseAsOf(text, rt::Zone::Utc());
  if (instant.ok()) return instant;
  return Fail(ErrorKind::kUsage,
              {fmt::format("`{}` is no age of a run", text), fmt::format("`{}`は実行の古さとして使えません", text)},
              {"write it as `400d` or as a date, `2026-01-31`", "`400d`または日付`2026-01-31`のように書いてください"});
}

}  // namespace

std::optional<int64_t> ParseAge(std::string_view text) {
  int64_t days = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, days);
  if (error != std::errc() || std::string_view(end, last) != "d" || days < 0 || days > kMostDays) return std::nullopt;
  return days * kDay;
}

std::optional<int64_t> ForgetBefore(std::string_view retention, int64_t now) {
  const auto age = ParseAge(retention);
  if (!age) return std::nullopt;
  return now - *age;
}

Result<PruneReport> Prune(const std::string& path, const PruneOptions& options) {
  if (!options.keep && options.older_than.empty()) {
    return Fail(ErrorKind::kUsage, {"which runs can go is not said", "どの実行を消してよいかが指定されていません"},
                {"`--keep 100` keeps the last hundred, `--older-than 400d` those of the last 400 days",
                 "`--keep 100`なら最後の100回、`--older-than 400d`なら最近400日分を残します"});
  }
  int64_t bound = std::numeric_limits<int64_t>::max();
  if (!options.older_than.empty()) {
    SAITEN_ASSIGN_OR_RETURN(bound, Bound(options.older_than, options.now));
  }
  std::optional<store::RunLock> lock;
  if (!options.dry) {
    SAITEN_ASSIGN_OR_RETURN(store::RunLock taken, store::RunLock::Take(path, store::LockedFor::kPrune));
    lock.emplace(std::move(taken));
  }
  SAITEN_ASSIGN_OR_RETURN(const std::vector<store::RunRecord> runs, store::ListRuns(path));
  const size_t stay = std::min(runs.size(), static_cast<size_t>(options.keep.value_or(1)));
  size_t gone = 0;
  while (gone + stay < runs.size() && runs[gone].started < bound) ++gone;
  PruneReport report;
  if (gone < runs.size()) report.first = runs[gone].run;
  if (gone == 0) return report;
  SAITEN_ASSIGN_OR_RETURN(report.pruned, store::PruneRuns(path, runs[gone - 1].run, options.dry));
  return report;
}

}  // namespace saiten::driver
