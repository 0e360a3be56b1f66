#include "flow/outbox/send.h"

#include <signal.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <thread>
#include <utility>

#include "base/interrupt.h"
#include "base/json.h"
#include "base/words.h"
#include "flow/outbox/allow.h"
#include "flow/outbox/fields.h"
#include "flow/outbox/mail.h"
#include "flow/outbox/webhook.h"

namespace saiten::outbox {
namespace {

using flow::ActionKind;
using flow::ActionState;

constexpr int64_t kAtOnce = 200;  // actions read from the database
constexpr size_t kTogether = 16;  // webhooks under way at once

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

Outcome DroppedFor(const std::string& why) {
  Outcome outcome{.state = ActionState::kDropped};
  outcome.response = why;
  return outcome;
}

// What was called and could not be noted stays `sending`, which the next `outbox send` takes for what a kill leaves.
Error Unnoted(Error error, const std::vector<Deliveries::Done>& done) {
  for (const Deliveries::Done& one : done) {
    const bool mail = one.action->kind == ActionKind::kMail;
    const Text told =
        mail ? Text{fmt::format("what came of mail {} could not be written: it may have gone out, and the next `outbox "
                                "send` puts it in doubt instead of sending it again",
                                one.action->seq),
                    fmt::format("メール{}の結果を書き込めませんでした。届いている可能性があります。次の`outbox send`は"
                                "再送せず、送信不明にします",
                                one.action->seq)}
             : Text{fmt::format("what came of webhook {} could not be written: the next `outbox send` sends it again, "
                                "with the same key",
                                one.action->seq),
                    fmt::format("Webhook {}の結果を書き込めませんでした。次の`outbox send`が同じキーで再送します",
                                one.action->seq)};
    error.hint += (error.hint.empty() ? "" : "; ") + told.en;
    error.hint_ja += (error.hint_ja.empty() ? "" : "。") + told.ja;
  }
  return error;
}

// Whether a signal came, or waits for the end of the SignalPause.
bool StopAsked() {
  sigset_t waiting;
  sigpending(&waiting);
  return StopScope::Asked() || sigismember(&waiting, SIGINT) == 1 || sigismember(&waiting, SIGTERM) == 1;
}

// Takes back what asked for the stop, so that what it came to is said instead of how it ended.
void TakeStop() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  const timespec at_once{};
  while (sigtimedwait(&signals, nullptr, &at_once) > 0) {
  }
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
    if (there(ActionKind::kMail) && options_.recheck != nullptr) SAITEN_RETURN_IF_ERROR(options_.recheck->Open());
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
      if (report_.limited || StopScope::Asked()) break;
      SAITEN_ASSIGN_OR_RETURN(const auto due, deliveries_.NextDue(held_));
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
      SAITEN_ASSIGN_OR_RETURN(const Verdict verdict, VerdictOn(one.action));
      if (verdict.hold) {
        ++report_.held;
        continue;
      }
      if (!verdict.drop.empty()) {
        ++report_.dropped;
        if (options_.at) options_.at(one.action, DroppedFor(verdict.drop));
        continue;
      }
      if (options_.limit >= 0 && calls_++ >= options_.limit) {
        report_.limited = true;
        break;
      }
      Outcome outcome{.state = ActionState::kNew};
      const auto payload = ParseJson(one.action.payload);
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
      SAITEN_ASSIGN_OR_RETURN(due_, deliveries_.Due(after, options_.now(), kAtOnce));
      if (due_.empty()) return {};
      after = due_.back().seq;
      at_ = 0;
      SAITEN_RETURN_IF_ERROR(All());
      if (report_.limited || StopScope::Asked()) return {};
    }
  }

  // Those of due_, group by group. What came of one group is written together with the marks of the next, which costs
  // one wait for the disk instead of two, and leaves no more in doubt than two would.
  Status All() {
    std::vector<const Action*> begun;
    std::optional<SignalPause> pause;
    while (true) {
      if (begun.empty()) {
        pause.reset();
        if (options_.pause_us > 0 && at_ < due_.size()) SleepFor(next_ - options_.now());
        pause.emplace();
        if (StopAsked()) return {};
        SAITEN_ASSIGN_OR_RETURN(begun, NextGroup(false));
        if (begun.empty()) return {};
        next_ = std::max(next_, options_.now()) + options_.pause_us;
        SAITEN_RETURN_IF_ERROR(deliveries_.Note({}, begun, options_.now(), [] { return false; }));
      }
      const std::vector<Deliveries::Done> done = CallAll(begun);
      for (const Deliveries::Done& one : done) report_.no_server = report_.no_server || one.outcome.no_server;
      std::vector<const Action*> next;
      if (options_.pause_us == 0 && !StopAsked()) {
        SAITEN_ASSIGN_OR_RETURN(next, NextGroup(true));
      }
      const Status noted = deliveries_.Note(done, next, options_.now(), [&] {
        if (!std::exchange(told_held_, true) && options_.held) options_.held();
        if (!StopAsked()) return true;
        TakeStop();
        return false;
      });
      if (!noted.ok()) return Unnoted(noted.error(), done);
      for (const Deliveries::Done& one : done) {
        report_.sent += one.outcome.state == ActionState::kSent;
        report_.failed += one.outcome.state == ActionState::kFailed;
        if (options_.at) options_.at(*one.action, one.outcome);
      }
      begun = std::move(next);
    }
  }

  // What goes out next: one mail, or webhooks for different records, whose order nobody can tell apart. Of those before
  // them that do not go out it is told why. `quick`: only as far as nothing has to be read or written for that.
  Result<std::vector<const Action*>> NextGroup(bool quick) {
    std::vector<const Action*> group;
    const size_t most = options_.pause_us > 0 || !options_.another ? 1 : kTogether;
    for (; at_ < due_.size(); ++at_) {
      const Action& action = due_[at_];
      const bool mail = action.kind == ActionKind::kMail;
      if (mail && report_.no_server) continue;
      const auto same = [&](const Action* one) { return one->object == action.object && one->id == action.id; };
      if (group.size() == most || (mail && !group.empty()) || std::ranges::any_of(group, same)) break;
      if (options_.limit >= 0 && calls_ >= options_.limit) {
        report_.limited = true;
        break;
      }
      SAITEN_ASSIGN_OR_RETURN(const int64_t version, deliveries_.Version());
      if (version != version_) {
        if (quick || !group.empty()) break;
        version_ = version;
        states_.clear();
        if (options_.recheck != nullptr) options_.recheck->Forget();
      }
      SAITEN_ASSIGN_OR_RETURN(const Verdict verdict, VerdictOn(action));
      if (verdict.hold) {
        held_.insert(action.seq);
        continue;
      }
      if (!verdict.drop.empty()) {
        if (quick || !group.empty()) break;
        SAITEN_RETURN_IF_ERROR(deliveries_.Drop(action, verdict.drop, options_.now()));
        ++report_.dropped;
        if (options_.at) options_.at(action, DroppedFor(verdict.drop));
        continue;
      }
      group.push_back(&action);
      ++calls_;
      if (mail) {
        ++at_;
        break;
      }
    }
    return group;
  }

  struct Verdict {
    bool hold = false;
    std::string drop;  // why; empty: it is not dropped
  };

  Result<Verdict> VerdictOn(const Action& action) {
    const auto known = states_.find(action.workflow);
    flow::FlowState state = flow::FlowState::kOn;
    if (known != states_.end()) {
      state = known->second;
    } else {
      SAITEN_ASSIGN_OR_RETURN(state, deliveries_.StateOf(action.workflow));
      states_.emplace(action.workflow, state);
    }
    if (state == flow::FlowState::kOff) return Verdict{.drop = std::string(kFlowOff)};
    if (!flow::GoesOn(state)) return Verdict{.hold = true};
    if (action.kind != ActionKind::kMail) return Verdict();
    const auto payload = ParseJson(action.payload);
    if (!payload.is_object()) return Verdict();  // fails by itself
    // What somebody is owed is sent whatever became of the run.
    const std::string message_class = TextOf(payload, "class");
    if (message_class == "marketing" || message_class == "one_to_one") {
      SAITEN_ASSIGN_OR_RETURN(const bool broken, deliveries_.IsRunBroken(action));
      if (broken) return Verdict{.drop = std::string(kRunEnded)};
    }
    if (options_.recheck == nullptr) return Verdict();
    Addressee to{.object = TextOf(payload, "object"), .id = TextOf(payload, "id"), .workflow = action.workflow};
    to.message = TextOf(payload, "template");
    to.message_class = message_class;
    // Without these two it goes to the record of its workflow.
    if (to.object.empty()) to.object = action.object;
    if (to.id.empty()) to.id = action.id;
    SAITEN_ASSIGN_OR_RETURN(std::string why, options_.recheck->WhyNot(to));
    return Verdict{.drop = std::move(why)};
  }

  Outcome CallOne(Wire& wire, const Action& action) {
    const auto payload = ParseJson(action.payload);
    if (!payload.is_object()) return Unreadable();
    if (action.kind == ActionKind::kMail) return SendMail(wire, settings_, action, payload, options_.now());
    return Call(wire, allow_, settings_, action, payload, options_.now());
  }

  std::vector<Deliveries::Done> CallAll(const std::vector<const Action*>& group) {
    std::vector<Deliveries::Done> done(group.size());
    while (others_.size() + 1 < group.size()) others_.push_back(options_.another());
    std::vector<std::thread> threads;
    for (size_t i = 1; i < group.size(); ++i) {
      threads.emplace_back([&, i] { done[i] = {group[i], CallOne(*others_[i - 1], *group[i])}; });
    }
    done[0] = {group[0], CallOne(wire_, *group[0])};
    for (std::thread& thread : threads) thread.join();
    return done;
  }

  Result<SendReport> Finished() {
    SAITEN_ASSIGN_OR_RETURN(const Counts counts, deliveries_.Count());
    for (const auto& [which, count] : counts) {
      const auto& [kind, state] = which;
      if (state == ActionState::kInDoubt) report_.in_doubt += count;
      const bool handed = kind == ActionKind::kTask || kind == ActionKind::kNotification;
      if (state == ActionState::kNew && !handed && !report_.limited) report_.again += count;
    }
    report_.held = static_cast<int64_t>(held_.size());
    report_.again = std::max<int64_t>(report_.again - report_.held, 0);
    return report_;
  }

  Deliveries& deliveries_;
  Wire& wire_;
  const Settings& settings_;
  const SendOptions& options_;
  AllowList allow_;
  SendReport report_;
  int64_t calls_ = 0;
  bool told_held_ = false;
  int64_t next_ = 0;  // the earliest instant of the next call
  std::vector<Action> due_;
  size_t at_ = 0;  // in due_: the next one
  std::vector<std::unique_ptr<Wire>> others_;
  // As of version_ of the database:
  int64_t version_ = -1;
  std::map<std::string, flow::FlowState> states_;  // by workflow
  std::set<int64_t> held_;
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
  report.dropped += dropped;
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
