#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/result.h"
#include "flow/outbox/delivery.h"
#include "flow/outbox/recheck.h"
#include "flow/outbox/settings.h"
#include "flow/outbox/wire.h"

namespace saiten::outbox {

// What is done about mails of which nobody knows whether they went out.
enum class InDoubt : uint8_t { kLeave, kResend, kDrop };

struct SendOptions {
  InDoubt in_doubt = InDoubt::kLeave;
  bool failed_too = false;       // those that failed are new again
  int64_t pause_us = 0;          // between two outside calls at least (--rate)
  int64_t limit = -1;            // outside calls; -1: any number
  int64_t wait_us = 0;           // how long to wait for what may be tried again
  std::function<int64_t()> now;  // UTC microseconds
  // Asked for each mail right before it goes out; null: nobody is asked.
  Recheck* recheck = nullptr;
  // One more wire, so that several webhooks can be under way at once; not there: they go one by one.
  std::function<std::unique_ptr<Wire>()> another;
  // Once, where somebody holds the database and what came of a call waits to be written.
  std::function<void()> held;
  // After each attempt, for whoever watches.
  std::function<void(const Action&, const Outcome&)> at;
};

// What one sending came to.
struct SendReport {
  int64_t sent = 0;        // mails, webhooks and calls
  int64_t handed = 0;      // tasks and notifications
  int64_t failed = 0;      // given up in this sending
  int64_t again = 0;       // still to be tried again
  int64_t in_doubt = 0;    // mails, also of earlier sendings
  int64_t dropped = 0;     // by a person, or as they may not go out any more
  int64_t held = 0;        // their workflow is paused or frozen
  bool limited = false;    // it ended at the limit
  bool no_server = false;  // no mail could go out: its server was not there
  // Whether something is not delivered that should be.
  bool partial() const { return failed > 0 || again > 0 || in_doubt > 0 || no_server; }
};

// Delivers what is new, in the order of the log. The caller holds the lock of senders. Every action is marked before
// and after its outside call, so that it may be killed at any moment (sem O2). What may not go out any more by then is
// dropped (sem G5); what a paused or frozen workflow wanted waits (sem O3). kUsage where the settings lack something
// that an action needs; nothing is delivered then. kBusy: the database is held by somebody.
Result<SendReport> Send(Deliveries& deliveries, Wire& wire, const Settings& settings, const SendOptions& options);

// What would be done, nothing written and nobody called: an outcome of kNew for what would be tried, kFailed for what
// would be refused at once.
Result<SendReport> DryRun(Deliveries& deliveries, Wire& wire, const Settings& settings, const SendOptions& options);

}  // namespace saiten::outbox
