#include <algorithm>

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "compiler/opt/opt.h"
#include "driver/compile.h"
#include "driver/loaded.h"
#include "driver/memory_world.h"
#include "flow/engine.h"
#include "runtime/time_parse.h"
#include "runtime/zone.h"

// A flow as a whole that a person pauses, drains, freezes, cancels and resumes (sem O3).
namespace saiten::driver {
namespace {

using flow::Control;
using flow::RowKind;
using Kind = flow::Control::Kind;
using Lines = std::vector<std::string>;

constexpr const char* kRules = R"(
timezone "Etc/UTC"
object contact from "contacts" {
  id: int key
  email: text? as address
  stage: text?
  out: bool? as opt_out
}
event form of contact from "forms" { kind: text? }
event reply of contact from "replies"
template hello for contact class one_to_one {
  from "team@example.com"
  subject "Hello"
  body "Hello {unsubscribe_link}"
}
template bye for contact class one_to_one {
  from "team@example.com"
  subject "Bye"
  body "Bye {unsubscribe_link}"
}
)";

constexpr const char* kNurture = R"(
workflow nurture for contact {
  on form
  re-enter
  send hello
  wait 3 days
  send bye
}
)";

// Records 1, 2, ... with an address, and rules over them.
class ControlRun {
 public:
  ControlRun(const std::string& rules, size_t records) {
    SourceSet sources;
    sources.Add("case.rules", std::string(kRules) + rules);
    compiled_ = CompileSources({}, std::move(sources));
    std::string text;
    for (const auto& d : compiled_->sink.all()) {
      if (!compiled_->ok()) text += diag::Message(d, diag::Language::kEnglish) + "\n";
    }
    SAITEN_CHECK(text.empty());
    opt::AddNextChange(compiled_->lowered->program);
    opt::Optimise(compiled_->lowered->program);
    world_ = std::make_unique<MemoryWorld>(compiled_->lowered->program, nullptr);
    contact_ = *catalog().FindObject("contact");
    for (size_t i = 0; i < records; ++i) {
      const size_t row = world_->data().AddRecord(contact_);
      world_->data().Set(contact_, row, 0, flow::Value::Of(static_cast<int64_t>(i + 1)));
      world_->data().Set(contact_, row, 1, flow::Value::Of(fmt::format("c{}@example.com", i + 1)));
    }
    world_->Changed();
    engine_ = std::make_unique<flow::Engine>(*world_, compiled_->lowered->automation, nullptr, state_, log_);
    engine_->Begin(At("2026-06-01"));
  }

  static int64_t At(const std::string& text) {
    int64_t instant = 0;
    EXPECT_EQ(rt::ParseInstant(text, rt::Zone::Utc(), &instant), rt::ParseStatus::kOk) << text;
    return instant;
  }
  void Happens(const std::string& at, std::string_view event, uint32_t row = 0) {
    engine_->RunUntil(At(at) - 1);
    const EventId id = *catalog().FindEvent(event);
    const int64_t instant = At(at);
    const uint32_t arrival = world_->data().AddEvent(id, row, instant, {});
    world_->Changed();
    engine_->Add({.instant = instant,
                  .order = ++order_,
                  .object = contact_,
                  .row = row,
                  .what = flow::Happened{id, instant, arrival}});
  }
  void Control(const std::string& at, Kind kind) {
    const auto& flows = compiled_->lowered->automation.flows;
    const auto found = std::ranges::find(flows, "nurture", &ir::Flow::name);
    engine_->Add(flow::Control{At(at), static_cast<uint32_t>(found - flows.begin()), kind});
  }
  void Run(const std::string& until) { engine_->RunUntil(At(until)); }

  // `06-01 09:00 enrolled`, `06-01 09:00 mail hello`: everything but waits, of one record or of the flow.
  Lines Log(uint32_t row) const {
    Lines lines;
    for (const flow::LogRow& one : log_) {
      if (one.row != row) continue;
      std::string line = rt::FormatInstant(one.instant, *rt::Zone::Utc()).substr(5, 11) + " ";
      line[5] = ' ';
      line += one.kind == RowKind::kAction ? (*one.fields.begin()).second : NameOf(one.kind);
      if (!one.detail.empty()) line += " (" + one.detail + ")";
      lines.push_back(std::move(line));
    }
    return lines;
  }
  const flow::State& state() const { return state_; }

 private:
  const Catalog& catalog() const { return compiled_->checked.catalog; }

  std::unique_ptr<Compiled> compiled_;
  std::unique_ptr<MemoryWorld> world_;
  ObjectId contact_;
  flow::State state_;
  std::vector<flow::LogRow> log_;
  std::unique_ptr<flow::Engine> engine_;
  uint64_t order_ = 0;
};

