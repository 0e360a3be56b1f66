#include "store/runs/run_tables.h"

#include <algorithm>

#include <fmt/format.h>

#include "runtime/time_parse.h"

namespace saiten::store {
namespace {

constexpr size_t kExamplesKept = 20;

template <typename... Values>
Status Insert(Statement& statement, Values... values) {
  int at = 0;
  auto bind = [&](auto value) {
    if constexpr (std::is_floating_point_v<decltype(value)>) {
      statement.BindReal(++at, value);
    } else if constexpr (std::is_integral_v<decltype(value)>) {
      statement.Bind(++at, static_cast<int64_t>(value));
    } else {
      statement.Bind(++at, value);
    }
  };
  (bind(values), ...);
  return statement.Run();
}

std::string_view View(const std::string& text) { return text; }

}  // namespace

Result<int64_t> NextRun(Connection& connection) {
  // Somebody may have cleared the list of runs and left what belongs to them: their numbers are not given again.
  std::string all;
  for (const char* table :
       {"saiten_run", "saiten_run_score", "saiten_run_band", "saiten_run_bar", "saiten_run_segment", "saiten_run_trap",
        "saiten_data_error", "saiten_data_error_example", "saiten_band_change"}) {
    all += fmt::format("{}SELECT max(run) AS run FROM {}", all.empty() ? "" : " UNION ALL ", table);
  }
  SAITEN_ASSIGN_OR_RETURN(Statement last, connection.Prepare("SELECT coalesce(max(run), 0) + 1 FROM (" + all + ")"));
  SAITEN_ASSIGN_OR_RETURN(const bool any, last.Step());
  SAITEN_CHECK(any);
  return last.Int(0);
}

Status WriteRun(Connection& connection, const RunRecord& run) {
  SAITEN_ASSIGN_OR_RETURN(
      Statement insert,
      connection.Prepare("INSERT INTO saiten_run(run, started, finished, as_of, rules, version, engine, zone, "
                         "zone_data, unicode, records, events, scores, members, data_errors, quarantined, traps, "
                         "token, evaluated, inserted, updated, deleted, band_changes, load_seconds, compute_seconds, "
                         "write_seconds, threads, peak_memory) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
                         "?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28)"));
  const std::string started = rt::FormatInstant(run.started, *rt::Zone::Utc());
  const std::string finished = rt::FormatInstant(run.finished, *rt::Zone::Utc());
  const std::string as_of = rt::FormatInstant(run.as_of, *rt::Zone::Utc());
  return Insert(insert, run.run, View(started), View(finished), View(as_of), View(run.rules), View(run.version),
                View(run.engine), View(run.zone), View(run.zone_data), View(run.unicode), run.records, run.events,
                run.scores, run.members, run.data_errors, run.quarantined, run.traps, View(run.token), run.evaluated,
                run.inserted, run.updated, run.deleted, run.band_changes, run.load_seconds, run.compute_seconds,
                run.write_seconds, run.threads, run.peak_memory);
}

Status WriteSummary(Connection& connection, int64_t run, const RunSummary& summary) {
  SAITEN_ASSIGN_OR_RETURN(
      Statement score,
      connection.Prepare("INSERT INTO saiten_run_score VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"));
  SAITEN_ASSIGN_OR_RETURN(Statement band, connection.Prepare("INSERT INTO saiten_run_band VALUES(?1, ?2, ?3, ?4, ?5)"));
  SAITEN_ASSIGN_OR_RETURN(Statement bar, connection.Prepare("INSERT INTO saiten_run_bar VALUES(?1, ?2, ?3, ?4)"));
  SAITEN_ASSIGN_OR_RETURN(Statement segment,
                          connection.Prepare("INSERT INTO saiten_run_segment VALUES(?1, ?2, ?3, ?4, ?5)"));
  SAITEN_ASSIGN_OR_RETURN(Statement trap, connection.Prepare("INSERT INTO saiten_run_trap VALUES(?1, ?2, ?3, ?4, ?5)"));
  for (size_t place = 0; place < summary.scores.size(); ++place) {
    const ScoreSummary& s = summary.scores[place];
    SAITEN_RETURN_IF_ERROR(
        Insert(score, run, place, View(s.object), View(s.name), s.is_grid, s.n, s.min, s.max, s.mean, s.bar));
    for (size_t i = 0; i < s.bands.size(); ++i) {
      SAITEN_RETURN_IF_ERROR(Insert(band, run, place, i, View(s.bands[i].name), s.bands[i].n));
    }
    for (const HistogramBar& b : s.bars) SAITEN_RETURN_IF_ERROR(Insert(bar, run, place, b.from, b.n));
  }
  for (size_t place = 0; place < summary.segments.size(); ++place) {
    const SegmentSummary& s = summary.segments[place];
    SAITEN_RETURN_IF_ERROR(Insert(segment, run, place, View(s.object), View(s.name), s.members));
  }
  for (size_t i = 0; i < summary.traps.size(); ++i) {
    const RunTrap& t = summary.traps[i];
    SAITEN_RETURN_IF_ERROR(Insert(trap, run, i, View(t.place), View(t.object), View(t.first_key)));
  }
  return {};
}

Status WriteDataErrors(Connection& connection, int64_t run, const DataErrors& errors) {
  SAITEN_ASSIGN_OR_RETURN(Statement group_insert,
                          connection.Prepare("INSERT INTO saiten_data_error VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
  SAITEN_ASSIGN_OR_RETURN(Statement example_insert,
                          connection.Prepare("INSERT INTO saiten_data_error_example VALUES(?1, ?2, ?3, ?4, ?5)"));
  int64_t place = 0;
  for (const DataErrorGroup& group : errors.groups()) {
    SAITEN_RETURN_IF_ERROR(Insert(group_insert, run, ++place, static_cast<int64_t>(group.kind), View(group.subject),
                                  View(group.property), NameOf(group.kind), group.count));
    for (size_t i = 0; i < std::min(group.examples.size(), kExamplesKept); ++i) {
      SAITEN_RETURN_IF_ERROR(
          Insert(example_insert, run, place, i, View(group.examples[i].key), View(group.examples[i].value)));
    }
  }
  return {};
}

}  // namespace saiten::store
