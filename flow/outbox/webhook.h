#pragma once

#include "base/json.h"
#include "flow/outbox/action.h"
#include "flow/outbox/allow.h"
#include "flow/outbox/settings.h"
#include "flow/outbox/wire.h"

namespace saiten::outbox {

// Whether the action may go where it wants to; nothing where it may.
std::optional<Outcome> RefuseCall(Wire& wire, const AllowList& allow, const Json& payload);

// Delivers a webhook or call once: POST of its body with its key and a signature. Follows 307 and 308 within the allow
// list. What happens after a failure is the rule's `retry N backoff ...`.
Outcome Call(Wire& wire, const AllowList& allow, const Settings& settings, const Action& action, const Json& payload,
             int64_t now);

}  // namespace saiten::outbox