// req S1-157
TEST(FlowControl, PausedFlowStandsStillAndDoesWhatIsOverdue) {
  ControlRun run(kNurture, 1);
  run.Happens("2026-06-01 09:00", "form");
  run.Control("2026-06-02 00:00", Kind::kPause);
  run.Control("2026-06-10 12:00", Kind::kResumeKeep);
  run.Run("2026-06-30");
  EXPECT_EQ(run.Log(0),
            (Lines{"06-01 09:00 enrolled", "06-01 09:00 hello", "06-10 12:00 bye", "06-10 12:00 ended (completed)"}));
  EXPECT_EQ(run.Log(flow::kNoRow), (Lines{"06-02 00:00 switched (paused)", "06-10 12:00 switched (on)"}));
}

TEST(FlowControl, WaitThatIsNotOverIsLeftAsItWas) {
  ControlRun run(kNurture, 1);
  run.Happens("2026-06-01 09:00", "form");
  run.Control("2026-06-02 00:00", Kind::kPause);
  run.Control("2026-06-03 00:00", Kind::kResumeKeep);
  run.Run("2026-06-30");
  EXPECT_EQ(run.Log(0).back(), "06-04 09:00 ended (completed)");
}

TEST(FlowControl, ResumeRestartBeginsWaitsAnew) {
  ControlRun run(kNurture, 1);
  run.Happens("2026-06-01 09:00", "form");
  run.Control("2026-06-02 00:00", Kind::kPause);
  run.Control("2026-06-10 12:00", Kind::kResumeRestart);
  run.Run("2026-06-30");
  EXPECT_EQ(run.Log(0).back(), "06-13 12:00 ended (completed)");
}

TEST(FlowControl, ResumeActiveTimeCountsOnlyTheTimeThatItRan) {
  ControlRun run(kNurture, 1);
  run.Happens("2026-06-01 09:00", "form");
  run.Control("2026-06-02 00:00", Kind::kPause);  // 15 hours of 72 are over
  run.Control("2026-06-10 12:00", Kind::kResumeActiveTime);
  run.Run("2026-06-30");
  EXPECT_EQ(run.Log(0).back(), "06-12 21:00 ended (completed)");
}

TEST(FlowControl, StaleMessagesAreDroppedAfterAPause) {
  ControlRun run(R"(
workflow nurture for contact {
  on form
  re-enter
  stale after 2 days
  send hello
  wait 3 days
  send bye
}
)",
                 1);
  run.Happens("2026-06-01 09:00", "form");
  run.Control("2026-06-02 00:00", Kind::kPause);
  run.Control("2026-06-10 12:00", Kind::kResumeKeep);
  run.Run("2026-06-30");
  EXPECT_EQ(run.Log(0), (Lines{"06-01 09:00 enrolled", "06-01 09:00 hello", "06-10 12:00 skipped (stale)",
                               "06-10 12:00 ended (completed)"}));
}

// Who enters a paused flow that begins with a wait has waited for nothing yet (sem D1, O3).
TEST(FlowControl, WaitThatNobodyBeganCountsFromTheResume) {
  for (const Kind kind : {Kind::kResumeKeep, Kind::kResumeRestart, Kind::kResumeActiveTime}) {
    ControlRun run("workflow nurture for contact {\n  on form\n  re-enter\n  wait 3 days\n  send bye\n}\n", 1);
    run.Control("2026-06-01 12:00", Kind::kPause);
    run.Happens("2026-06-02 09:00", "form");
    run.Control("2026-06-10 12:00", kind);
    run.Run("2026-06-30");
    EXPECT_EQ(run.Log(0), (Lines{"06-02 09:00 enrolled", "06-13 12:00 bye", "06-13 12:00 ended (completed)"}));
  }
}

// The time that it stood still does not make a message stale, unless its schedule was kept.
TEST(FlowControl, MessageThatStoodStillIsStaleOnlyWhereTheScheduleIsKept) {
  const auto sent = [](Kind kind) {
    ControlRun run("workflow nurture for contact {\n  on form\n  re-enter\n  stale after 2 days\n  send bye\n}\n", 1);
    run.Control("2026-06-01 12:00", Kind::kPause);
    run.Happens("2026-06-02 09:00", "form");
    run.Control("2026-06-10 12:00", kind);
    run.Run("2026-06-30");
    return run.Log(0)[1];
  };
  EXPECT_EQ(sent(Kind::kResumeKeep), "06-10 12:00 skipped (stale)");
  EXPECT_EQ(sent(Kind::kResumeRestart), "06-10 12:00 bye");
  EXPECT_EQ(sent(Kind::kResumeActiveTime), "06-10 12:00 bye");
}

