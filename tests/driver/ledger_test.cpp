#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <random>

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "driver/compile.h"
#include "driver/memory_world.h"
#include "flow/durable/actions.h"
#include "flow/durable/ledger.h"
#include "store/own/automation_tables.h"
#include "store/sqlite/sqlite.h"
#include "tests/support/files.h"

// What automation remembers, written into a database and read again (sem O1).
namespace saiten::driver {
namespace {

using flow::Instance;
using flow::Ledger;
using flow::LogRow;
using flow::RowKind;
using flow::State;
using flow::Value;
using flow::Waiting;

constexpr const char* kLedgerRules = R"(
timezone "Etc/UTC"
enum Form { trial  prices }
object user from "users" { id: int key  name: text? }
object contact from "contacts" {
  id: int key
  email: text? as address
  owner: user?
  out: bool? as opt_out
}
event form of contact from "forms" { kind: Form?  page: text?  by: user? }
cap one_to_one 2 per 7 days defer
template hello for contact class one_to_one {
  from "team@example.com"
  subject "Hello"
  body "Hello {unsubscribe_link}"
}
workflow nurture for contact {
  on form
  re-enter
  only if event.page is known or event.kind == trial
  send hello
  step pause: wait 3 days
  step again: send hello
}
workflow second for contact {
  on form
  key event.page
  re-enter
  step pause: wait 5 days
  send hello
}
)";

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

// Rules, and records 1, 2, ... of contacts and of users.
class Rules {
 public:
  explicit Rules(const std::string& rules, size_t records = 40) {
    SourceSet sources;
    sources.Add("case.rules", rules);
    compiled_ = CompileSources({}, std::move(sources));
    std::string text;
    for (const auto& d : compiled_->sink.all()) text += diag::Message(d, diag::Language::kEnglish) + "\n";
    EXPECT_TRUE(compiled_->ok()) << text;
    SAITEN_CHECK(compiled_->ok());
    world_ = std::make_unique<MemoryWorld>(compiled_->lowered->program, nullptr);
    for (const char* name : {"user", "contact"}) {
      for (size_t i = 0; i < records; ++i) world_->data().AddRecord(*catalog().FindObject(name));
    }
    world_->Changed();
    values_ = std::make_unique<flow::KeptValues>(catalog(), world_->context().data());
  }
  const Catalog& catalog() const { return compiled_->checked.catalog; }
  const ir::Automation& automation() const { return compiled_->lowered->automation; }
  ObjectId contact() const { return *catalog().FindObject("contact"); }
  flow::KeptValues& values() { return *values_; }
  uint32_t flow(std::string_view name) const {
    const auto found = std::ranges::find(automation().flows, name, &ir::Flow::name);
    SAITEN_CHECK(found != automation().flows.end());
    return static_cast<uint32_t>(found - automation().flows.begin());
  }

 private:
  std::unique_ptr<Compiled> compiled_;
  std::unique_ptr<MemoryWorld> world_;
  std::unique_ptr<flow::KeptValues> values_;
};

class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest() : path_(dir_ / "crm.db") {
    Sql("CREATE TABLE contacts(id INTEGER PRIMARY KEY, email TEXT, owner_id INTEGER)");
  }
  void Remove() {
    std::filesystem::remove(path_);
    std::filesystem::remove(path_ + "-journal");
    std::filesystem::remove_all(path_ + ".saiten");
  }
  void Sql(const std::string& sql) {
    auto connection = store::Connection::Open(path_, store::OpenMode::kCreate);
    ASSERT_TRUE(connection.ok());
    ASSERT_TRUE(connection->Run(sql).ok());
  }
  std::string Ask(const std::string& sql) {
    auto connection = store::Connection::Open(path_, store::OpenMode::kRead);
    auto statement = connection->Prepare(sql);
    EXPECT_TRUE(statement.ok()) << statement.error().message;
    std::string answer;
    while (*statement->Step()) answer += std::string(statement->Text(0)) + ";";
    return answer;
  }
  std::unique_ptr<Ledger> Open(Rules& rules, bool writable = true) {
    auto ledger = Ledger::Open(path_, rules.automation(), rules.values(), writable);
    EXPECT_TRUE(ledger.ok()) << ledger.error().message;
    return std::move(*ledger);
  }
  static Status Write(Ledger& ledger, State& state, const std::vector<LogRow>& log) {
    SAITEN_RETURN_IF_ERROR(ledger.Begin());
    SAITEN_RETURN_IF_ERROR(ledger.WriteLog(log));
    SAITEN_RETURN_IF_ERROR(ledger.WriteState(flow::TakeChanges(state)));
    return ledger.Commit();
  }
  State Read(Rules& rules, std::vector<LogRow>* gone = nullptr) {
    auto ledger = Open(rules);
    auto until = ledger->Until();
    EXPECT_TRUE(until.ok() && until->has_value());
    State state;
    state.now = until->value_or(0);
    std::vector<LogRow> rows;
    const Status read = ledger->ReadState(state, rows);
    EXPECT_TRUE(read.ok()) << read.error().message;
    if (gone) *gone = rows;
    return state;
  }

