#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "driver/compile.h"
#include "driver/loaded.h"
#include "flow/log.h"

// `saiten workflow enrol --dry-run`: what a workflow would do with one record from now on (req S1-149).
namespace saiten::driver {

struct TryOptions {
  DataOptions data;  // `as_of`: when it is enrolled
  std::string workflow;
  std::string object;
  std::string id;
  Engine engine = Engine::kAuto;
  size_t threads = 0;
};

struct TryReport {
  struct Row {
    int64_t time = 0;
    std::string step;
    flow::RowKind kind = flow::RowKind::kAction;
    flow::ActionKind action = flow::ActionKind::kNone;
    std::string detail;
    std::vector<std::pair<std::string, std::string>> fields;
    // Of a branch that was taken because nobody answers here: which step an answer would lead to.
    bool assumed = false;
    std::string answered;
  };
  int64_t from = 0;
  const rt::Zone* zone = nullptr;  // null: UTC
  std::vector<Row> rows;           // of this workflow and this record
  std::string ended;               // as R5 names it, or the reason of R2; empty: it is inside still
  std::string waits_at;            // then: the step
  int64_t until = 0;               // up to when it was played
  std::string Spell(int64_t instant) const;
};

// The record is enrolled by hand at `as_of` and goes on by itself, on a virtual clock, for a year at most: nothing else
// happens meanwhile, so no event comes, nobody answers, no task is closed. What the database says of it counts: where
// it is inside already, what was sent to it. Nothing is written. kUsage: no such workflow or record.
Result<TryReport> TryEnrolment(Compiled& compiled, const TryOptions& options);

}  // namespace saiten::driver
