#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/words.h"
#include "flow/durable/actions.h"
#include "flow/log.h"

namespace saiten::outbox {

// One action of saiten_actions that leaves the database.
struct Action {
  int64_t seq = 0;
  std::string key;   // of O1
  int64_t time = 0;  // UTC microseconds
  flow::ActionKind kind = flow::ActionKind::kNone;
  std::string object;
  std::string id;           // as text
  bool integer_id = false;  // whether the database has it as a number
  std::string workflow;
  std::string step;
  std::string payload;  // a JSON object
  // Of deliveries so far.
  int64_t attempts = 0;
  int64_t failures = 0;  // that count against the retries
};

// What became of one attempt.
struct Outcome {
  flow::ActionState state = flow::ActionState::kFailed;  // kNew: again, after `pause`
  int64_t pause = 0;                                     // seconds
  int code = 0;                                          // of HTTP or SMTP; 0: none
  std::string response;                                  // kept in saiten_delivery
  Text why;                                              // for people; nothing personal, no url
  bool counts = true;                                    // against the retries
  bool no_server = false;                                // no mail can go out at present
  std::string event;                                     // of std.messages: `delivered`, `bounce`
  bool hard = false;                                     // of a bounce
};
// An action that will never go out, and why.
Outcome Refused(Text why);

// `action 12 (call, contact 5)`.
Text NameOf(const Action& action);

}  // namespace saiten::outbox
