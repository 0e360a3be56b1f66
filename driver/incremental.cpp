#include "driver/incremental.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace saiten::driver {

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
      if (node.results || reads_.back().anything) results_are_read_[node.object.index()] = true;
    }
  }
  for (size_t object = 0; object < objects; ++object) {
    reasons_[object].resize(context.table(ObjectId(object)).size);
    differs_[object].resize(reasons_[object].size());
    for (size_t i = 0; i < results.columns[object].size(); ++i) {
      rt::Column& column = results.columns[object][i];
      const rt::Column& before = previous.results.columns[object][i];
      SAITEN_CHECK(column.width() == before.width() && column.size() == before.size());
      const size_t bytes = column.size() * static_cast<size_t>(rt::BytesOf(column.width()));
      if (bytes > 0) std::memcpy(column.mutable_data(), before.data(), bytes);
    }
  }
}

bool Incremental::Any(const RowMarks& marks) const {
  return !marks.empty() && std::memchr(marks.data(), 1, marks.size()) != nullptr;
}

bool Incremental::Reaches(const ir::Way& way, size_t row, const RowMarks& marks) const {
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
      for (uint32_t i = many.offsets[row]; i < many.offsets[row + 1]; ++i) {
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
RowMarks Incremental::MarksOf(const ir::Reads& reads, size_t node) const {
  const ir::Reads::Node& from = reads.nodes[node];
  RowMarks marks = previous_.changed[from.object.index()];
  const RowMarks& differs = differs_[from.object.index()];
  if (from.results && Any(differs)) {
    for (size_t row = 0; row < marks.size(); ++row) marks[row] |= differs[row];
  }
  for (const ir::Reads::Node::Edge& edge : from.edges) {
    const RowMarks there = MarksOf(reads, edge.to);
    if (!Any(there)) continue;
    for (size_t row = 0; row < marks.size(); ++row) {
      if (marks[row] == 0 && Reaches(edge.way, row, there)) marks[row] = 1;
    }
  }
  return marks;
}

RowMarks Incremental::RowsOf(size_t number) {
  const ir::Kernel& kernel = context_.program().kernels[number];
  const ir::Reads& reads = reads_[number];
  const size_t object = kernel.object.index();
  RowMarks rows = MarksOf(reads, 0);
  // A record that is found by its name may be another one, or none, when one with that name is gone.
  bool all = std::ranges::any_of(reads.fixed, [&](size_t node) {
    const size_t of = reads.nodes[node].object.index();
    return Any(MarksOf(reads, node)) || (of < previous_.lost.size() && previous_.lost[of]);
  });
  if (reads.anything) {
    for (size_t i = 0; i < differs_.size(); ++i) all = all || Any(differs_[i]) || Any(previous_.changed[i]);
  }
  const rt::Column* next = kernel.next_change ? &previous_.results.columns[object][*kernel.next_change] : nullptr;
  for (size_t row = 0; row < rows.size(); ++row) {
    const bool changed = previous_.changed[object][row] != 0;
    const bool time = !changed && next != nullptr && next->Known(row) && next->Raw(row) <= context_.now();
    if (all || time) rows[row] = 1;
    uint8_t& reason = reasons_[object][row];
    if (rows[row] != 0 && reason == kNot) reason = changed ? kChanged : time ? kTime : kRelated;
  }
  return rows;
}

void Incremental::Finish(size_t number, const RowMarks& rows) {
  const ir::Kernel& kernel = context_.program().kernels[number];
  const size_t object = kernel.object.index();
  if (!results_are_read_[object]) return;
  for (const ir::Output& output : kernel.outputs) {
    if (kernel.next_change && output.result == *kernel.next_change) continue;
    const rt::Column& was = previous_.results.columns[object][output.result];
    const rt::Column& is = results_.columns[object][output.result];
    for (size_t row = 0; row < rows.size(); ++row) {
      if (rows[row] != 0 && was.Raw(row) != is.Raw(row)) differs_[object][row] = 1;
    }
  }
}

double Incremental::Share() const {
  size_t rows = 0, due = 0;
  for (const ir::Kernel& kernel : context_.program().kernels) {
    const size_t object = kernel.object.index();
    const rt::Column* next = kernel.next_change ? &previous_.results.columns[object][*kernel.next_change] : nullptr;
    const RowMarks& changed = previous_.changed[object];
    rows += changed.size();
    for (size_t row = 0; row < changed.size(); ++row) {
      due += changed[row] != 0 || (next != nullptr && next->Known(row) && next->Raw(row) <= context_.now()) ? 1 : 0;
    }
  }
  return rows == 0 ? 0 : static_cast<double>(due) / static_cast<double>(rows);
}

std::vector<EvaluatedRows> Incremental::Counts() const {
  std::vector<EvaluatedRows> counts(reasons_.size());
  for (size_t object = 0; object < reasons_.size(); ++object) {
    for (uint8_t reason : reasons_[object]) {
      counts[object].changed += reason == kChanged ? 1 : 0;
      counts[object].time += reason == kTime ? 1 : 0;
      counts[object].related += reason == kRelated ? 1 : 0;
    }
  }
  return counts;
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
