#include <gtest/gtest.h>

#include "compiler/check/check.h"
#include "compiler/diag/render.h"
#include "compiler/lower/lower.h"
#include "compiler/opt/opt.h"
#include "compiler/parse/parse.h"
#include "stdlib/records.h"
#include "tests/support/golden.h"

// What automation is lowered to: the questions and levels, the steps and where they go on.
namespace saiten::test {
namespace {

constexpr std::string_view kSchema = R"(timezone "UTC"
object contact { id: int key  name: text?  mail: text? as address  stage: int?  stopped: bool as opt_out }
event form of contact { kind: text?  until: time? }
score points for contact { +1 per form }
segment big for contact where points >= 10
template note for contact class internal {
  from "a@b.c"
  subject "s"
  body "b"
}
)";

class Flows {
 public:
  explicit Flows(const std::string& rules) {
    const FileId id = sources_.Add("test.rules", rules);
    diag::Sink sink;
    std::vector<std::unique_ptr<ast::File>> files;
    files.push_back(Parse(sources_[id], id, sink));
    checked_ = check::Check(std::move(files), sources_, stdlib::Records(), check::CheckOptions{}, sink);
    for (const diag::Diagnostic& d : sink.all()) {
      if (diag::InfoOf(d.code).severity == diag::Severity::kError) {
        ADD_FAILURE() << diag::RenderConcise(d, sources_, {});
      }
    }
    if (sink.has_errors()) return;
    lowered_ = lower::Lower(checked_);
    EXPECT_EQ(ir::Verify(lowered_.program), "");
    EXPECT_EQ(ir::Verify(lowered_.program, lowered_.automation), "");
  }

  lower::LowerResult& lowered() { return lowered_; }
  const ir::Flow& flow(size_t i = 0) const { return lowered_.automation.flows.at(i); }
  std::string Text() const { return ir::Print(lowered_.program, lowered_.automation) + ir::Print(lowered_.program); }

 private:
  SourceSet sources_;
  check::CheckedProgram checked_;
  lower::LowerResult lowered_;
};

// `; ` stands for a line end.
std::string Rules(std::string flows) {
  for (size_t at = 0; (at = flows.find("; ", at)) != std::string::npos;) flows.replace(at, 2, "\n  ");
  return std::string(kSchema) + flows;
}

TEST(Flow, WholeLanguage) {
  Flows flows(ReadFile(std::string(SAITEN_SOURCE_DIR) + "/tests/lower/golden/automation.rules"));
  ExpectGolden("tests/lower/golden/automation.ir", flows.Text());
  // The optimiser leaves the questions as they are.
  const std::string before = ir::Print(flows.lowered().program, flows.lowered().automation);
  opt::Optimise(flows.lowered().program);
  EXPECT_EQ(ir::Verify(flows.lowered().program), "");
  EXPECT_EQ(ir::Verify(flows.lowered().program, flows.lowered().automation), "");
  EXPECT_EQ(ir::Print(flows.lowered().program, flows.lowered().automation), before);
}

TEST(Flow, NothingWithoutFlows) {
  Flows flows{std::string(kSchema)};
  EXPECT_TRUE(flows.lowered().automation.empty());
  EXPECT_TRUE(flows.lowered().program.asked.empty());
  EXPECT_TRUE(flows.lowered().levels.empty());
}

TEST(Flow, LevelsAreColumnsOfTheirOwn) {
  Flows flows(Rules("workflow w for contact { on becoming stage > 3; goal stage > 5; once; send note }\n"));
  const auto& columns = flows.lowered().program.results[0];
  ASSERT_EQ(flows.lowered().levels.size(), 2U);
  for (const lower::ResultRef& level : flows.lowered().levels) {
    const ir::ResultColumn& column = columns[level.column];
    EXPECT_EQ(column.kind, ir::ResultColumn::Kind::kInternal);
    EXPECT_FALSE(column.written);
    EXPECT_EQ(column.type, Type::Bool());  // an unknown stage is a known no
  }
  EXPECT_EQ(flows.flow().triggers[0].level, flows.lowered().levels[0].column);
  EXPECT_EQ(flows.flow().goal, flows.lowered().levels[1].column);
}

TEST(Flow, GoalsOfARunAreAsked) {
  Flows flows(Rules("workflow w for contact { on form; goal stage > 5 and event.until < now; once; send note }\n"));
  EXPECT_EQ(flows.flow().goal, ir::kNowhere);
  EXPECT_TRUE(flows.flow().goal_of_run);
  ASSERT_EQ(flows.flow().inputs.size(), 3U);
  EXPECT_EQ(flows.flow().inputs[2].name, "event.until");
  ASSERT_EQ(flows.flow().triggers[0].given.size(), 1U);
  EXPECT_EQ(flows.flow().triggers[0].given[0].input, 2U);
  EXPECT_EQ(flows.flow().triggers[0].given[0].field, 1U);
}

TEST(Flow, AnEmptyBranchGoesOn) {
  Flows flows(Rules("workflow w for contact { manually; if stage > 1 { } else { send note }; wait 1 day; exit }\n"));
  const auto& steps = flows.flow().steps;
  const auto& choice = std::get<ir::ChoiceStep>(steps[0].body);
  EXPECT_EQ(steps[0].next, 2U);
  EXPECT_EQ(choice.branches[0].steps, 2U);
  EXPECT_EQ(choice.otherwise, 1U);
  EXPECT_EQ(steps[1].next, 2U);
  EXPECT_EQ(steps[3].next, ir::kNowhere);
}

TEST(Flow, VersionFollowsTheMeaning) {
  const std::string w = "workflow w for contact { manually; if in segment big { send note }; wait 1 day }\n";
  const auto version = [](const std::string& rules) { return Flows(rules).flow().version; };
  const std::string one = version(Rules(w));
  EXPECT_EQ(one.size(), 32U);
  EXPECT_EQ(one, version(Rules("// a remark\nworkflow w for contact {\n  manually\n  if in segment big { send note }\n"
                               "  wait 1 day // longer\n}\nsegment other for contact where stage > 1\n")));
  EXPECT_NE(one, version(Rules("workflow w for contact { manually; if in segment big { send note }; wait 2 days }\n")));
  // What it uses over others counts, too.
  std::string rules = Rules(w);
  rules.replace(rules.find("+1 per"), 6, "+2 per");
  EXPECT_NE(one, version(rules));
  rules = Rules(w);
  rules.replace(rules.find("body \"b\""), 8, "body \"B\"");
  EXPECT_NE(one, version(rules));
}

TEST(Flow, BreachesAreFound) {
  const std::string w = "workflow w for contact { manually; only if stage > 1; send note }\n";
  {
    Flows flows(Rules(w));
    flows.lowered().automation.flows[0].first = 7;
    EXPECT_EQ(ir::Verify(flows.lowered().program, flows.lowered().automation), "w: no such step");
  }
  {
    Flows flows(Rules(w));
    flows.lowered().automation.flows[0].only_if.type = Type::Int();
    EXPECT_EQ(ir::Verify(flows.lowered().program, flows.lowered().automation), "w: a question of another type");
  }
  {
    Flows flows(Rules(w));
    flows.lowered().program.asked.clear();
    EXPECT_EQ(ir::Verify(flows.lowered().program, flows.lowered().automation), "w: a question without a kernel");
  }
}

}  // namespace
}  // namespace saiten::test
