#include "driver/flow_story.h"

#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "driver/loaded.h"
#include "tests/driver/flow_fixture.h"
#include "tests/support/golden.h"

namespace saiten::driver {
namespace {

std::string Told(const FlowFixture& fixture, const std::string& id, const std::string& workflow, Language language,
                 std::optional<int64_t> at = std::nullopt) {
  const auto stories = TellStories(
      fixture.compiled(),
      {.db = fixture.db(), .object = "contact", .id = id, .workflow = workflow, .at = at, .language = language});
  EXPECT_TRUE(stories.ok());
  return RenderStories(*stories, *ZoneOf(fixture.compiled()), false, language);
}

// Why was it enrolled, why not, why was nothing sent: every contact of A6 and A4, read.
// req S0-14 S1-105 S1-153 S1-154 S3-36
TEST(FlowStory, Goldens) {
  const FlowFixture nurture("tests/acceptance/automation/nurture", {});
  const FlowFixture ebook("tests/acceptance/automation/warm_ebook", {});
  std::string all;
  for (const Language language : {Language::kEnglish, Language::kJapanese}) {
    for (const char* id : {"N1", "N4", "N5", "N7", "N8"})
      all += fmt::format("== {}\n{}", id, Told(nurture, id, "", language));
    for (const char* id : {"A", "B", "D", "E", "F"}) {
      all += fmt::format("== {}\n{}", id, Told(ebook, id, "warm_follow_up", language));
    }
  }
  test::ExpectGolden("tests/driver/golden/stories.txt", all);
}

// What the values were then, whatever they are now.
// req S1-154
TEST(FlowStory, RefusalsKeepTheValuesOfThen) {
  const FlowFixture ebook("tests/acceptance/automation/warm_ebook", {});
  const auto stories = TellStories(ebook.compiled(), {.db = ebook.db(), .object = "contact", .id = "B"});
  ASSERT_TRUE(stories.ok() && stories->stories.size() == 1);
  const StoryLine& refused = stories->stories[0].lines.back();
  EXPECT_EQ(refused.kind, "refused");
  EXPECT_EQ(refused.detail, "not matching");
  EXPECT_NE(refused.saw.find("source = \"Web\""), std::string::npos) << refused.saw;
  // In the order of R2: nothing behind the failed check was asked.
  bool failed = false;
  for (const StoryCheck& check : refused.checks) {
    EXPECT_EQ(check.state == StoryCheck::State::kNotAsked, failed) << check.reason;
    if (check.state == StoryCheck::State::kFailed) {
      EXPECT_EQ(check.reason, "not matching");
      EXPECT_FALSE(std::exchange(failed, true));
      failed = true;
    }
  }
  EXPECT_TRUE(failed);
}

TEST(FlowStory, OfAnEarlierMoment) {
  const FlowFixture nurture("tests/acceptance/automation/nurture", {});
  // 2026-06-03 00:00 in Tokyo: two mails so far.
  const std::string told = Told(nurture, "N1", "nurture", Language::kEnglish, 1780412400000000);
  EXPECT_NE(told.find("inside: run 1"), std::string::npos) << told;
  EXPECT_NE(told.find("mail related_content"), std::string::npos);
  EXPECT_EQ(told.find("product_benefits"), std::string::npos) << told;
  EXPECT_EQ(told.find("ended"), std::string::npos) << told;
}

TEST(FlowStory, OfWorkflowsOfAnotherObject) {
  const FlowFixture nurture("tests/acceptance/automation/nurture", {});
  EXPECT_FALSE(
      TellStories(nurture.compiled(), {.db = nurture.db(), .object = "user", .id = "1", .workflow = "nurture"}).ok());
  EXPECT_FALSE(TellStories(nurture.compiled(), {.db = nurture.db(), .object = "nobody", .id = "1"}).ok());
  // Where no trigger ever fired, the triggers are named.
  const std::string told = Told(nurture, "N99", "nurture", Language::kEnglish);
  EXPECT_NE(told.find("no trigger has fired"), std::string::npos) << told;
  EXPECT_NE(told.find("form_submit"), std::string::npos) << told;
}

}  // namespace
}  // namespace saiten::driver
