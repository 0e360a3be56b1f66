#include "flow/log.h"
#include "flow/state.h"

namespace saiten::flow {

std::string_view NameOf(RowKind kind) {
  switch (kind) {
    case RowKind::kEnrolled:
      return "enrolled";
    case RowKind::kRefused:
      return "refused";
    case RowKind::kLateIgnored:
      return "late-ignored";
    case RowKind::kBranch:
      return "branch";
    case RowKind::kSkipped:
      return "skipped";
    case RowKind::kDeferred:
      return "deferred";
    case RowKind::kWaiting:
      return "waiting";
    case RowKind::kAction:
      return "action";
    case RowKind::kWrite:
      return "write";
    case RowKind::kGranted:
      return "granted";
    case RowKind::kOverridden:
      return "overridden";
    case RowKind::kRefusedWrite:
      return "refused write";
    case RowKind::kCascadeLimit:
      return "cascade-limit";
    case RowKind::kEnded:
      return "ended";
    case RowKind::kSwitched:
      return "switched";
    case RowKind::kMerged:
      return "merged";
    case RowKind::kMoved:
      return "moved";
    case RowKind::kGoalAfter:
      return "goal after";
    case RowKind::kCreated:
      return "created";
  }
  return "";
}

std::string_view NameOf(ActionKind kind) {
  switch (kind) {
    case ActionKind::kNone:
      return "";
    case ActionKind::kMail:
      return "mail";
    case ActionKind::kNotification:
      return "notification";
    case ActionKind::kTask:
      return "task";
    case ActionKind::kWebhook:
      return "webhook";
    case ActionKind::kCall:
      return "call";
  }
  return "";
}

std::string_view NameOf(InstanceStatus status) {
  switch (status) {
    case InstanceStatus::kActive:
      return "active";
    case InstanceStatus::kCompleted:
      return "completed";
    case InstanceStatus::kGoal:
      return "goal";
    case InstanceStatus::kSuppressed:
      return "suppressed";
    case InstanceStatus::kUnsubscribed:
      return "unsubscribed";
    case InstanceStatus::kReplied:
      return "replied";
    case InstanceStatus::kMeeting:
      return "meeting";
    case InstanceStatus::kBounced:
      return "bounced";
    case InstanceStatus::kLeft:
      return "left";
    case InstanceStatus::kRestarted:
      return "restarted";
    case InstanceStatus::kRemoved:
      return "removed";
    case InstanceStatus::kFailed:
      return "failed";
    case InstanceStatus::kOff:
      return "off";
  }
  return "";
}

}  // namespace saiten::flow
