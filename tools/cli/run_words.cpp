#include "tools/cli/run_words.h"

#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>

#include "base/json.h"
#include "driver/data_words.h"
#include "driver/format.h"

namespace saiten::cli {
namespace {

using driver::In;
using driver::Language;

std::string Padded(const std::string& text, size_t width) {
  const size_t taken = diag::TextWidth(text);
  return text + std::string(taken < width ? width - taken : 0, ' ');
}

std::string Signed(int64_t n) {
  return (n > 0 ? "+" : "") +
         (n < 0 ? "-" + diag::WithThousands(static_cast<uint64_t>(-n)) : diag::WithThousands(static_cast<uint64_t>(n)));
}

int64_t Change(uint64_t before, uint64_t after) { return static_cast<int64_t>(after) - static_cast<int64_t>(before); }

// A count of both runs by its name: scores' bands, segments.
struct Pair {
  uint64_t before = 0;
  uint64_t after = 0;
  int64_t change() const { return Change(before, after); }
};

// In the order of the later run; what only the earlier one has comes last.
template <typename Items, typename Name, typename Count>
std::vector<std::pair<std::string, Pair>> Match(const Items& a, const Items& b, Name name, Count count) {
  std::vector<std::pair<std::string, Pair>> out;
  for (const auto& item : b) out.emplace_back(name(item), Pair{.after = count(item)});
  for (const auto& item : a) {
    const auto found = std::ranges::find(out, name(item), &std::pair<std::string, Pair>::first);
    if (found == out.end()) {
      out.emplace_back(name(item), Pair{.before = count(item)});
    } else {
      found->second.before = count(item);
    }
  }
  return out;
}

auto MatchBands(const std::vector<store::BandCount>& a, const std::vector<store::BandCount>& b) {
  return Match(
      a, b, [](const store::BandCount& band) { return band.name; },
      [](const store::BandCount& band) { return band.n; });
}

auto MatchSegments(const store::RunSummary& a, const store::RunSummary& b) {
  return Match(
      a.segments, b.segments, [](const store::SegmentSummary& s) { return s.object + " " + s.name; },
      [](const store::SegmentSummary& s) { return s.members; });
}

auto MatchErrors(const store::DataErrors& a, const store::DataErrors& b) {
  auto name = [](const store::DataErrorGroup& group) {
    return fmt::format("{}{}{}: {}", group.subject, group.property.empty() ? "" : ".", group.property,
                       store::NameOf(group.kind));
  };
  return Match(a.groups(), b.groups(), name, [](const store::DataErrorGroup& group) { return group.count; });
}

const store::ScoreSummary* ScoreOf(const store::RunSummary& summary, const store::ScoreSummary& like) {
  for (const store::ScoreSummary& score : summary.scores) {
    if (score.object == like.object && score.name == like.name) return &score;
  }
  return nullptr;
}

// The numbers of two runs that stand on a line of their own.
struct Counted {
  std::string_view key, en, ja;
  uint64_t before, after;
};

std::vector<Counted> CountsOf(const store::RunRecord& a, const store::RunRecord& b) {
  return {{"records", "records", "レコード", a.records, b.records},
          {"events", "events", "イベント", a.events, b.events},
          {"evaluated", "records evaluated", "計算したレコード", a.evaluated, b.evaluated},
          {"data_errors", "data errors", "データの誤り", a.data_errors, b.data_errors},
          {"quarantined", "rows left out", "隔離した行", a.quarantined, b.quarantined},
          {"saturated", "numbers held at their limit", "範囲で止めた数", a.traps, b.traps},
          {"peak_memory", "peak memory (bytes)", "メモリーの最大(バイト)", a.peak_memory, b.peak_memory}};
}

struct Seconds {
  std::string_view key, en, ja;
  double before, after;
};

std::vector<Seconds> SecondsOf(const store::RunRecord& a, const store::RunRecord& b) {
  return {{"load", "read", "読込", a.load_seconds, b.load_seconds},
          {"compute", "compute", "計算", a.compute_seconds, b.compute_seconds},
          {"write", "write", "書込", a.write_seconds, b.write_seconds}};
}

}  // namespace

Result<int64_t> ParseRunNumber(const std::string& text) {
  int64_t run = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), run);
  if (error == std::errc() && end == text.data() + text.size() && run > 0) return run;
  return driver::Fail(
      ErrorKind::kUsage,
      {fmt::format("`{}` is not the number of a run", text), fmt::format("`{}`は実行の番号ではありません", text)},
      {"`saiten runs list` shows the numbers", "番号は`saiten runs list`でわかります"});
}

