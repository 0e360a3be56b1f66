#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "flow/control.h"
#include "flow/outbox/action.h"
#include "store/sqlite/sqlite.h"

namespace saiten::outbox {

// How many actions of saiten_actions stand where, by kind and state.
using Counts = std::map<std::pair<flow::ActionKind, flow::ActionState>, int64_t>;

// An action with its last attempt, for `outbox list`.
struct Listed {
  Action action;
  flow::ActionState state = flow::ActionState::kNew;
  int64_t last = 0;  // instant of the last attempt; 0: none
  int64_t due = 0;   // of the next one; 0: at once
  int code = 0;      // of the last answer
  std::string why;   // kDropped: what stood in the way; empty: a person
};

// Makes the tables of what comes back, which rules read: saiten_message_events (also filled by `import --event`) and
// saiten_responses.
Status MakeMessageEvents(store::Connection& connection);

// The actions of a database and what is kept of their delivery: saiten_delivery(action, attempt, time, state, response,
// code, failures, due), a row an attempt; `failures` counts those of them that a rule's `retry` allows for, `due` is
// when the next may be. Times are UTC microseconds.
class Deliveries {
 public:
  // Opens the file; kRead where nothing is to be written.
  static Result<Deliveries> Open(const std::string& path, store::OpenMode mode);

  // False: automation never ran there.
  Result<bool> HasActions();
  // Makes what is missing: saiten_delivery, what rules read (saiten_message_events, saiten_responses), and views over
  // actions for a CRM (saiten_tasks, saiten_notifications).
  Status MakeTables();
  // What a sender that died has left `sending`: a webhook is new again, a mail in doubt (sem O2).
  Status Recover(int64_t now);
  // Tasks and notifications are delivered by standing in their views; how many are new there.
  Result<int64_t> HandOver();
  // All actions in one state to another, by a person; the count of failures begins anew. How many.
  Result<int64_t> MoveAll(flow::ActionState from, flow::ActionState to, int64_t now);

  // New mails, webhooks and calls behind `after`, whose time has come, in the order of the log; at most `limit`.
  Result<std::vector<Action>> Due(int64_t after, int64_t now, int64_t limit);
  // Whether the run that made the action was ended since, before it was through: by its goal, a reply, an opt-out, ...
  Result<bool> IsRunBroken(const Action& action);
  // The next instant at which a new one may be tried, not counting those in `but`; nothing: none waits.
  Result<std::optional<int64_t>> NextDue(const std::set<int64_t>& but);

  // Changes with everything that somebody else commits.
  Result<int64_t> Version();
  // How a workflow stands, with what people asked for since the last run.
  Result<flow::FlowState> StateOf(std::string_view workflow);
  // It may not go out any more; `why` is kept.
  Status Drop(const Action& action, std::string_view why, int64_t now);

  // After outside calls and before the next ones, in one transaction that is on the disk when it returns. Where
  // something is done it waits long for others who write, for what there is to say would be lost; `go_on` is asked
  // after each attempt in vain. kBusy where it gave up.
  struct Done {
    const Action* action = nullptr;
    Outcome outcome;
  };
  Status Note(std::span<const Done> done, std::span<const Action* const> begun, int64_t now,
              const std::function<bool()>& go_on);

  // Of the states `new` and `in doubt`.
  Result<Counts> Count();
  // Those in any of `states`, in order; at most `limit`.
  Result<std::vector<Listed>> List(const std::vector<flow::ActionState>& states, int64_t limit);

 private:
  explicit Deliveries(store::Connection connection) : connection_(std::move(connection)) {}
  Result<bool> Has(std::string_view table);
  Status WriteResponse(const Action& action, const Outcome& outcome, const std::string& body, int64_t now);
  Status WriteEvent(const Action& action, const Outcome& outcome, int64_t now);
  Status Begin(const Action& action, int64_t now);
  Status Finish(const Action& action, const Outcome& outcome, int64_t now);
  Status TryNote(std::span<const Done> done, std::span<const Action* const> begun, int64_t now);

  store::Connection connection_;
  std::optional<bool> keeps_runs_;  // whether the log says whose run an action is of
};

}  // namespace saiten::outbox
