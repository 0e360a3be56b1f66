#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "driver/flow_figures.h"

// Figures of one workflow side by side: by time, by who works on it, by what was sent, by a property of the records.
namespace saiten::driver {

// Runs that have something in common.
struct FlowSlice : RunFigures {
  std::string name;  // `2026-06`, `2026-W23`, `Ken`, `subject_test=A`; empty: none (no task, value unknown)
  Tally events;      // of a template: records with such an event of its mails, as in StepFigures
  Tally tasks;       // of a rep or team: `open`, `done`, `deadline`

  Share RateOf(std::string_view event) const;
};

struct FlowSlices {
  std::string by;        // as asked for
  bool ordered = false;  // one is behind the other in time: changes make sense
  size_t year = 0;       // how many slices make a year; 0: no
  std::vector<FlowSlice> slices;

  // What to compare with; null: there is none.
  const FlowSlice* Before(size_t slice) const;
  const FlowSlice* YearBefore(size_t slice) const;
};

// `by`: `week` (from Monday), `month`, `year` of the project's zone by the time of enrolment, `start` (what started
// it), `variant`, `template`, `rep` and `team` (whose tasks came from the run), a date (before it, and from then on),
// or a property of the record, `source`, `owner.name`, as it is today. Periods without runs are there, too.
// kUsage: no such workflow, or none of these.
Result<FlowSlices> SlicesOf(const Compiled& compiled, const std::string& db, const std::string& name,
                            const std::string& by, int64_t since);

}  // namespace saiten::driver
