#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "driver/loaded.h"
#include "store/runs/run_record.h"
#include "store/runs/run_summary.h"

namespace saiten::driver {

// What a run said, kept so that one that finds nothing changed says the same without any data in memory.
struct RunOutcome {
  std::string database;  // fingerprint of the database as the run left it; empty: others wrote at the same time
  std::string base;      // DatabaseState of the data, as bytes
  std::optional<int64_t> next_change;
  uint64_t traps = 0;
  uint64_t scores = 0;  // as in RunRecord
  uint64_t members = 0;
  // Of what was read the numbers: LoadedData with no more than sizes in its tables, and the data errors.
  store::LoadedData read;
  store::DataErrors errors = store::DataErrors();
  store::RunSummary summary;
};

RunOutcome OutcomeOf(const Loaded& loaded, const store::RunRecord& record, const store::RunSummary& summary,
                     std::optional<int64_t> next_change);

std::string Encode(const RunOutcome& outcome);
// nullopt for bytes that Encode did not make.
std::optional<RunOutcome> DecodeOutcome(std::string_view bytes);

}  // namespace saiten::driver