  test::TempDir dir_;
  const std::string path_;
};

std::string KeyText(uint64_t number) { return fmt::format("{:032x}", number * 0x9e3779b97f4a7c15ULL); }

LogRow Mail(const Rules& rules, uint32_t row, uint64_t number) {
  LogRow mail{.instant = static_cast<int64_t>(number), .object = rules.contact(), .row = row, .flow = 0, .step = 0};
  mail.number = 1;
  mail.kind = RowKind::kAction;
  mail.action = flow::ActionKind::kMail;
  mail.key = KeyText(number);
  mail.fields = {{"template", "hello"}, {"to", fmt::format("c{}@example.com", row)}, {"subject", "Hello"}};
  return mail;
}

// Every record is in each flow up to three times; some are there still.
State RandomState(const Rules& rules, std::mt19937& random, size_t records) {
  const auto number = [&](int64_t from, int64_t to) {
    return std::uniform_int_distribution<int64_t>(from, to)(random);
  };
  State state;
  state.now = 1'000'000;
  state.flows.resize(rules.automation().flows.size());
  state.flows[rules.flow("second")] = {flow::FlowState::kPaused, 5000};
  for (uint32_t f = 0; f < rules.automation().flows.size(); ++f) {
    const ir::Flow& flow = rules.automation().flows[f];
    for (uint32_t row = 0; row < records; ++row) {
      const auto times = static_cast<uint32_t>(number(0, 3));
      const std::string key = f == rules.flow("second") ? fmt::format("キー\"{}", row % 3) : "";
      for (uint32_t n = 1; n <= times; ++n) {
        Instance instance{.flow = f, .object = flow.object, .row = row, .key = key, .number = n};
        instance.enrolled = number(1, 999'999);
        instance.status = n < times || number(0, 1) == 0 ? flow::InstanceStatus::kGoal : flow::InstanceStatus::kActive;
        instance.step = static_cast<uint32_t>(number(0, static_cast<int64_t>(flow.steps.size()) - 1));
        instance.messages_sent = static_cast<uint32_t>(number(0, 9));
        instance.variant = number(0, 1) == 0 ? "" : "split=A";
        flow::KeyHistory& history = state.keys[{f, row, key}];
        history.created = n;
        if (instance.status == flow::InstanceStatus::kActive) {
          instance.waiting = static_cast<Waiting>(number(0, 4));
          if (number(0, 1) == 0) instance.due = number(1, 9'999'999);
          instance.arrived = number(0, 1) == 0 ? instance.enrolled : number(1, 999'999);
          instance.planned = number(0, 1) == 0 ? instance.arrived : number(1, 999'999);
          instance.first_planned = number(0, 1) * 77;
          instance.skip_next = number(0, 1) == 0;
          instance.assignee = number(-1, static_cast<int64_t>(records) - 1);
          const bool sends =
              instance.step != ir::kNowhere &&
              std::holds_alternative<ir::SendStep>(rules.automation().flows[instance.flow].steps[instance.step].body);
          if (number(0, 1) == 0 && sends) instance.NoteMessage(instance.step, number(0, 1) == 0);
          history.active = static_cast<int64_t>(state.instances.size());
          state.active[{flow.object.value, row}].push_back(state.instances.size());
        } else {
          instance.ended = number(1, 1'000'000);
          history.last_end =
              history.last_end == flow::kNever ? instance.ended : std::max(history.last_end, instance.ended);
        }
        instance.inputs.resize(flow.inputs.size());
        for (size_t i = 2; i < flow.inputs.size(); ++i) {
          if (number(0, 2) == 0) continue;
          const Type type = flow.inputs[i].type;
          instance.inputs[i] = type.is(TypeKind::kText)  ? Value::Of(std::string("/a \"b\"/日本"))
                               : type.is(TypeKind::kRef) ? Value::Of(number(0, static_cast<int64_t>(records) - 1))
                                                         : Value::Of(number(0, 1));
        }
        instance.id = state.next_id++;
        state.instances.push_back(std::move(instance));
        state.Touch(state.instances.size() - 1);
      }
    }
  }
  for (uint32_t row = 0; row < records; row += 2) {
    const flow::SentMessage sent{number(1, 1'000'000), ir::MessageClass::kOneToOne};
    state.sent[{rules.contact().value, row}].push_back(sent);
    state.messages_out.push_back({{rules.contact().value, row}, sent});
  }
  state.turns = {{"sales", 4}, {"営業", 1}};
  state.open_tasks = {{0, 3}, {2, 0}};
  return state;
}

// All of it in one order, as text.
std::vector<std::string> Spelled(const State& state, const Rules& rules) {
  std::vector<std::string> all;
  for (const Instance& one : state.instances) {
    if (one.status != flow::InstanceStatus::kActive) continue;
    std::string text = fmt::format(
        "{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", rules.automation().flows[one.flow].name, one.row, one.key,
        one.number, NameOf(one.status), one.enrolled, one.ended, one.step, static_cast<int>(one.waiting), one.due,
        one.arrived, one.planned, one.first_planned, one.skip_next, one.variant, one.messages_sent);
    text += fmt::format(" assignee {}", one.assignee);
    for (const Value& input : one.inputs) text += fmt::format(" ({} {} {})", input.known, input.number, input.text);
    for (const auto& [step, sent] : one.messages) text += fmt::format(" [{} {}]", step, sent);
    all.push_back(std::move(text));
  }
  for (const auto& [key, history] : state.keys) {
    all.push_back(fmt::format("key {} {} {}: {} {} {}", key.flow, key.row, key.key, history.created, history.last_end,
                              history.active >= 0));
  }
  state.sent.ForEach([&](flow::RecordId who, const std::vector<flow::SentMessage>& messages) {
    for (const auto& one : messages) {
      all.push_back(
          fmt::format("sent {} {} {} {}", who.object, who.row, one.instant, static_cast<int>(one.message_class)));
    }
  });
  for (const auto& [team, turns] : state.turns) all.push_back(fmt::format("turn {} {}", team, turns));
  for (const auto& [user, tasks] : state.open_tasks) all.push_back(fmt::format("tasks {} {}", user, tasks));
  for (const auto& standing : state.flows) all.push_back(fmt::format("{} {}", NameOf(standing.state), standing.since));
  std::ranges::sort(all);
  return all;
}

TEST_F(LedgerTest, WhatIsWrittenIsReadAgain) {
  Rules rules(kLedgerRules);
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    Remove();
    Sql("CREATE TABLE contacts(id INTEGER PRIMARY KEY, email TEXT, owner_id INTEGER)");
    std::mt19937 random(seed);
    State state = RandomState(rules, random, 40);
    auto ledger = Open(rules);
    ASSERT_TRUE(Write(*ledger, state, {}).ok());
    EXPECT_TRUE(state.touched.empty());
    ASSERT_EQ(Spelled(Read(rules), rules), Spelled(state, rules)) << "seed " << seed;
    // Some go on, and are written again.
    for (size_t i = 0; i < state.instances.size(); i += 3) {
      if (state.instances[i].status != flow::InstanceStatus::kActive) continue;
      state.instances[i].due = 123;
      state.instances[i].messages_sent += 1;
      state.Touch(i);
    }
    state.now += 5;
    ASSERT_TRUE(Write(*ledger, state, {}).ok());
    ASSERT_EQ(Spelled(Read(rules), rules), Spelled(state, rules)) << "seed " << seed;
  }
}

// req S0-12
TEST_F(LedgerTest, AnActionIsThereOnce) {
  Rules rules(kLedgerRules);
  State state;
  state.flows.resize(rules.automation().flows.size());
  state.now = 10;
  auto ledger = Open(rules);
  ASSERT_TRUE(Write(*ledger, state, {Mail(rules, 1, 7)}).ok());
  EXPECT_EQ(Ask("SELECT key || ' ' || id || ' ' || kind || ' ' || state FROM saiten_actions"),
            KeyText(7) + " 2 mail new;");
  const Status again = Write(*ledger, state, {Mail(rules, 1, 7)});
  ASSERT_FALSE(again.ok());
  EXPECT_NE(again.error().message.find("UNIQUE"), std::string::npos) << again.error().message;
  ledger.reset();
  EXPECT_EQ(Ask("SELECT count(*) FROM saiten_action"), "1;");
}

// Whether its key is among the new ones or merged into the index of all.
TEST_F(LedgerTest, AnActionIsThereOnceBehindAMergeOfKeysToo) {
  Rules rules(kLedgerRules);
  State state;
  state.flows.resize(rules.automation().flows.size());
  auto ledger = Open(rules);
  ASSERT_TRUE(Write(*ledger, state, {Mail(rules, 1, 7)}).ok());
  ASSERT_TRUE(store::SettleActionKeys(ledger->connection()).ok());
  ASSERT_TRUE(Write(*ledger, state, {Mail(rules, 2, 8)}).ok());
  EXPECT_EQ(Ask("SELECT seq FROM saiten_action_key"), "1;");
  EXPECT_EQ(Ask("SELECT seq FROM saiten_action_key_new"), "2;");
  const Status again = Write(*ledger, state, {Mail(rules, 1, 7)});
  ASSERT_FALSE(again.ok());
  EXPECT_NE(again.error().message.find("is in the log already"), std::string::npos) << again.error().message;
  ledger.reset();
  EXPECT_EQ(Ask("SELECT count(*) FROM saiten_action"), "2;");
}

// As they were before the index had two parts.
TEST_F(LedgerTest, KeysOfAnOlderDatabaseAreTakenOver) {
  Rules rules(kLedgerRules);
  State state;
  state.flows.resize(rules.automation().flows.size());
  ASSERT_TRUE(Write(*Open(rules), state, {Mail(rules, 1, 7), Mail(rules, 2, 8)}).ok());
  Sql("DROP TRIGGER saiten_action_once; DROP TABLE saiten_action_key; DROP TABLE saiten_action_key_new");
  auto ledger = Open(rules);
  ASSERT_FALSE(Write(*ledger, state, {Mail(rules, 1, 7)}).ok());
  ledger = Open(rules);
  ASSERT_TRUE(Write(*ledger, state, {Mail(rules, 1, 9)}).ok());
  EXPECT_EQ(Ask("SELECT count(*) FROM saiten_action_key"), "2;");
}

TEST_F(LedgerTest, StateOfAnAction) {
  Rules rules(kLedgerRules);
  State state;
  state.flows.resize(rules.automation().flows.size());
  auto ledger = Open(rules);
  ASSERT_TRUE(Write(*ledger, state, {Mail(rules, 1, 7), Mail(rules, 2, 8)}).ok());
  ASSERT_TRUE(flow::SetActionState(ledger->connection(), 2, flow::ActionState::kInDoubt).ok());
  EXPECT_EQ(Ask("SELECT state FROM saiten_actions ORDER BY seq"), "new;in doubt;");
}

TEST_F(LedgerTest, TablesOfOthersUnderOurNamesAreRefused) {
  Rules rules(kLedgerRules);
  for (const char* name : {"saiten_action", "saiten_decisions", "saiten_control", "saiten_value"}) {
    Remove();
    Sql(fmt::format("CREATE TABLE {}(x)", name));
    const auto ledger = Ledger::Open(path_, rules.automation(), rules.values(), true);
    ASSERT_FALSE(ledger.ok()) << name;
    EXPECT_EQ(ledger.error().kind, ErrorKind::kRefused);
    EXPECT_NE(ledger.error().message.find(name), std::string::npos) << ledger.error().message;
  }
}

TEST_F(LedgerTest, NothingIsWrittenWhereNothingMayBe) {
  Rules rules(kLedgerRules);
  auto ledger = Open(rules, false);
  EXPECT_FALSE(ledger->Begin().ok());
  EXPECT_EQ(Ask("SELECT count(*) FROM sqlite_master WHERE name LIKE 'saiten%'"), "0;");
}

// One who is in `nurture` at its pause, with what the form said.
class LedgerVersions : public LedgerTest {
 protected:
  void WriteOne() {
    Rules rules(kLedgerRules);
    State state;
    state.now = 1000;
    state.flows.resize(rules.automation().flows.size());
    const uint32_t f = rules.flow("nurture");
    const ir::Flow& flow = rules.automation().flows[f];
    Instance instance{.flow = f, .object = flow.object, .row = 4};
    instance.enrolled = 500;
    instance.step = static_cast<uint32_t>(std::ranges::find(flow.steps, "pause", &ir::Step::name) - flow.steps.begin());
    instance.waiting = Waiting::kTime;
    instance.due = 2000;
    instance.inputs.resize(flow.inputs.size());
    for (size_t i = 2; i < flow.inputs.size(); ++i) {
      instance.inputs[i] =
          flow.inputs[i].type.is(TypeKind::kText) ? Value::Of(std::string("/x")) : Value::Of(int64_t{1});
    }
    state.keys[{f, 4, ""}] = {1, flow::kNever, 0};
    state.active[{flow.object.value, 4}] = {0};
    instance.id = state.next_id++;
    state.instances.push_back(std::move(instance));
    state.Touch(0);
    ASSERT_TRUE(Write(*Open(rules), state, {}).ok());
  }
  // The only active instance under other rules; nothing where there is none.
  std::optional<Instance> Under(const std::string& text, size_t records = 40) {
    Rules rules(text, records);
    State state = Read(rules);
    std::optional<Instance> found;
    for (const Instance& one : state.instances) {
      if (one.status == flow::InstanceStatus::kActive) found = one;
    }
    if (found) step_ = rules.automation().flows[found->flow].steps[found->step].name;
    // What has ended is written with the next tick.
    if (!found) {
      auto ledger = Open(rules);
      EXPECT_TRUE(ledger->Until().ok());
      State again;
      again.now = 1500;
      std::vector<LogRow> gone;
      EXPECT_TRUE(ledger->ReadState(again, gone).ok());
      EXPECT_TRUE(Write(*ledger, again, gone).ok());
    }
    return found;
  }
  std::string step_;
};

TEST_F(LedgerVersions, NumbersOfStepsAndMembersMayChange) {
  WriteOne();
  const auto found = Under(Replaced(Replaced(kLedgerRules, "{ trial  prices }", "{ more  prices  trial }"),
                                    "  send hello\n  step pause", "  send hello\n  send hello\n  step pause"));
  ASSERT_TRUE(found);
  EXPECT_EQ(step_, "pause");
  EXPECT_EQ(found->due, 2000);
  bool prices = false;
  for (const Value& input : found->inputs) prices |= input.known && input.text.empty() && input.number == 1;
  EXPECT_TRUE(prices);
}

TEST_F(LedgerVersions, MemberThatIsGoneIsUnknown) {
  WriteOne();
  const auto found = Under(Replaced(kLedgerRules, "{ trial  prices }", "{ trial  other }"));
  ASSERT_TRUE(found);
  EXPECT_TRUE(std::ranges::any_of(found->inputs, [](const Value& input) { return input.text == "/x"; }));
  EXPECT_FALSE(
      std::ranges::any_of(found->inputs, [](const Value& input) { return input.known && input.text.empty(); }));
}

TEST_F(LedgerVersions, WorkflowThatIsGoneEndsItsRuns) {
  WriteOne();
  EXPECT_FALSE(Under(Replaced(kLedgerRules, "workflow nurture", "workflow nourish")));
  EXPECT_EQ(Ask("SELECT status || ' ' || ended FROM saiten_enrolments"), "removed 1500;");
  EXPECT_EQ(Ask("SELECT workflow || ' ' || kind || ' ' || detail FROM saiten_decisions"), "nurture ended removed;");
}

TEST_F(LedgerVersions, StepThatIsGoneEndsItsRuns) {
  WriteOne();
  EXPECT_FALSE(Under(Replaced(kLedgerRules, "step pause: wait 3 days", "step rest: wait 3 days")));
  EXPECT_EQ(Ask("SELECT status || ' ' || ended FROM saiten_enrolments"), "removed 1500;");
}

TEST_F(LedgerVersions, RecordThatIsGoneEndsItsRuns) {
  WriteOne();
  EXPECT_FALSE(Under(kLedgerRules, 3));
  EXPECT_EQ(Ask("SELECT id || ' ' || status FROM saiten_enrolments"), "5 removed;");
}

TEST_F(LedgerVersions, InFlightEndEndsThemWithANewVersion) {
  WriteOne();
  EXPECT_FALSE(Under(Replaced(kLedgerRules, "  re-enter\n  only if", "  re-enter\n  in-flight end\n  only if")));
  EXPECT_EQ(Ask("SELECT status FROM saiten_enrolments"), "left;");
}

// A process that is killed leaves what it committed last, and nothing of what it was at.
TEST_F(LedgerTest, KilledInTheMiddleOfWriting) {
  Rules rules(kLedgerRules);
  for (int round = 0; round < 5; ++round) {
    Remove();
    Sql("CREATE TABLE contacts(id INTEGER PRIMARY KEY, email TEXT, owner_id INTEGER)");
    // By which the child says that it has committed once.
    int written[2];
    ASSERT_EQ(pipe(written), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      State state;
      state.flows.resize(rules.automation().flows.size());
      auto ledger = Ledger::Open(path_, rules.automation(), rules.values(), true);
      for (int64_t tick = 1;; ++tick) {
        if (tick == 2 && write(written[1], "", 1) != 1) _exit(1);
        std::vector<LogRow> log;
        for (uint64_t i = 0; i < 500; ++i) log.push_back(Mail(rules, 1, static_cast<uint64_t>(tick) * 1000 + i));
        state.now = tick;
        if (!Write(**ledger, state, log).ok()) _exit(1);
      }
    }
    close(written[1]);
    char committed = 1;
    EXPECT_EQ(read(written[0], &committed, 1), 1);
    close(written[0]);
    usleep(17'000 * round);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    // The journal of the dead is rolled back by who comes next.
    Read(rules);
    EXPECT_EQ(Ask("SELECT count(*) - 500 * (SELECT until FROM saiten_automation) FROM saiten_action"), "0;");
  }
}

// What one core writes in a second; SAITEN_LEDGER_ROWS=1000000 for the figure of docs/performance.md.
TEST_F(LedgerTest, Speed) {
  const char* asked = std::getenv("SAITEN_LEDGER_ROWS");
  const size_t rows = asked ? std::strtoul(asked, nullptr, 10) : 20'000;
  Rules rules(kLedgerRules, 1000);
  State state;
  state.flows.resize(rules.automation().flows.size());
  const ir::Flow& flow = rules.automation().flows[0];
  for (size_t i = 0; i < rows; ++i) {
    Instance instance{.flow = 0, .object = flow.object, .row = static_cast<uint32_t>(i % 1000)};
    instance.number = static_cast<uint32_t>(i / 1000 + 1);
    instance.step = 1;
    instance.waiting = Waiting::kTime;
    instance.due = 5000;
    instance.inputs.resize(flow.inputs.size());
    instance.id = state.next_id++;
    state.instances.push_back(std::move(instance));
    state.Touch(i);
  }
  auto ledger = Open(rules);
  ASSERT_TRUE(Write(*ledger, state, {}).ok());
  std::vector<LogRow> log;
  constexpr size_t kAtOnce = 25'000;
  double seconds = 0;
  for (size_t done = 0; done < rows; done += kAtOnce) {
    log.clear();
    for (size_t i = done; i < std::min(rows, done + kAtOnce); ++i) {
      log.push_back(Mail(rules, static_cast<uint32_t>(i % 1000), i + 1));
      LogRow decision = log.back();
      decision.kind = RowKind::kBranch;
      decision.detail = "then";
      decision.fields = {};
      log.push_back(std::move(decision));
      state.instances[i].due += 1;
      state.Touch(i);
    }
    state.now += 1;
    const auto start = std::chrono::steady_clock::now();
    ASSERT_TRUE(Write(*ledger, state, log).ok());
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  std::cout << fmt::format("{} actions, as many decisions and instances: {:.2f} s, {:.0f} rows a second\n", rows,
                           seconds, 3 * static_cast<double>(rows) / seconds);
  EXPECT_EQ(Ask("SELECT count(*) FROM saiten_decision"), fmt::format("{};", rows));
}

}  // namespace
}  // namespace saiten::driver
