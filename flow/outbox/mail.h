#pragma once

#include "base/json.h"
#include "flow/outbox/action.h"
#include "flow/outbox/settings.h"
#include "flow/outbox/wire.h"

namespace saiten::outbox {

// A mail as it would go out, or why it never can.
struct Composed {
  Mail mail;
  std::optional<Outcome> refused;
};
// Puts in the link for opting out; its Message-ID is made of the action's key, so that a second sending is the same
// message.
Composed Compose(const Settings& settings, const Action& action, const Json& payload, int64_t now);

// Delivers a mail once. One that the server does not take yet is tried again a few times over some hours.
Outcome SendMail(Wire& wire, const Settings& settings, const Action& action, const Json& payload, int64_t now);

}  // namespace saiten::outbox