double Points(double milli) { return milli / 1000; }

std::string InstantText(int64_t instant) { return rt::FormatInstant(instant, *rt::Zone::Utc()); }

std::string SizeText(uint64_t bytes) {
  const double mb = static_cast<double>(bytes) / (1 << 20);
  return mb < 1000 ? fmt::format("{:.0f} MB", mb) : fmt::format("{:.1f} GB", mb / 1024);
}

Json JsonOf(const store::RunRecord& run) {
  return {{"run", run.run},
          {"started", InstantText(run.started)},
          {"finished", InstantText(run.finished)},
          {"as_of", InstantText(run.as_of)},
          {"rules", run.rules},
          {"version", run.version},
          {"engine", run.engine},
          {"zone", run.zone},
          {"zone_data", run.zone_data},
          {"unicode", run.unicode},
          {"threads", run.threads},
          {"records", run.records},
          {"evaluated", run.evaluated},
          {"events", run.events},
          {"score_rows", run.scores},
          {"member_rows", run.members},
          {"data_errors", run.data_errors},
          {"quarantined", run.quarantined},
          {"saturated", run.traps},
          {"written_rows", {{"inserted", run.inserted}, {"updated", run.updated}, {"deleted", run.deleted}}},
          {"band_changes", run.band_changes},
          {"peak_memory_bytes", run.peak_memory},
          {"seconds", {{"load", run.load_seconds}, {"compute", run.compute_seconds}, {"write", run.write_seconds}}}};
}

Json JsonOf(const store::RunRecord& run, const store::RunSummary& summary, const store::DataErrors& errors) {
  Json scores = Json::array();
  for (const store::ScoreSummary& score : summary.scores) {
    Json bands = Json::object();
    for (const store::BandCount& band : score.bands) bands[band.name] = band.n;
    Json json = {{"object", score.object}, {"name", score.name}, {"records", score.n}, {"bands", std::move(bands)}};
    if (!score.is_grid && score.n > 0) {
      json["min"] = Points(static_cast<double>(score.min));
      json["mean"] = Points(score.mean);
      json["max"] = Points(static_cast<double>(score.max));
      Json bars = Json::array();
      for (const store::HistogramBar& bar : score.bars) bars.push_back({Points(static_cast<double>(bar.from)), bar.n});
      json["histogram"] = {{"width", Points(static_cast<double>(score.bar))}, {"from_and_records", std::move(bars)}};
    }
    scores.push_back(std::move(json));
  }
  Json segments = Json::array();
  for (const store::SegmentSummary& segment : summary.segments) {
    segments.push_back({{"object", segment.object}, {"name", segment.name}, {"members", segment.members}});
  }
  Json groups = Json::array();
  for (const store::DataErrorGroup& group : errors.groups()) {
    Json examples = Json::array();
    for (const auto& example : group.examples) examples.push_back({{"key", example.key}, {"value", example.value}});
    groups.push_back({{"subject", group.subject},
                      {"property", group.property},
                      {"kind", store::NameOf(group.kind)},
                      {"quarantined", group.quarantines()},
                      {"count", group.count},
                      {"examples", std::move(examples)}});
  }
  Json held = Json::array();
  for (const store::RunTrap& trap : summary.traps) {
    held.push_back({{"place", trap.place}, {"object", trap.object}, {"first_key", trap.first_key}});
  }
  Json json = JsonOf(run);
  json["scores"] = std::move(scores);
  json["segments"] = std::move(segments);
  json["errors"] = std::move(groups);
  json["saturated_at"] = std::move(held);
  return json;
}

std::string SummaryTable(const store::RunSummary& summary, Language language) {
  std::string out;
  size_t width = 8;
  for (const auto& score : summary.scores)
    width = std::max<size_t>(width, diag::TextWidth(score.object + " " + score.name));
  for (const auto& segment : summary.segments)
    width = std::max<size_t>(width, diag::TextWidth(segment.object + " " + segment.name));
  for (const auto& score : summary.scores) {
    out += fmt::format("{}  {:>12}", Padded(score.object + " " + score.name, width), diag::WithThousands(score.n));
    if (!score.is_grid && score.n > 0) {
      out += fmt::format("   {} .. {}, {} {:.1f}", rt::FormatPoints(score.min), rt::FormatPoints(score.max),
                         In(language, "mean", "平均"), Points(score.mean));
    }
    for (const auto& band : score.bands) out += fmt::format("   {} {}", band.name, diag::WithThousands(band.n));
    out += "\n";
  }
  for (const auto& segment : summary.segments) {
    out += fmt::format("{}  {:>12}   {}\n", Padded(segment.object + " " + segment.name, width),
                       diag::WithThousands(segment.members), In(language, "members", "件該当"));
  }
  return out;
}

