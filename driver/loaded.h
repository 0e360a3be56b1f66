#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "driver/compile.h"
#include "driver/execute.h"
#include "runtime/zone.h"
#include "store/cached/load_cached.h"
#include "store/data_errors.h"
#include "store/load/load.h"
#include "vm/run_context.h"

// What `run`, `why` and `evaluate` have in common: the data that a program needs, and the clock.
namespace saiten::driver {

// Where the work stands, for whoever waits. Called from any thread, often.
struct Progress {
  enum class Phase { kLoad, kAutomation, kCompute, kWrite };
  // Of `total`, which is about right; 0: unknown.
  std::function<void(Phase phase, uint64_t done, uint64_t total)> at;
  void operator()(Phase phase, uint64_t done, uint64_t total = 0) const {
    if (at) at(phase, done, total);
  }
};

// The two clocks of a run, in UTC microseconds.
struct Clock {
  int64_t now = 0;      // of the rules
  int64_t machine = 0;  // of the machine, cut to the second (sem T3c)
};

struct DataOptions {
  std::string db;              // --db; empty: what saiten.toml says
  std::string as_of;           // --as-of as written; empty: the machine's clock, cut to the second (sem T3c)
  size_t threads = 0;          // that read; 0: one a core
  std::optional<Clock> clock;  // what `as_of` was found to mean, if it was found already
  bool automation = false;     // what workflows read and write, too
  Progress progress;
  store::CacheOptions cache;  // of the snapshot beside the database
};

// Data in memory with the context of a run over `program`. Neither moves.
struct Loaded {
  std::string db;
  const rt::Zone* zone = nullptr;  // null: the project names none
  int64_t now = 0;
  int64_t machine_now = 0;
  size_t threads = 0;  // that work on the data; 0: one a core
  store::DataErrors errors;
  store::LoadedData data;
  store::CachedLoad load;  // where the data come from; before its end they may still be kept for the next run
  std::unique_ptr<vm::RunContext> context;
  uint64_t put_back = 0;             // of the records: those that a tick needed and the source does not have any more
  std::shared_ptr<const void> over;  // memory of values that workflows set over the source

  std::vector<uint32_t> ended_calendars;  // EndedCalendars

  uint64_t quarantined() const;
  uint64_t records() const;
  uint64_t events() const;
  uint64_t future_events() const;
};

// The database that a command works on. kUsage if none or more than one is named.
Result<std::string> DatabaseOf(const Config& config, const std::string& db);
// The project's zone; null if it names none.
Result<const rt::Zone*> ZoneOf(const Compiled& compiled);
// An instant as a user writes it: `2026-06-30 09:00`, `2026-06-30` (its midnight), with or without a zone.
Result<int64_t> ParseAsOf(const std::string& text, const rt::Zone* zone);
// The machine's clock in UTC microseconds.
int64_t MachineNow();

// Reads the machine's clock, once. kUsage where `as_of` is no time.
Result<Clock> ClockOf(const Compiled& compiled, const DataOptions& options);

// Calendars that the rules use and whose holidays end before the year of `now` (sem D3a); ids of the catalog.
std::vector<uint32_t> EndedCalendars(const Compiled& compiled, int64_t now, const rt::Zone* zone);

// Loads what `program` needs; `program` must outlive the result.
Result<std::unique_ptr<Loaded>> LoadData(const Compiled& compiled, const ir::Program& program,
                                         const DataOptions& options);

}  // namespace saiten::driver
