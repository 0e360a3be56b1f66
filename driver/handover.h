#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "compiler/lower/lower.h"
#include "driver/execute.h"
#include "driver/loaded.h"
#include "store/results/handovers.h"

// `evaluate ... as of`: the instant at which a record was handed over, and the score that it had then (sem SC11, E1a).
namespace saiten::driver {

// The dates of all `evaluate ... as of`, in their order: a run wants them beside its results.
std::vector<lower::Extra> HandoverDates(const check::CheckedProgram& checked);

// A column of such dates as instants. A date stands for the end of that day: what happened on it was known then
// (sem T3b). All must outlive it.
class HandoverTimes {
 public:
  HandoverTimes(const rt::Column& dates, const Type& type, const Loaded& loaded);
  // Nothing: the record was never handed over. A date begins and ends with its day; an instant is both.
  std::optional<int64_t> Begin(size_t row) const { return At(row, 0, 0); }
  std::optional<int64_t> End(size_t row) const { return At(row, 1, 1); }

 private:
  const rt::Column& dates_;
  std::optional<int64_t> At(size_t row, int64_t days, int64_t before) const;

  const rt::Zone& zone_;
  bool is_date_;
};

// Works out one score of single records as of other instants: with the events of then, and everything else as it is.
class ScoreAsOf {
 public:
  // `score`: its number in the checked program. All must outlive it. Errors: as RunContext::Create.
  static Result<std::unique_ptr<ScoreAsOf>> Create(const Compiled& compiled, uint32_t score, const Loaded& loaded);

  // Whether one record can be computed without the others. If not, each instant costs a pass over all of them.
  bool alone() const { return alone_; }
  // By instant the rows whose score as of it is wanted; `values` (milli-points) gets it at their places.
  void Compute(const std::map<int64_t, std::vector<size_t>>& rows, std::vector<int64_t>& values) const;

 private:
  ScoreAsOf() = default;

  std::unique_ptr<lower::LowerResult> lowered_;
  std::unique_ptr<vm::RunContext> context_;
  lower::ResultRef ref_;
  bool alone_ = false;
};

// What a run keeps of the records that were handed over since the last one (`before`, its clock): `executed` is of the
// program of `compiled`. Not of scores that need other records: `evaluate` works them out, as those from before.
// `next`: the first hand-over that is still to come, if there is one.
struct NewHandovers {
  std::vector<store::Handovers> kept;
  std::optional<int64_t> next;
};
Result<NewHandovers> FindHandovers(const Compiled& compiled, const Loaded& loaded, const Executed& executed,
                                   std::optional<int64_t> before);

}  // namespace saiten::driver