std::string DetailsText(const driver::RunDetails& run, Language language) {
  const store::RunRecord& r = run.record;
  const size_t width = language == Language::kJapanese ? 16 : 12;
  std::string out;
  auto line = [&](std::string_view en, std::string_view ja, const std::string& text) {
    out += Padded(std::string(In(language, en, ja)), width) + text + "\n";
  };
  line("run", "実行", fmt::format("{} ({})", r.run, run.db));
  line("as of", "時点", InstantText(r.as_of));
  line("started", "開始", InstantText(r.started));
  line("rules", "ルール", fmt::format("{} (saiten {}, {})", r.rules, r.version, r.engine));
  line("read", "読み込み",
       fmt::format(fmt::runtime(In(language, "{} records, {} events", "レコード{}件、イベント{}件")),
                   diag::WithThousands(r.records), diag::WithThousands(r.events)));
  line("evaluated", "計算", diag::WithThousands(r.evaluated));
  line("written", "書き込み",
       fmt::format(fmt::runtime(In(language, "{} rows new, {} changed, {} gone; {} band changes",
                                   "新規{}行、変更{}行、削除{}行。バンドの変化{}件")),
                   diag::WithThousands(r.inserted), diag::WithThousands(r.updated), diag::WithThousands(r.deleted),
                   diag::WithThousands(r.band_changes)));
  line("time", "時間",
       fmt::format(fmt::runtime(In(language, "read {:.2f} s, compute {:.2f} s, write {:.2f} s ({} threads, {})",
                                   "読込{:.2f} s、計算{:.2f} s、書込{:.2f} s({}スレッド、{})")),
                   r.load_seconds, r.compute_seconds, r.write_seconds, r.threads, SizeText(r.peak_memory)));
  line("data errors", "データの誤り", diag::WithThousands(r.data_errors));
  if (r.data_errors > 0) out += driver::RenderDataErrors(run.errors, language);
  for (const store::RunTrap& trap : run.summary.traps) {
    line("R9001", "R9001",
         trap.place + (trap.first_key.empty() ? "" : fmt::format(" ({} {})", trap.object, trap.first_key)));
  }
  const std::string table = SummaryTable(run.summary, language);
  return table.empty() ? out : out + "\n" + table;
}

Json CompareJson(const driver::RunDetails& a, const driver::RunDetails& b) {
  Json counts = Json::object();
  for (const Counted& c : CountsOf(a.record, b.record)) counts[c.key] = {c.before, c.after};
  Json seconds = Json::object();
  for (const Seconds& s : SecondsOf(a.record, b.record)) seconds[s.key] = {s.before, s.after};
  Json scores = Json::array();
  for (const store::ScoreSummary& now : b.summary.scores) {
    const store::ScoreSummary* before = ScoreOf(a.summary, now);
    Json json = {{"object", now.object}, {"name", now.name}, {"is_new", before == nullptr}};
    if (!now.is_grid && now.n > 0) {
      auto stat = [&](double was, double is) { return before && before->n > 0 ? Json{was, is} : Json{nullptr, is}; };
      json["min"] = stat(before ? Points(static_cast<double>(before->min)) : 0, Points(static_cast<double>(now.min)));
      json["mean"] = stat(before ? Points(before->mean) : 0, Points(now.mean));
      json["max"] = stat(before ? Points(static_cast<double>(before->max)) : 0, Points(static_cast<double>(now.max)));
    }
    Json bands = Json::object();
    for (const auto& [name, n] : MatchBands(before ? before->bands : std::vector<store::BandCount>(), now.bands)) {
      bands[name] = {n.before, n.after};
    }
    json["bands"] = std::move(bands);
    scores.push_back(std::move(json));
  }
  Json gone = Json::array();
  for (const store::ScoreSummary& before : a.summary.scores) {
    if (!ScoreOf(b.summary, before)) gone.push_back(before.object + " " + before.name);
  }
  Json segments = Json::object();
  for (const auto& [name, n] : MatchSegments(a.summary, b.summary)) segments[name] = {n.before, n.after};
  Json errors = Json::object();
  for (const auto& [name, n] : MatchErrors(a.errors, b.errors)) errors[name] = {n.before, n.after};
  return {{"format_version", "1.0"},
          {"runs", {a.record.run, b.record.run}},
          {"as_of", {InstantText(a.record.as_of), InstantText(b.record.as_of)}},
          {"same_rules", a.record.rules == b.record.rules},
          {"counts", std::move(counts)},
          {"seconds", std::move(seconds)},
          {"scores", std::move(scores)},
          {"scores_gone", std::move(gone)},
          {"segments", std::move(segments)},
          {"errors", std::move(errors)}};
}

