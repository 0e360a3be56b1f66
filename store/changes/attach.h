#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/words.h"
#include "compiler/types/catalog.h"
#include "store/sqlite/source_table.h"

// `saiten attach` and `saiten detach`: the change log in a user's database.
namespace saiten::store {

struct AttachReport {
  struct Table {
    std::string name;
    bool made = false;  // triggers were made or renewed; false: they were there as they should be
    Text cannot;        // not empty: why its changes cannot be followed; a run reads it anew whenever the file changed
  };
  std::vector<Table> tables;
  std::vector<std::string> missing;  // named by the rules, not there
  bool log_made = false;
  bool changed = false;  // anything at all was written
};

// Makes the log and the triggers of every table that the schema reads from, in one transaction; what is there as it
// should be stays. `values`: what records held after each change is logged too, with its time (sem T4a). kBusy if
// another program writes for longer than `busy_ms`; else as Connection::Open.
Result<AttachReport> AttachLog(const std::string& path, const Catalog& catalog, int busy_ms = 5000,
                               bool values = false);

// Drops the triggers and the logs. The number of tables that had triggers; nullopt if there was nothing to drop.
Result<std::optional<size_t>> DetachLog(const std::string& path, int busy_ms = 5000);

// Whether the log tells of every change of this table from now on: its triggers are as AttachLog makes them.
Result<bool> IsLogged(Connection& connection, const SourceTable& table);

}  // namespace saiten::store
