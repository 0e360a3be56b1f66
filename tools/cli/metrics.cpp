#include "tools/cli/metrics.h"

#include <fmt/format.h>

#include "tools/cli/run_words.h"

namespace saiten::cli {
namespace {

using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

class Page {
 public:
  // One metric: HELP and TYPE, then its samples. Prometheus wants all samples of a name together.
  void Begin(std::string_view name, std::string_view help) {
    name_ = name;
    out_ += fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", name, help);
  }
  template <typename Number>
  void Sample(const Labels& labels, Number value) {
    out_ += name_;
    for (size_t i = 0; i < labels.size(); ++i) {
      out_ += fmt::format("{}{}=\"{}\"", i == 0 ? "{" : ",", labels[i].first, Escaped(labels[i].second));
    }
    out_ += fmt::format("{} {}\n", labels.empty() ? "" : "}", value);
  }
  template <typename Number>
  void One(std::string_view name, std::string_view help, const Labels& labels, Number value) {
    Begin(name, help);
    Sample(labels, value);
  }
  std::string Take() { return std::move(out_); }

 private:
  static std::string Escaped(std::string_view text) {
    std::string out;
    for (char c : text) {
      if (c == '\\' || c == '"') out += '\\';
      out += c == '\n' ? "\\n" : std::string(1, c);
    }
    return out;
  }
  std::string out_;
  std::string name_;
};

double UnixSeconds(int64_t micros) { return static_cast<double>(micros) / 1e6; }

}  // namespace

std::string Metrics(const driver::RunReport& report) {
  const store::RunRecord& r = report.record;
  const std::string& db = report.loaded->db;
  const Labels of_db = {{"database", db}};
  Page page;
  page.One("saiten_run_info", "The last run: what it ran with; always 1.",
           {{"database", db}, {"version", r.version}, {"engine", r.engine}, {"rules", r.rules}}, 1);
  page.One("saiten_run_number", "Number of the last run; 0 for a dry run.", of_db, r.run);
  page.One("saiten_run_started_timestamp_seconds", "When the last run began.", of_db, UnixSeconds(r.started));
  page.One("saiten_run_finished_timestamp_seconds", "When the last run had its results.", of_db,
           UnixSeconds(r.finished));
  page.One("saiten_run_as_of_timestamp_seconds", "The clock of the rules.", of_db, UnixSeconds(r.as_of));
  page.Begin("saiten_run_phase_duration_seconds", "Where the time of the last run went.");
  page.Sample({{"database", db}, {"phase", "load"}}, r.load_seconds);
  page.Sample({{"database", db}, {"phase", "compute"}}, r.compute_seconds);
  page.Sample({{"database", db}, {"phase", "write"}}, r.write_seconds);
  page.One("saiten_run_threads", "Threads that the last run used.", of_db, r.threads);
  page.One("saiten_run_peak_memory_bytes", "Most memory that the last run held.", of_db, r.peak_memory);
  page.One("saiten_run_records", "Records of all objects.", of_db, r.records);
  page.One("saiten_run_evaluated_records", "Records that the rules were run for.", of_db, r.evaluated);
  page.One("saiten_run_events", "Events that were read.", of_db, r.events);
  page.Begin("saiten_run_written_rows", "Rows of results that the last run wrote.");
  page.Sample({{"database", db}, {"change", "inserted"}}, r.inserted);
  page.Sample({{"database", db}, {"change", "updated"}}, r.updated);
  page.Sample({{"database", db}, {"change", "deleted"}}, r.deleted);
  page.One("saiten_run_band_changes", "Records that changed their band in a score, all scores together.", of_db,
           r.band_changes);
  page.One("saiten_run_quarantined_rows", "Records and events that were left out.", of_db, r.quarantined);
  page.One("saiten_run_saturated_numbers", "Numbers that were held at the end of their range (R9001).", of_db, r.traps);
  page.Begin("saiten_run_data_errors", "Data errors of the last run, by what they are of.");
  for (const store::DataErrorGroup& group : report.loaded->errors.groups()) {
    page.Sample({{"database", db},
                 {"subject", group.subject},
                 {"property", group.property},
                 {"kind", store::NameOf(group.kind)}},
                group.count);
  }
  const auto& scores = report.summary.scores;
  auto stat = [&](std::string_view name, std::string_view help, auto value) {
    page.Begin(name, help);
    for (const store::ScoreSummary& score : scores) {
      if (score.is_grid || score.n == 0) continue;
      page.Sample({{"database", db}, {"object", score.object}, {"score", score.name}}, value(score));
    }
  };
  stat("saiten_score_points_min", "Lowest points of a score.",
       [](const auto& score) { return Points(static_cast<double>(score.min)); });
  stat("saiten_score_points_mean", "Mean points of a score.", [](const auto& score) { return Points(score.mean); });
  stat("saiten_score_points_max", "Highest points of a score.",
       [](const auto& score) { return Points(static_cast<double>(score.max)); });
  page.Begin("saiten_score_band_records", "Records in each band of a score and each cell of a grid.");
  for (const store::ScoreSummary& score : scores) {
    for (const store::BandCount& band : score.bands) {
      page.Sample({{"database", db}, {"object", score.object}, {"score", score.name}, {"band", band.name}}, band.n);
    }
  }
  page.Begin("saiten_segment_members", "Members of each segment.");
  for (const store::SegmentSummary& segment : report.summary.segments) {
    page.Sample({{"database", db}, {"object", segment.object}, {"segment", segment.name}}, segment.members);
  }
  return page.Take();
}

}  // namespace saiten::cli
