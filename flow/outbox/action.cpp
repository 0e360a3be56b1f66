#include "flow/outbox/action.h"

#include <fmt/format.h>

namespace saiten::outbox {

Text NameOf(const Action& action) {
  const std::string_view kind = flow::NameOf(action.kind);
  return {fmt::format("action {} ({}, {} {})", action.seq, kind, action.object, action.id),
          fmt::format("アクション{}({}、{} {})", action.seq, kind, action.object, action.id)};
}

Outcome Refused(Text why) {
  Outcome outcome{.state = flow::ActionState::kFailed};
  outcome.response = why.en;
  outcome.why = std::move(why);
  return outcome;
}

}  // namespace saiten::outbox
