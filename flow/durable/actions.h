#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/sqlite/sqlite.h"

// The state of an action, which is all of it that ever changes (sem O2). Actions are read from the view saiten_actions.
namespace saiten::flow {

enum class ActionState : uint8_t {
  kNew,        // to be delivered
  kSending,    // committed before the outside call
  kSent,       // the other side has taken it
  kFailed,     // given up
  kInDoubt,    // a mail of which nobody knows whether it went out
  kDropped,    // by a person
  kSimulated,  // never to be delivered
};
// `new`, `in doubt`: as it stands in saiten_actions.
std::string_view NameOf(ActionState state);
std::optional<ActionState> ActionStateOf(std::string_view name);

// The 16 bytes as which saiten_action keeps a key of 32 hexadecimal digits.
std::string KeyBytes(std::string_view hex);

// Inside the caller's transaction.
Status SetActionState(store::Connection& connection, int64_t seq, ActionState state);

}  // namespace saiten::flow
