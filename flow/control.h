#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

// How a flow as a whole stands, and how a person changes that (sem O3).
namespace saiten::flow {

enum class FlowState : uint8_t {
  kOn,
  kPaused,    // takes people in, and nobody in it goes on
  kDraining,  // takes nobody in; those inside go on to their end
  kFrozen,    // takes nobody in, and nobody in it goes on
  kOff,       // takes nobody in; those who were inside have ended
};
// `on`, `paused`: as it stands in saiten_flow.
std::string_view NameOf(FlowState state);
std::optional<FlowState> FlowStateOf(std::string_view name);

constexpr bool TakesIn(FlowState state) { return state == FlowState::kOn || state == FlowState::kPaused; }
// Whether those inside begin steps. Goals, `suppress` and `stop on` end them in either case.
constexpr bool GoesOn(FlowState state) { return state != FlowState::kPaused && state != FlowState::kFrozen; }

struct Standing {
  FlowState state = FlowState::kOn;
  int64_t since = INT64_MIN;
  bool operator==(const Standing&) const = default;
};

// Why nothing is done for a record that is not there (any more).
inline constexpr std::string_view kNoSuchRecord = "record gone";

// What a person wants of a flow from an instant on, before everything else of that instant.
struct Control {
  enum class Kind : uint8_t {
    kDrain,
    kFreeze,
    kCancel,
    kPause,
    // Back to `on`. Whoever stood still meanwhile: waits are what they were, and what is overdue is done at once; or
    // they begin anew; or the time that they stood still does not count. Moments with a date or an hour of their own
    // stay where they are.
    kResumeKeep,
    kResumeRestart,
    kResumeActiveTime,
  };
  int64_t instant = 0;
  uint32_t flow = 0;
  Kind kind = Kind::kPause;
};
FlowState StateAfter(Control::Kind kind);
// `drain`, `resume keep`: as it stands in saiten_control.
std::string_view NameOf(Control::Kind kind);
std::optional<Control::Kind> ControlKindOf(std::string_view name);

}  // namespace saiten::flow
