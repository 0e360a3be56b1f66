#include "driver/runs.h"

#include <algorithm>

#include <fmt/format.h>

#include "driver/loaded.h"
#include "driver/words.h"
#include "runtime/time_parse.h"
#include "store/runs/run_note.h"

namespace saiten::driver {

Result<std::vector<store::RunRecord>> ListRuns(const ProjectOptions& options, const std::string& db) {
  SAITEN_ASSIGN_OR_RETURN(const LoadedConfig loaded, FindConfig(options));
  SAITEN_ASSIGN_OR_RETURN(const std::string path, DatabaseOf(loaded.config, db));
  return store::ListRuns(path);
}

namespace {

Result<store::RunRecord> RecordOf(const std::string& db, int64_t run) {
  SAITEN_ASSIGN_OR_RETURN(const std::vector<store::RunRecord> runs, store::ListRuns(db));
  if (runs.empty()) {
    return Fail(ErrorKind::kUsage,
                {fmt::format("nothing ever ran on `{}`", db), fmt::format("`{}`ではまだ実行されていません", db)},
                {fmt::format("begin with `saiten run --db {}`", db),
                 fmt::format("まず`saiten run --db {}`を実行してください", db)});
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
                run > 0
                    ? Text{fmt::format("`{}` has no run {}", db, run), fmt::format("`{}`に実行{}はありません", db, run)}
                    : Text{fmt::format("`{}` has no earlier run to compare with", db),
                           fmt::format("`{}`には比べる前の実行がありません", db)},
                {fmt::format("it has runs {} to {}: `saiten runs list`", first, last),
                 fmt::format("実行{}から{}まであります: `saiten runs list`", first, last)});
  }
  return *found;
}

}  // namespace

Result<RunDetails> DetailsOf(const ProjectOptions& options, const std::string& db, int64_t run) {
  SAITEN_ASSIGN_OR_RETURN(const LoadedConfig loaded, FindConfig(options));
  RunDetails details;
  SAITEN_ASSIGN_OR_RETURN(details.db, DatabaseOf(loaded.config, db));
  SAITEN_ASSIGN_OR_RETURN(details.record, RecordOf(details.db, run));
  SAITEN_ASSIGN_OR_RETURN(details.summary, store::SummaryOf(details.db, details.record.run));
  SAITEN_ASSIGN_OR_RETURN(details.errors, store::DataErrorsOf(details.db, details.record.run));
  return details;
}

Result<RunAgain> FindAgain(const Compiled& compiled, const std::string& db, int64_t run) {
  SAITEN_ASSIGN_OR_RETURN(const std::string path, DatabaseOf(compiled.project.config.config, db));
  if (run == 0 && store::ReadRunNote(path)) return RunAgain{.resume = true, .as_of = ""};
  SAITEN_ASSIGN_OR_RETURN(const store::RunRecord record, RecordOf(path, run));
  const std::string as_of = rt::FormatInstant(record.as_of, *rt::Zone::Utc());
  if (record.rules != compiled.rules_hash) {
    return Fail(ErrorKind::kRefused,
                {fmt::format("run {} was made with other rules than there are now", record.run),
                 fmt::format("実行{}のときと、いまのルールは違います", record.run)},
                {fmt::format("put them back, or score that time with these: `saiten run --as-of {}`", as_of),
                 fmt::format("ルールを元に戻すか、いまのルールで`saiten run --as-of {}`を実行してください", as_of)});
  }
  return RunAgain{.resume = false, .as_of = as_of};
}

}  // namespace saiten::driver
