#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "compiler/ir/flow.h"
#include "flow/durable/kept.h"
#include "store/sqlite/sqlite.h"

namespace saiten::flow {

// What came of a merge.
struct Merged {
  int64_t moved = 0;  // runs, active and ended, that are now of the other record
  // Active ones that ended: `removed` as the other record was in the same flow, `left` as it was in one of the group.
  int64_t ended = 0;
};

// Two records of the CRM have become one (sem O4): the runs of `from` are from now on those of `into`. Where both are
// in a flow under the same key, the older run survives and the other ends `removed` at `instant`; where they are in two
// `flows` of one exclusive group, the one of the higher priority, else the older (sem W4), and the other ends `left`.
// Runs are numbered anew behind those of `into`, so that `once` and `at most` hold for both together and no action gets
// the key of another. Messages that caps count, granted points, memberships, requests and actions that wait, what came
// back from messages and calls move too; the history of values only from before that of `into` began. Values that
// workflows set over `from` are forgotten, as the values of `into` count. At the beginning
// of the next run `into` has a commit, so that a goal or a suppression that the two meet together ends a run there;
// what only became true by the merge starts nothing. Inside the caller's transaction, with the tables made.
Result<Merged> Merge(store::Connection& connection, std::span<const ir::Flow> flows, std::string_view object,
                     const Kept& from, const Kept& into, int64_t instant);

}  // namespace saiten::flow