std::string CompareText(const driver::RunDetails& a, const driver::RunDetails& b, Language language) {
  std::string out = fmt::format(
      fmt::runtime(In(language, "run {} as of {} -> run {} as of {}; rules {}\n",
                      "実行{}({}時点) → 実行{}({}時点)。ルールは{}\n")),
      a.record.run, InstantText(a.record.as_of), b.record.run, InstantText(b.record.as_of),
      a.record.rules == b.record.rules ? In(language, "the same", "同じ") : In(language, "changed", "変更あり"));
  std::vector<std::pair<std::string, Pair>> lines;
  for (const Counted& c : CountsOf(a.record, b.record)) {
    lines.emplace_back(std::string(In(language, c.en, c.ja)), Pair{c.before, c.after});
  }
  std::vector<std::pair<std::string, Pair>> results;
  std::vector<std::pair<std::string, std::string>> means;
  for (const store::ScoreSummary& now : b.summary.scores) {
    const store::ScoreSummary* before = ScoreOf(a.summary, now);
    const std::string name = now.object + " " + now.name;
    if (before && !now.is_grid && now.n > 0 && before->n > 0) {
      means.emplace_back(
          name, fmt::format("{} {:.1f} -> {:.1f}, {} {} -> {}, {} {} -> {}", In(language, "mean", "平均"),
                            Points(before->mean), Points(now.mean), In(language, "min", "最小"),
                            rt::FormatPoints(before->min), rt::FormatPoints(now.min), In(language, "max", "最大"),
                            rt::FormatPoints(before->max), rt::FormatPoints(now.max)));
    } else if (!before) {
      means.emplace_back(name, std::string(In(language, "new", "新規")));
    }
    for (const auto& [band, n] : MatchBands(before ? before->bands : std::vector<store::BandCount>(), now.bands)) {
      results.emplace_back(name + " " + band, n);
    }
  }
  for (const store::ScoreSummary& before : a.summary.scores) {
    if (!ScoreOf(b.summary, before)) {
      means.emplace_back(before.object + " " + before.name, std::string(In(language, "gone", "なくなりました")));
    }
  }
  for (auto& pair : MatchSegments(a.summary, b.summary)) results.push_back(std::move(pair));
  for (auto& pair : MatchErrors(a.errors, b.errors)) results.push_back(std::move(pair));
  size_t width = 8;
  for (const auto* list : {&lines, &results})
    for (const auto& [name, n] : *list) width = std::max<size_t>(width, diag::TextWidth(name));
  for (const auto& [name, text] : means) width = std::max<size_t>(width, diag::TextWidth(name));
  auto show = [&](const std::vector<std::pair<std::string, Pair>>& list) {
    for (const auto& [name, n] : list) {
      out += fmt::format("{}  {:>14} -> {:>14}  {}\n", Padded(name, width), diag::WithThousands(n.before),
                         diag::WithThousands(n.after), n.change() == 0 ? "=" : Signed(n.change()));
    }
  };
  show(lines);
  for (const Seconds& s : SecondsOf(a.record, b.record)) {
    out += fmt::format("{}  {:>14} -> {:>14}\n", Padded(fmt::format("{} (s)", In(language, s.en, s.ja)), width),
                       fmt::format("{:.2f}", s.before), fmt::format("{:.2f}", s.after));
  }
  if (!means.empty()) out += "\n";
  for (const auto& [name, text] : means) out += Padded(name, width) + "  " + text + "\n";
  if (!results.empty()) out += "\n";
  show(results);
  return out;
}

}  // namespace saiten::cli
