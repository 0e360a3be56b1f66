#include "bench/engine/floor_runs.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "base/check.h"
#include "bench/floors/codes.h"
#include "bench/population/columns.h"
#include "driver/blocks.h"

namespace saiten::bench {
namespace {

constexpr size_t kFloorBlock = 16'384;

template <typename T>
Array<T> Narrow(const rt::Column& column, T unknown) {
  Array<T> out(column.size());
  for (size_t i = 0; i < column.size(); ++i) out[i] = column.Known(i) ? static_cast<T>(column.Raw(i)) : unknown;
  return out;
}

Attributes AttributesOf(const Catalog& catalog, const rt::Dataset& data) {
  code::CheckCodes();
  const auto column = [&](const char* name) -> const rt::Column& {
    return ColumnNamed(catalog, data, "contact", name);
  };
  const auto bytes = [&](const char* name) { return Narrow<int8_t>(column(name), code::kUnknown8); };
  const auto words = [&](const char* name) { return Narrow<int16_t>(column(name), code::kUnknown16); };
  Attributes in{.rows = column("title").size(),
                .industry = bytes("industry"),
                .title = bytes("title"),
                .origin = bytes("origin"),
                .source = bytes("source"),
                .do_not_email = bytes("do_not_email"),
                .occupation = bytes("occupation"),
                .specialization = bytes("specialization"),
                .employees = words("employees"),
                .time_spent = words("time_spent"),
                .created = words("created"),
                .company = Narrow<int32_t>(column("company"), -1)};
  const rt::Column& employees = ColumnNamed(catalog, data, "company", "employees");
  for (size_t i = 0; i < employees.size(); ++i) {
    in.company_employees.push_back(employees.Known(i) ? static_cast<int16_t>(employees.Raw(i)) : code::kUnknown16);
  }
  // A date is its midnight in Tokyo: of the first day of the window that is before the clock's 09:00.
  constexpr int64_t kTokyo = 9 * 3600;
  in.created_after = static_cast<int16_t>((kAsOf + kTokyo) / kDay - 90);
  in.created_until = static_cast<int16_t>((kAsOf + kTokyo) / kDay);
  return in;
}

History HistoryOf(const rt::EventSeries& series) {
  History history{.offsets = Array<uint32_t>(series.offsets.size()),
                  .micros = Array<int64_t>(series.size()),
                  .seconds = Array<int32_t>(series.size()),
                  .path = Narrow<int16_t>(series.fields[0], -1)};
  for (size_t i = 0; i < series.offsets.size(); ++i) history.offsets[i] = series.offsets[i];
  for (size_t i = 0; i < series.size(); ++i) {
    history.micros[i] = series.times[i];
    history.seconds[i] = static_cast<int32_t>(series.times[i] / 1'000'000);
  }
  return history;
}

std::unique_ptr<Histories> HistoriesOf(const Catalog& catalog, const rt::Dataset& data, bool filtered) {
  auto histories = std::make_unique<Histories>();
  histories->opens = HistoryOf(SeriesNamed(catalog, data, "email_open"));
  histories->views = HistoryOf(SeriesNamed(catalog, data, "page_view"));
  histories->after = static_cast<int32_t>(kAsOf - 90 * kDay);
  histories->until = static_cast<int32_t>(kAsOf);
  histories->filtered = filtered;
  for (int32_t path = 0; path < kPaths; ++path) histories->pricing.push_back(PathOf(path).starts_with("/pricing"));
  return histories;
}

const std::map<std::string, AttributeLoop> kAttributeLoops = {
    {"by row", AttributesByRow}, {"by column", AttributesByColumn}, {"by vector", AttributesByVector}};
const std::map<std::string, HistoryLoop> kHistoryLoops = {{"scan", HistoryByScan},
                                                          {"search", HistoryBySearch},
                                                          {"from latest", HistoryFromLatest},
                                                          {"marks", HistoryByMarks},
                                                          {"bits", HistoryByBits}};

double Timed(size_t rows, size_t threads, const std::function<void(size_t, size_t)>& work) {
  const auto begin = std::chrono::steady_clock::now();
  const size_t blocks = (rows + kFloorBlock - 1) / kFloorBlock;
  ForEachPiece(blocks, ThreadsFor(threads, blocks),
               [&](size_t, size_t block) { work(block * kFloorBlock, std::min(rows, (block + 1) * kFloorBlock)); });
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

FloorRuns::FloorRuns(const std::string& item, const Catalog& catalog, const rt::Dataset& data, size_t threads)
    : in_(AttributesOf(catalog, data)), scores_(in_.rows), threads_(threads) {
  if (item == "w1") return;
  histories_ = HistoriesOf(catalog, data, item == "w2");
  history_scores_ = std::make_unique<HistoryScores>(in_.rows);
}

std::vector<std::string> FloorRuns::names() const {
  std::vector<std::string> names;
  if (histories_) {
    for (const auto& [name, loop] : kHistoryLoops) names.push_back(name);
  } else {
    for (const auto& [name, loop] : kAttributeLoops) {
      if (name != "by vector" || HasVectorLoop()) names.push_back(name);
    }
  }
  return names;
}

double FloorRuns::Run(const std::string& name) {
  const auto begin = std::chrono::steady_clock::now();
  const std::vector<uint32_t> large = LargeCompanies(in_);
  const double before = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (!histories_) {
    const AttributeLoop loop = kAttributeLoops.at(name);
    return before + Timed(in_.rows, threads_, [&](size_t from, size_t to) { loop(in_, large, scores_, from, to); });
  }
  const HistoryLoop loop = kHistoryLoops.at(name);
  return before + Timed(in_.rows, threads_, [&](size_t from, size_t to) {
           AttributesByVector(in_, large, scores_, from, to);
           loop(*histories_, scores_, *history_scores_, from, to);
         });
}

std::map<std::string, Answer> FloorRuns::answers() const {
  const AttributeScores& s = scores_;
  const auto member = [&](SegmentBit bit) -> Answer {
    return [&s, bit](size_t row) { return (s.segments[row] & bit) != 0 ? 1 : 0; };
  };
  std::map<std::string, Answer> all = {
      {"fit", [&s](size_t row) { return s.fit[row] * 1000; }},
      {"priority", [&s](size_t row) -> int32_t { return s.priority[row]; }},
      {"card_a", [&s](size_t row) { return s.card[row] * 1000; }},
      {"grade", [&s](size_t row) -> int32_t { return s.grade[row]; }},
      {"referred", member(kReferred)},
      {"management", member(kManagement)},
      {"recent", member(kRecent)},
      {"bare", member(kBare)},
      {"enterprise", member(kEnterprise)},
  };
  if (history_scores_) {
    const HistoryScores& h = *history_scores_;
    all["behaviour"] = [&h](size_t row) { return h.behaviour[row] * 1000; };
    all["total"] = [&h](size_t row) { return h.total[row] * 1000; };
    all["temperature"] = [&h](size_t row) -> int32_t { return h.temperature[row]; };
  }
  return all;
}

double ReadSeconds(size_t bytes, size_t threads) {
  Array<uint64_t> memory(bytes / sizeof(uint64_t));
  double best = 1e9;
  std::atomic<uint64_t> sum{0};
  for (int repetition = 0; repetition < 7; ++repetition) {
    best = std::min(best, Timed(memory.size(), threads, [&](size_t begin, size_t end) {
                      uint64_t part = 0;
                      for (size_t i = begin; i < end; ++i) part += memory[i];
                      sum += part;
                    }));
  }
  // Somebody must want the sum, or nothing is read.
  SAITEN_CHECK(sum == 0);
  return best;
}

}  // namespace saiten::bench
