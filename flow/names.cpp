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

std::string_view NameOf(Status status) {
  switch (status) {
    case Status::kActive:
      return "active";
    case Status::kCompleted:
      return "completed";
    case Status::kGoal:
      return "goal";
    case Status::kSuppressed:
      return "suppressed";
    case Status::kUnsubscribed:
      return "unsubscribed";
    case Status::kReplied:
      return "replied";
    case Status::kMeeting:
      return "meeting";
    case Status::kBounced:
      return "bounced";
    case Status::kLeft:
      return "left";
    case Status::kRestarted:
      return "restarted";
    case Status::kRemoved:
      return "removed";
    case Status::kFailed:
      return "failed";
    case Status::kOff:
      return "off";
  }
  return "";
}

}  // namespace saiten::flow
