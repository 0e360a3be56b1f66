#include "driver/incremental.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "compiler/ir/ranges.h"
#include "runtime/column_values.h"

namespace saiten::driver {
namespace {

// Rows looked at together: where none is due, which is most often so, vector instructions find that out.
constexpr size_t kLookRows = 1024;

// Rows whose instant has come, rising.
std::vector<uint32_t> DueRows(const rt::Column& next_change, int64_t now) {
  std::vector<uint32_t> due;
  SAITEN_CHECK(next_change.unit() == 1);
  rt::WithNumbers(next_change, [&]<typename T>(std::span<const T> next) {
    const auto is_due = [now](T instant) { return instant != rt::kUnknownValue<T> && instant <= now; };
    for (size_t begin = 0; begin < next.size(); begin += kLookRows) {
      const auto some = next.subspan(begin, std::min(kLookRows, next.size() - begin));
      bool any = false;
      for (T instant : some) any |= is_due(instant);
      for (size_t i = 0; any && i < some.size(); ++i) {
        if (is_due(some[i])) due.push_back(static_cast<uint32_t>(begin + i));
      }
    }
  });
  return due;
}

rt::ChangedCells Compare(const rt::Column& before, std::span<const uint32_t> rows, const rt::Column& now) {
  rt::ChangedCells cells;
  rt::WithStored(now, [&]<typename Values>(const Values& values) {
    const Values was(static_cast<decltype(values.data())>(before.data()), before.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      if (was[i] == values[rows[i]]) continue;
      cells.rows.push_back(rows[i]);
      cells.before.push_back(int64_t{was[i]} * before.unit());
    }
  });
  return cells;
}

}  // namespace

Incremental::Incremental(const vm::RunContext& context, const PreviousRun& previous, rt::Results& results)
    : context_(context), previous_(previous), results_(results) {
  const ir::Program& program = context.program();
  const size_t objects = program.results.size();
  results_are_read_.resize(objects);
  differs_.resize(objects);
  reasons_.resize(objects);
  for (const ir::Kernel& kernel : program.kernels) {
    reads_.push_back(ir::ReadsOf(kernel));
    for (const ir::Reads::Node& node : reads_.back().nodes) {
      if (node.results) results_are_read_[node.object.index()] = true;
    }
    if (reads_.back().anything) results_are_read_.assign(objects, true);
    due_.emplace_back();
    if (kernel.next_change) {
      due_.back() = DueRows(results.columns[kernel.object.index()][*kernel.next_change], context.now());
    }
  }
  for (size_t object = 0; object < objects; ++object) {
    const size_t rows = context.table(ObjectId(object)).size;
    reasons_[object].resize(rows);
    is_changed_.push_back(AnyMarked(previous.changed[object]));
    differences_.emplace_back(program.results[object].size());
    for (size_t i = 0; i < program.results[object].size(); ++i) {
      const ir::ResultColumn& column = program.results[object][i];
      SAITEN_CHECK(results.columns[object][i].width() == ir::WidthOf(column));
      SAITEN_CHECK(results.columns[object][i].unit() == column.unit);
      SAITEN_CHECK(results.columns[object][i].size() == rows);
    }
  }
}

bool Incremental::Reaches(const ir::Way& way, size_t row, const RowFlags& marks) const {
  const auto marked = [&](const rt::Column& column, size_t at) {
    return column.Known(at) && marks[static_cast<size_t>(column.Raw(at))] != 0;
  };
  switch (way.kind) {
    case ir::Way::Kind::kToOne: {
      const auto& columns = context_.table(ObjectId(way.owner)).columns;
      return columns[way.column].size() > 0 && marked(columns[way.column], row);
    }
    case ir::Way::Kind::kMany: {
      const rt::Adjacency& many = context_.table(ObjectId(way.owner)).many[way.column];
      if (many.offsets.empty()) return false;
      for (uint32_t i = many.BeginOf(row); i < many.EndOf(row); ++i) {
        if (marks[many.rows[i]] != 0) return true;
      }
      return false;
    }
    case ir::Way::Kind::kOfEvent: {
      const rt::EventSeries& series = context_.series(EventId(way.owner));
      if (series.offsets.empty() || way.column >= series.fields.size()) return false;
      const rt::Column& field = series.fields[way.column];
      if (field.size() == 0) return false;
      for (uint32_t i = series.BeginOf(row); i < series.EndOf(row); ++i) {
        if (marked(field, i)) return true;
      }
      return false;
    }
  }
  return true;
}

// The rows of a node's object for which something that is read from there on differs.
RowFlags Incremental::MarksOf(const ir::Reads& reads, size_t node) const {
  const ir::Reads::Node& from = reads.nodes[node];
  RowFlags marks = previous_.changed[from.object.index()];
  const RowFlags& differs = differs_[from.object.index()];
  if (from.results && !differs.empty()) {
    for (size_t row = 0; row < marks.size(); ++row) marks[row] |= differs[row];
  }
  for (const ir::Reads::Node::Edge& edge : from.edges) {
    const RowFlags there = MarksOf(reads, edge.to);
    if (!AnyMarked(there)) continue;
    for (size_t row = 0; row < marks.size(); ++row) {
      if (marks[row] == 0 && Reaches(edge.way, row, there)) marks[row] = 1;
    }
  }
  return marks;
}

const RowFlags& Incremental::RowsOf(size_t number) {
  const ir::Kernel& kernel = context_.program().kernels[number];
  const ir::Reads& reads = reads_[number];
  const size_t object = kernel.object.index();
  rows_ = MarksOf(reads, 0);
  // A record that is found by its name may be another one, or none, when one with that name is gone.
  bool all = std::ranges::any_of(reads.fixed, [&](size_t node) {
    const size_t of = reads.nodes[node].object.index();
    return AnyMarked(MarksOf(reads, node)) || (of < previous_.lost.size() && previous_.lost[of]);
  });
  if (reads.anything) {
    for (size_t i = 0; i < differs_.size(); ++i) {
      const bool lost = i < previous_.lost.size() && previous_.lost[i];
      all = all || lost || !differs_[i].empty() || is_changed_[i];
    }
  }
  if (all) std::ranges::fill(rows_, uint8_t{1});
  const RowFlags& changed = previous_.changed[object];
  RowFlags& reasons = reasons_[object];
  for (uint32_t row : due_[number]) {
    rows_[row] = 1;
    if (changed[row] == 0 && reasons[row] == kNot) reasons[row] = kTime;
  }
  marked_.clear();
  ForEachMarked(rows_, [&](size_t row) {
    marked_.push_back(static_cast<uint32_t>(row));
    if (reasons[row] == kNot) reasons[row] = changed[row] != 0 ? kChanged : kRelated;
  });
  before_.clear();
  for (const ir::Output& output : kernel.outputs) {
    before_.push_back(rt::Gather(results_.columns[object][output.result], marked_));
  }
  return rows_;
}

void Incremental::Finish(size_t number) {
  const ir::Kernel& kernel = context_.program().kernels[number];
  const size_t object = kernel.object.index();
  for (size_t i = 0; i < kernel.outputs.size(); ++i) {
    const size_t result = kernel.outputs[i].result;
    rt::ChangedCells& cells = differences_[object][result];
    cells = Compare(before_[i], marked_, results_.columns[object][result]);
    if (cells.empty() || !results_are_read_[object] || (kernel.next_change && result == *kernel.next_change)) continue;
    RowFlags& differs = differs_[object];
    differs.resize(reasons_[object].size());
    for (uint32_t row : cells.rows) differs[row] = 1;
  }
}

double Incremental::Share() const {
  size_t rows = 0, evaluated = 0;
  for (size_t i = 0; i < due_.size(); ++i) {
    const RowFlags& changed = previous_.changed[context_.program().kernels[i].object.index()];
    rows += changed.size();
    evaluated += static_cast<size_t>(std::ranges::count(changed, uint8_t{1}));
    for (uint32_t row : due_[i]) evaluated += changed[row] == 0 ? 1 : 0;
  }
  return rows == 0 ? 0 : static_cast<double>(evaluated) / static_cast<double>(rows);
}

std::vector<EvaluatedRows> Incremental::Counts() const {
  std::vector<EvaluatedRows> counts(reasons_.size());
  for (size_t object = 0; object < reasons_.size(); ++object) {
    const auto count = [&](Reason reason) {
      return static_cast<uint64_t>(std::ranges::count(reasons_[object], uint8_t{reason}));
    };
    counts[object] = {.changed = count(kChanged), .time = count(kTime), .related = count(kRelated)};
  }
  return counts;
}

std::optional<int64_t> EarliestChange(const ir::Program& program, const rt::Results& results) {
  int64_t earliest = std::numeric_limits<int64_t>::max();
  bool any = false;
  for (const ir::Kernel& kernel : program.kernels) {
    if (!kernel.next_change) continue;
    rt::WithNumbers(
        results.columns[kernel.object.index()][*kernel.next_change], [&]<typename T>(std::span<const T> next) {
          // As unsigned numbers below it, unknown comes last and all others keep their order.
          using Unsigned = std::make_unsigned_t<T>;
          constexpr auto kBelow = static_cast<Unsigned>(rt::kUnknownValue<T>) + Unsigned{1};
          auto first = std::numeric_limits<Unsigned>::max();
          for (T instant : next) {
            first =
                std::min(first, static_cast<Unsigned>(static_cast<Unsigned>(instant) - static_cast<Unsigned>(kBelow)));
          }
          if (first == std::numeric_limits<Unsigned>::max()) return;
          any = true;
          earliest = std::min(earliest, static_cast<int64_t>(static_cast<T>(first + static_cast<Unsigned>(kBelow))));
        });
  }
  return any ? std::optional(earliest) : std::nullopt;
}

std::vector<std::vector<uint32_t>> TrappedRows(const ir::Program& program, const vm::TrapLog& traps) {
  std::vector<std::vector<uint32_t>> rows(program.results.size());
  for (const vm::TrapLog::Place& place : traps.places()) {
    rows[program.kernels[place.kernel].object.index()].push_back(place.row);
  }
  for (auto& of_object : rows) {
    std::ranges::sort(of_object);
    of_object.erase(std::unique(of_object.begin(), of_object.end()), of_object.end());
  }
  return rows;
}

}  // namespace saiten::driver
