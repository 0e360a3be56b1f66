#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "compiler/ir/reads.h"
#include "driver/part.h"
#include "runtime/results.h"
#include "vm/run_context.h"
#include "vm/trap.h"

// Which records a run has to evaluate when the results of the run before are at hand (sem T5).
namespace saiten::driver {

// The run before, by the rows that the data set has now. Its clock was not later, its program and zone data were the
// same.
struct PreviousRun {
  // Of every column of the program, next_change among them; of new rows unknown. They become those of the run.
  rt::Results results;
  // By object: rows whose inputs differ or that are new, and rows to be evaluated whatever they are (TrappedRows).
  std::vector<RowFlags> changed;
  std::vector<bool> lost;  // by object: some record is no more; may be left out where none is
};

// Why records were evaluated: each counts once, for the first reason.
struct EvaluatedRows {
  uint64_t changed = 0;  // their data differs, or they are new
  uint64_t time = 0;     // their next_change has come
  uint64_t related = 0;  // a record that they read differs, or its results do
  uint64_t all() const { return changed + time + related; }
};

// By object and result column: what a run made different from the run before.
using Differences = std::vector<std::vector<rt::ChangedCells>>;

// Finds, kernel by kernel in their order, the rows to be evaluated. The others keep the results of the run before.
class Incremental {
 public:
  // `results`: those of the run before, which the kernels write over.
  Incremental(const vm::RunContext& context, const PreviousRun& previous, rt::Results& results);

  // Those of a kernel; what kernels before it wrote must be complete. Keeps what they hold.
  const RowFlags& RowsOf(size_t kernel);
  // To be called when they are evaluated: finds which results do differ.
  void Finish(size_t kernel);

  // By object, of all kernels so far.
  std::vector<EvaluatedRows> Counts() const;
  // Which part of all records will be evaluated at least: 0 to 1.
  double Share() const;
  Differences TakeDifferences() { return std::move(differences_); }

 private:
  enum Reason : uint8_t { kNot, kChanged, kTime, kRelated };

  RowFlags MarksOf(const ir::Reads& reads, size_t node) const;
  bool Reaches(const ir::Way& way, size_t row, const RowFlags& marks) const;

  const vm::RunContext& context_;
  const PreviousRun& previous_;
  rt::Results& results_;
  std::vector<ir::Reads> reads_;            // by kernel
  std::vector<std::vector<uint32_t>> due_;  // by kernel: rows whose next_change has come
  std::vector<bool> results_are_read_;      // by object
  std::vector<bool> is_changed_;            // by object: some row is marked as changed
  std::vector<RowFlags> differs_;           // by object: rows whose results differ; empty where none does
  std::vector<RowFlags> reasons_;           // by object
  Differences differences_;
  // Of the kernel at work.
  RowFlags rows_;
  std::vector<uint32_t> marked_;
  std::vector<rt::Column> before_;  // by output, by place in `marked_`
};

inline bool AnyMarked(const RowFlags& marks) {
  return !marks.empty() && std::memchr(marks.data(), 1, marks.size()) != nullptr;
}

// Calls visit(row) for the marked rows, rising. Made for few of many.
template <typename Visit>
void ForEachMarked(const RowFlags& marks, Visit visit) {
  const uint8_t* const begin = marks.data();
  const uint8_t* const end = begin + marks.size();
  for (const uint8_t* at = begin; at < end; ++at) {
    at = static_cast<const uint8_t*>(std::memchr(at, 1, static_cast<size_t>(end - at)));
    if (at == nullptr) return;
    visit(static_cast<size_t>(at - begin));
  }
}

// Calls run(from, to) for the parts of [begin, end) with marked rows; `step`: rows that are worked on together, of
// which each part is a multiple but for the last of the table. Rows beside marked ones come to the same results again.
template <typename Run>
void ForEachPart(const RowFlags& marks, size_t begin, size_t end, size_t step, Run run) {
  const auto marked = [&](size_t at) { return std::memchr(marks.data() + at, 1, std::min(step, end - at)) != nullptr; };
  for (size_t at = begin; at < end;) {
    const void* next = std::memchr(marks.data() + at, 1, end - at);
    if (next == nullptr) return;
    at += (static_cast<size_t>(static_cast<const uint8_t*>(next) - marks.data()) - at) / step * step;
    const size_t from = at;
    while (at < end && marked(at)) at += step;
    run(from, std::min(at, end));
  }
}

// The earliest next_change of all records; nothing where none has one.
std::optional<int64_t> EarliestChange(const ir::Program& program, const rt::Results& results);

// By object, the rows in which a number was cut: they are evaluated again in each run, so that each run tells of them.
std::vector<std::vector<uint32_t>> TrappedRows(const ir::Program& program, const vm::TrapLog& traps);

}  // namespace saiten::driver
