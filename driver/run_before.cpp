#include "driver/run_before.h"

#include <algorithm>

#include "store/runs/runs.h"

namespace saiten::driver {
namespace {

// `before` with the rows that there are now; of new ones unknown. Most records stand one behind the other as they did.
rt::Column MoveRows(const rt::Column& before, const std::vector<uint32_t>& new_rows, size_t rows) {
  rt::Column column = rt::Column::Unknowns(before.width(), rows, before.unit());
  for (size_t old = 0; old < new_rows.size();) {
    const uint32_t row = new_rows[old];
    size_t end = old + 1;
    if (row != store::ChangedRows::kGone) {
      while (end < new_rows.size() && new_rows[end] == row + (end - old)) ++end;
      rt::CopyRows(before, old, end - old, column, row);
    }
    old = end;
  }
  return column;
}

// The results of the run before for the rows that there are now; takes those of `state`. `changes`: how the rows differ
// from those that it had; null: not at all.
std::optional<PreviousRun> Moved(RunState& state, const vm::RunContext& context, const store::ChangedRows* changes) {
  PreviousRun previous;
  for (size_t object = 0; object < state.results.columns.size(); ++object) {
    const size_t rows = context.table(ObjectId(object)).size;
    const store::ChangedRows::Object* moved = changes != nullptr ? &changes->objects[object] : nullptr;
    const bool stay = moved == nullptr || moved->new_rows.empty();
    previous.lost.push_back(!stay &&
                            std::ranges::find(moved->new_rows, store::ChangedRows::kGone) != moved->new_rows.end());
    RowFlags& marks = previous.changed.emplace_back(rows);
    auto& columns = previous.results.columns.emplace_back();
    for (rt::Column& before : state.results.columns[object]) {
      if (before.size() != (stay ? rows : moved->new_rows.size())) return std::nullopt;
      columns.push_back(stay ? std::move(before) : MoveRows(before, moved->new_rows, rows));
    }
    for (uint32_t old : state.again[object]) {
      const uint32_t row = stay ? old : old < moved->new_rows.size() ? moved->new_rows[old] : store::ChangedRows::kGone;
      if (row < rows) marks[row] = 1;
    }
    if (moved == nullptr) continue;
    for (uint32_t row : moved->rows) marks[row] = 1;
  }
  return previous;
}

}  // namespace

RunBefore FindRunBefore(const Loaded& loaded, Result<std::optional<RunState>> read, const std::string& program_hash,
                        bool full) {
  RunBefore before;
  if (!read.ok()) {
    before.why = {read.error().message, read.error().message_ja};
    return before;
  }
  before.state = std::move(*read);
  if (full) {
    before.why = {"as asked by --full", "--fullの指定により"};
    return before;
  }
  if (!before.state) return before;
  const RunHead& head = before.state->head;
  // What is wrong with our tables there is said where they are written; a dry run does without.
  const auto last = store::LastRunOf(loaded.db);
  if (!last.ok() || last->first != head.run || last->second != head.token) {
    before.why = {"the results in the database are not those of the run that this folder remembers",
                  "データベースの結果が、手元に残る実行のものではないため"};
  } else if (head.program != program_hash) {
    before.why = {"the rules, the time zone data or Saiten itself are not what they were",
                  "ルール・時間帯データ・Saiten本体のいずれかが前回と異なるため"};
  } else if (head.as_of > loaded.now) {
    before.why = {"the clock is before that of the last run", "時刻が前回の実行より前のため"};
  } else if (before.state->results.columns.empty()) {
    before.why = {"the results of the last run are not kept", "前回の結果が残っていないため"};
  } else {
    // The rows that the results are of, and what is known to have changed since.
    const store::CachedLoad& load = loaded.load;
    using Source = store::CachedLoad::Source;
    const bool same = load.source == Source::kSnapshot && head.snapshot == load.snapshot;
    // What changed is told from some position on: that of these results, not of others that came meanwhile.
    const bool refreshed = load.source == Source::kRefreshed && head.snapshot == load.refreshed_from &&
                           (load.changed_since.seq == 0 || load.changed_since == head.position);
    if (same || refreshed) before.previous = Moved(*before.state, *loaded.context, refreshed ? &load.changed : nullptr);
    if (!before.previous) {
      before.why = {"the data was read anew, and nothing says which records differ",
                    "データを読み直し、どのレコードが変わったか分からないため"};
    }
    before.same_rows = before.previous && (same || load.changed.same_rows);
    before.in_place =
        before.previous &&
        (same || std::ranges::all_of(load.changed.objects, [](const auto& object) { return object.new_rows.empty(); }));
  }
  return before;
}

Status KeepRun(NewRun run, const RunBefore& before) {
  // The band before, an input (sem SC7), needs no mark: to a band that it led to it leads again, as long as the points
  // stay.
  const NewRunState state{.head = std::move(run.head),
                          .results = &run.executed.results,
                          .counts = &run.counts,
                          .again = TrappedRows(run.loaded.context->program(), run.executed.traps),
                          .outcome = std::move(run.outcome)};
  return WriteRunState(run.loaded.db, state, before.in_place ? &*before.state : nullptr, run.executed.differences);
}

Status KeepOutcome(NewRun run) {
  const rt::Results none;
  const ResultCounts no_counts;
  const NewRunState state{.head = std::move(run.head),
                          .results = &none,
                          .counts = &no_counts,
                          .again = TrappedRows(run.loaded.context->program(), run.executed.traps),
                          .outcome = std::move(run.outcome)};
  return WriteRunState(run.loaded.db, state, nullptr, {});
}

void WarnNotKept(const store::CacheOptions& cache, const Status& kept) {
  if (kept.ok() || !cache.warning) return;
  cache.warning({kept.error().message + "; the next run evaluates everything",
                 kept.error().message_ja + "。次の実行では全レコードを評価します"});
}

}  // namespace saiten::driver
