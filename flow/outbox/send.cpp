#include "flow/outbox/send.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include <nlohmann/json.hpp>

#include "base/interrupt.h"
#include "base/words.h"
#include "flow/outbox/allow.h"
#include "flow/outbox/mail.h"
#include "flow/outbox/webhook.h"

namespace saiten::outbox {
namespace {

using flow::ActionKind;
using flow::ActionState;

constexpr int64_t kAtOnce = 200;  // actions read from the database

// Ctrl-C waits until what was delivered is noted: else a mail would be in doubt. The next action is then not begun.
class SignalPause {
 public:
  SignalPause() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, &before_);
  }
  ~SignalPause() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalPause(const SignalPause&) = delete;
  SignalPause& operator=(const SignalPause&) = delete;

 private:
  sigset_t before_{};
};

// Ends early if the work is asked to stop.
void SleepFor(int64_t micros) {
  constexpr int64_t kPiece = 100'000;
  for (; micros > 0 && !StopScope::Asked(); micros -= kPiece) {
    std::this_thread::sleep_for(std::chrono::microseconds(std::min(micros, kPiece)));
  }
}

Outcome Unreadable() {
  Outcome outcome{.state = ActionState::kFailed};
  outcome.why = {"its payload is not JSON in UTF-8", "内容がUTF-8のJSONとして読めません"};
  outcome.response = outcome.why.en;
  return outcome;
}

class Sender {
 public:
  Sender(Deliveries& deliveries, Wire& wire, const Settings& settings, const SendOptions& options, AllowList allow)
      : deliveries_(deliveries), wire_(wire), settings_(settings), options_(options), allow_(std::move(allow)) {}

  // A setting that is not there is no fault of the actions: they stay new.
  Status CheckSettings() {
    SAITEN_ASSIGN_OR_RETURN(const Counts counts, deliveries_.Count());
    const auto there = [&](ActionKind kind) {
      const auto found = counts.find({kind, ActionState::kNew});
      return found != counts.end() && found->second > 0;
    };
    if (there(ActionKind::kMail) && settings_.server.url.empty()) {
      return Fail(ErrorKind::kUsage,
                  {"there is mail to send, and saiten.toml names no server for it",
                   "送信するメールがありますが、saiten.tomlにメールサーバーがありません"},
                  {"[outbox] smtp = \"smtp://mail.example.com:587\" and allow = [\"smtp\"]",
                   "[outbox] smtp = \"smtp://mail.example.com:587\"とallow = [\"smtp\"]を書いてください"});
    }
    if (there(ActionKind::kMail) && !allow_.mail()) {
      return Fail(ErrorKind::kUsage,
                  {"there is mail to send, and `[outbox] allow` of saiten.toml does not hold \"smtp\"",
                   "送信するメールがありますが、saiten.tomlの`[outbox] allow`に\"smtp\"がありません"},
                  {"allow = [\"smtp\"] lets mail go to the server of `[outbox] smtp`",
                   "allow = [\"smtp\"]で`[outbox] smtp`のサーバーへの送信を許可できます"});
    }
    return {};
  }

  Result<SendReport> Deliver() {
    const int64_t until = options_.now() + options_.wait_us;
    while (true) {
      SAITEN_RETURN_IF_ERROR(Pass());
      if (report_.limited) break;
      SAITEN_ASSIGN_OR_RETURN(const auto due, deliveries_.NextDue());
      if (!due || report_.no_server || *due > until) break;
      SleepFor(*due - options_.now());
    }
    return Finished();
  }

  Result<SendReport> Look() {
    SAITEN_ASSIGN_OR_RETURN(const std::vector<Listed> all, deliveries_.List({ActionState::kNew}, -1));
    for (const Listed& one : all) {
      if (one.action.kind == ActionKind::kTask || one.action.kind == ActionKind::kNotification) {
        ++report_.handed;
        continue;
      }
      if (one.due > options_.now()) {
        ++report_.again;
        continue;
      }
      if (options_.limit >= 0 && calls_++ >= options_.limit) {
        report_.limited = true;
        break;
      }
      Outcome outcome{.state = ActionState::kNew};
      const auto payload = nlohmann::json::parse(one.action.payload, nullptr, false);
      if (!payload.is_object()) {
        outcome = Unreadable();
      } else if (one.action.kind == ActionKind::kMail) {
        if (auto refused = Compose(settings_, one.action, payload, options_.now()).refused) outcome = *refused;
      } else if (auto refused = RefuseCall(wire_, allow_, payload)) {
        outcome = *refused;
      }
      ++(outcome.state == ActionState::kNew ? report_.sent : report_.failed);
      if (options_.at) options_.at(one.action, outcome);
    }
    SAITEN_ASSIGN_OR_RETURN(const std::vector<Listed> in_doubt,
                            deliveries_.List({ActionState::kInDoubt, ActionState::kSending}, -1));
    report_.in_doubt = std::ranges::count(in_doubt, ActionKind::kMail, [](const Listed& l) { return l.action.kind; });
    return report_;
  }