TEST(FlowControl, PausedFlowTakesPeopleInWhoBeginWithTheResume) {
  ControlRun run(kNurture, 1);
  run.Control("2026-06-01 12:00", Kind::kPause);
  run.Happens("2026-06-02 09:00", "form");
  run.Control("2026-06-05 00:00", Kind::kResumeActiveTime);
  run.Run("2026-06-30");
  EXPECT_EQ(run.Log(0),
            (Lines{"06-02 09:00 enrolled", "06-05 00:00 hello", "06-08 00:00 bye", "06-08 00:00 ended (completed)"}));
}

TEST(FlowControl, DrainLetsThoseInsideGoOnAndNobodyIn) {
  ControlRun run(kNurture, 2);
  run.Happens("2026-06-01 09:00", "form", 0);
  run.Control("2026-06-02 00:00", Kind::kDrain);
  run.Happens("2026-06-02 09:00", "form", 1);
  run.Run("2026-06-30");
  EXPECT_EQ(run.Log(0).back(), "06-04 09:00 ended (completed)");
  EXPECT_EQ(run.Log(1), (Lines{"06-02 09:00 refused (off)"}));
}

TEST(FlowControl, FreezeLetsNobodyInAndNobodyGoesOn) {
  ControlRun run(kNurture, 2);
  run.Happens("2026-06-01 09:00", "form", 0);
  run.Control("2026-06-02 00:00", Kind::kFreeze);
  run.Happens("2026-06-02 09:00", "form", 1);
  run.Run("2026-06-30");
  EXPECT_EQ(run.Log(0), (Lines{"06-01 09:00 enrolled", "06-01 09:00 hello"}));
  EXPECT_EQ(run.Log(1), (Lines{"06-02 09:00 refused (off)"}));
}

TEST(FlowControl, CancelEndsThoseInside) {
  ControlRun run(kNurture, 2);
  run.Happens("2026-06-01 09:00", "form", 0);
  run.Happens("2026-06-01 10:00", "form", 1);
  run.Control("2026-06-02 00:00", Kind::kCancel);
  run.Control("2026-06-03 00:00", Kind::kResumeKeep);
  run.Run("2026-06-30");
  for (uint32_t row : {0U, 1U}) EXPECT_EQ(run.Log(row).back(), "06-02 00:00 ended (off)");
}

TEST(FlowControl, PauseMadeAFreezeIsOneStandstill) {
  ControlRun run(kNurture, 1);
  run.Happens("2026-06-01 09:00", "form");
  run.Control("2026-06-02 00:00", Kind::kPause);
  run.Control("2026-06-05 00:00", Kind::kFreeze);
  run.Control("2026-06-10 12:00", Kind::kResumeActiveTime);
  run.Run("2026-06-30");
  EXPECT_EQ(run.Log(0).back(), "06-12 21:00 ended (completed)");
}

TEST(FlowControl, AnAnswerThatComesWhileItStandsStillIsNotLost) {
  ControlRun run(R"(
workflow nurture for contact {
  on form
  re-enter
  wait for reply up to 2 days { send hello } else { send bye }
}
)",
                 2);
  run.Happens("2026-06-01 09:00", "form", 0);
  run.Happens("2026-06-01 09:30", "form", 1);
  run.Control("2026-06-02 00:00", Kind::kPause);
  run.Happens("2026-06-02 10:00", "reply", 0);
  run.Control("2026-06-10 12:00", Kind::kResumeKeep);
  run.Run("2026-06-30");
  EXPECT_EQ(run.Log(0), (Lines{"06-01 09:00 enrolled", "06-02 10:00 branch (then)", "06-10 12:00 hello",
                               "06-10 12:00 ended (completed)"}));
  EXPECT_EQ(run.Log(1), (Lines{"06-01 09:30 enrolled", "06-10 12:00 branch (else)", "06-10 12:00 bye",
                               "06-10 12:00 ended (completed)"}));
}

TEST(FlowControl, WhoStopsItWhileItStandsStillEnds) {
  ControlRun run(R"(
workflow start for contact {
  on form
  re-enter
  enrol in nurture
}
sequence nurture for contact {
  stop on reply
  send hello
  wait 3 days
  send bye
}
)",
                 1);
  run.Happens("2026-06-01 09:00", "form");
  run.Control("2026-06-02 00:00", Kind::kPause);
  run.Happens("2026-06-02 10:00", "reply");
  run.Control("2026-06-10 12:00", Kind::kResumeKeep);
  run.Run("2026-06-30");
  EXPECT_EQ(run.Log(0), (Lines{"06-01 09:00 enrolled", "06-01 09:00 ended (completed)", "06-01 09:00 enrolled",
                               "06-01 09:00 hello", "06-02 10:00 ended (replied)"}));
}

}  // namespace
}  // namespace saiten::driver
