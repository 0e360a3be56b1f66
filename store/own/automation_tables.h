#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "store/sqlite/sqlite.h"

// What automation keeps in the user's database: who is where in which workflow, what was done and decided, and what
// lies over the source. Times are UTC microseconds. Written by flow/durable; people read the views.
namespace saiten::store {

// The tables as SQL; to tell them from something of the user's.
extern const char* const kAutomationTables;
// The views over them as SQL.
std::string AutomationViews();

// Whether a tick has ever made them.
Result<bool> HasAutomationTables(Connection& connection);
// Makes what is missing, and renews views that an older Saiten has made, inside the caller's transaction. kRefused:
// something of the user's has one of the names.
Status MakeAutomationTables(Connection& connection);

// So many new keys of actions are kept apart before they are worth a merge (SettleActionKeys).
inline constexpr int64_t kNewActionKeys = 300'000;
// Merges the new keys of actions into the index of all, inside the caller's transaction.
Status SettleActionKeys(Connection& connection);

// The end of the last tick (P of sem T4a), UTC microseconds; nothing: there was none.
Result<std::optional<int64_t>> ReadAutomationUntil(Connection& connection);
// Everything up to `until` is done.
Status SetAutomationUntil(Connection& connection, int64_t until);

}  // namespace saiten::store
