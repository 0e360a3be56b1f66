#include "driver/runs.h"

#include <algorithm>

#include <fmt/format.h>

#include "driver/loaded.h"
#include "driver/words.h"

namespace saiten::driver {

Result<std::vector<store::RunRecord>> ListRuns(const ProjectOptions& options, const std::string& db) {
  SAITEN_ASSIGN_OR_RETURN(const LoadedConfig loaded, FindConfig(options));
  SAITEN_ASSIGN_OR_RETURN(const std::string path, DatabaseOf(loaded.config, db));
  return store::ListRuns(path);
}

Result<RunDetails> DetailsOf(const ProjectOptions& options, const std::string& db, int64_t run) {
  SAITEN_ASSIGN_OR_RETURN(const LoadedConfig loaded, FindConfig(options));
  RunDetails details;
  SAITEN_ASSIGN_OR_RETURN(details.db, DatabaseOf(loaded.config, db));
  SAITEN_ASSIGN_OR_RETURN(const std::vector<store::RunRecord> runs, store::ListRuns(details.db));
  if (runs.empty()) {
    return Fail(ErrorKind::kUsage,
                {fmt::format("nothing ever ran on `{}`", details.db),
                 fmt::format("`{}`ではまだ実行されていません", details.db)},
                {fmt::format("begin with `saiten run --db {}`", details.db),
                 fmt::format("まず`saiten run --db {}`を実行してください", details.db)});
  }
  const auto back = static_cast<size_t>(-run);
  auto found = runs.end();
  if (run > 0) {
    found = std::ranges::find(runs, run, &store::RunRecord::run);
  } else if (back < runs.size()) {
    found = runs.end() - 1 - static_cast<ptrdiff_t>(back);
  }
  if (found == runs.end()) {
    const int64_t first = runs.front().run;
    const int64_t last = runs.back().run;
    return Fail(ErrorKind::kUsage,
                run > 0 ? Text{fmt::format("`{}` has no run {}", details.db, run),
                               fmt::format("`{}`に実行{}はありません", details.db, run)}
                        : Text{fmt::format("`{}` has no earlier run to compare with", details.db),
                               fmt::format("`{}`には比べる前の実行がありません", details.db)},
                {fmt::format("it has runs {} to {}: `saiten runs list`", first, last),
                 fmt::format("実行{}から{}まであります: `saiten runs list`", first, last)});
  }
  details.record = *found;
  SAITEN_ASSIGN_OR_RETURN(details.summary, store::SummaryOf(details.db, found->run));
  SAITEN_ASSIGN_OR_RETURN(details.errors, store::DataErrorsOf(details.db, found->run));
  return details;
}

}  // namespace saiten::driver