 private:
  // All that may be tried now, once.
  Status Pass() {
    for (int64_t after = -1;;) {
      SAITEN_ASSIGN_OR_RETURN(const std::vector<Action> due, deliveries_.Due(after, options_.now(), kAtOnce));
      if (due.empty()) return {};
      for (const Action& action : due) {
        after = action.seq;
        if (action.kind == ActionKind::kMail && report_.no_server) continue;
        if (options_.limit >= 0 && calls_ >= options_.limit) {
          report_.limited = true;
          return {};
        }
        ++calls_;
        SAITEN_RETURN_IF_ERROR(One(action));
      }
    }
  }

  Status One(const Action& action) {
    if (options_.pause_us > 0) {
      SleepFor(next_ - options_.now());
      next_ = std::max(next_, options_.now()) + options_.pause_us;
    }
    const SignalPause pause;
    SAITEN_RETURN_IF_ERROR(deliveries_.Begin(action, options_.now()));
    const auto payload = nlohmann::json::parse(action.payload, nullptr, false);
    Outcome outcome;
    if (!payload.is_object()) {
      outcome = Unreadable();
    } else if (action.kind == ActionKind::kMail) {
      outcome = SendMail(wire_, settings_, action, payload, options_.now());
    } else {
      outcome = Call(wire_, allow_, settings_, action, payload, options_.now());
    }
    SAITEN_RETURN_IF_ERROR(deliveries_.Finish(action, outcome, options_.now()));
    report_.sent += outcome.state == ActionState::kSent;
    report_.failed += outcome.state == ActionState::kFailed;
    report_.no_server = report_.no_server || outcome.no_server;
    if (options_.at) options_.at(action, outcome);
    return {};
  }

  Result<SendReport> Finished() {
    SAITEN_ASSIGN_OR_RETURN(const Counts counts, deliveries_.Count());
    for (const auto& [which, count] : counts) {
      const auto& [kind, state] = which;
      if (state == ActionState::kInDoubt) report_.in_doubt += count;
      const bool handed = kind == ActionKind::kTask || kind == ActionKind::kNotification;
      if (state == ActionState::kNew && !handed && !report_.limited) report_.again += count;
    }
    return report_;
  }

  Deliveries& deliveries_;
  Wire& wire_;
  const Settings& settings_;
  const SendOptions& options_;
  AllowList allow_;
  SendReport report_;
  int64_t calls_ = 0;
  int64_t next_ = 0;  // the earliest instant of the next call
};

}  // namespace

Result<SendReport> Send(Deliveries& deliveries, Wire& wire, const Settings& settings, const SendOptions& options) {
  SAITEN_ASSIGN_OR_RETURN(AllowList allow, AllowList::Parse(wire, settings.allow));
  SAITEN_ASSIGN_OR_RETURN(const bool any, deliveries.HasActions());
  if (!any) return SendReport();
  StopScope stop;
  stop.Done();  // at every moment all that was done is written
  const int64_t now = options.now();
  SAITEN_RETURN_IF_ERROR(deliveries.MakeTables());
  SAITEN_RETURN_IF_ERROR(deliveries.Recover(now));
  int64_t dropped = 0;
  if (options.in_doubt == InDoubt::kDrop) {
    SAITEN_ASSIGN_OR_RETURN(dropped, deliveries.MoveAll(ActionState::kInDoubt, ActionState::kDropped, now));
  } else if (options.in_doubt == InDoubt::kResend) {
    SAITEN_RETURN_IF_ERROR(deliveries.MoveAll(ActionState::kInDoubt, ActionState::kNew, now));
  }
  if (options.failed_too) {
    SAITEN_RETURN_IF_ERROR(deliveries.MoveAll(ActionState::kFailed, ActionState::kNew, now));
  }
  SAITEN_ASSIGN_OR_RETURN(const int64_t handed, deliveries.HandOver());
  Sender sender(deliveries, wire, settings, options, std::move(allow));
  SAITEN_RETURN_IF_ERROR(sender.CheckSettings());
  SAITEN_ASSIGN_OR_RETURN(SendReport report, sender.Deliver());
  report.handed = handed;
  report.dropped = dropped;
  return report;
}

Result<SendReport> DryRun(Deliveries& deliveries, Wire& wire, const Settings& settings, const SendOptions& options) {
  SAITEN_ASSIGN_OR_RETURN(AllowList allow, AllowList::Parse(wire, settings.allow));
  SAITEN_ASSIGN_OR_RETURN(const bool any, deliveries.HasActions());
  if (!any) return SendReport();
  Sender sender(deliveries, wire, settings, options, std::move(allow));
  SAITEN_RETURN_IF_ERROR(sender.CheckSettings());
  return sender.Look();
}

}  // namespace saiten::outbox
