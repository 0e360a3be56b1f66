#include "store/results/evaluations.h"

#include "store/results/write.h"
#include "tests/store/support.h"

namespace saiten {
namespace {

using store::EvaluationRecord;
using test::Query;
using test::RunSql;

constexpr int64_t kAsOf = 1'780'000'000'000'000;

// Twelve records of which five were won (acc A12), cut at 30 and 50.5.
EvaluationRecord Accuracy() {
  return {.name = "accuracy",
          .object = "lead",
          .score = "interest",
          .as_of = kAsOf,
          .rules = "abc",
          .n = 12,
          .positives = 5,
          .ordered_pairs_doubled = 48,
          .lift_of_best_tenth = 2.4,
          .monotone = false,
          .excluded = 2,
          .recomputed = 12,
          .bounds = {{"hot", 50'500, 6, 3}, {"warm", 30'000, 10, 4}},
          .bands = {{"hot", 50'500, 6, 3}, {"warm", 30'000, 4, 1}, {"cold", std::nullopt, 2, 1}}};
}

class EvaluationsTest : public testing::Test {
 protected:
  EvaluationsTest() { RunSql(db_, "CREATE TABLE leads(id INTEGER PRIMARY KEY);"); }
  Status Write(const std::vector<EvaluationRecord>& records) {
    return store::WriteEvaluations(db_, records, nullptr, 50);
  }
  std::string Rows(const std::string& columns) { return Query(db_, "SELECT " + columns + " FROM saiten_evaluations"); }
  test::TempDir dir_;
  std::string db_ = dir_ / "crm.db";
};

TEST_F(EvaluationsTest, AllBoundsAndBandsAreRows) {
  ASSERT_TRUE(Write({Accuracy()}).ok());
  EXPECT_EQ(Rows("name, object, score, part, band, bound, n, positives"),
            "accuracy|lead|interest|all|-|-|12|5\n"
            "accuracy|lead|interest|bound|hot|50.5|6|3\n"
            "accuracy|lead|interest|bound|warm|30|10|4\n"
            "accuracy|lead|interest|band|hot|50.5|6|3\n"
            "accuracy|lead|interest|band|warm|30|4|1\n"
            "accuracy|lead|interest|band|cold|-|2|1");
  EXPECT_EQ(Rows("round(rate, 4), precision, recall, round(lift, 4), round(auc, 4), lift_best_tenth"),
            "0.4167|-|-|-|0.6857|2.4\n"
            "-|0.5|0.6|1.2|-|-\n"
            "-|0.4|0.8|0.96|-|-\n"
            "0.5|-|-|-|-|-\n"
            "0.25|-|-|-|-|-\n"
            "0.5|-|-|-|-|-");
  EXPECT_EQ(Query(db_,
                  "SELECT monotone, excluded, without_date, recomputed, as_of, rules, run FROM "
                  "saiten_evaluations WHERE part = 'all'"),
            "0|2|0|12|2026-05-28T20:26:40Z|abc|-");
}

TEST_F(EvaluationsTest, NothingToDivideByIsNull) {
  EvaluationRecord none = Accuracy();
  none.n = none.positives = none.ordered_pairs_doubled = 0;
  none.lift_of_best_tenth.reset();
  none.bounds = none.bands = {{"hot", 50'000, 0, 0}};
  ASSERT_TRUE(Write({none}).ok());
  EXPECT_EQ(Rows("rate, precision, recall, lift, auc, lift_best_tenth"), "-|-|-|-|-|-\n-|-|-|-|-|-\n-|-|-|-|-|-");
}

TEST_F(EvaluationsTest, AgainReplacesAndAnotherTimeOrOtherRulesAdd) {
  ASSERT_TRUE(Write({Accuracy()}).ok());
  const std::string once = Rows("*");
  ASSERT_TRUE(Write({Accuracy()}).ok());
  EXPECT_EQ(Rows("*"), once);

  EvaluationRecord fewer = Accuracy();
  fewer.bands.clear();
  ASSERT_TRUE(Write({fewer}).ok());
  EXPECT_EQ(Rows("count(*)"), "3");

  EvaluationRecord later = Accuracy();
  later.as_of += 1'000'000;
  EvaluationRecord other = Accuracy();
  other.rules = "def";
  ASSERT_TRUE(Write({later, other}).ok());
  EXPECT_EQ(Rows("count(*), count(DISTINCT as_of), count(DISTINCT rules)"), "15|2|2");
}

TEST_F(EvaluationsTest, NamesTheRunOfTheSameRulesAndTime) {
  ASSERT_TRUE(Write({Accuracy()}).ok());
  const std::vector<store::ObjectResults> none;
  ASSERT_TRUE(store::WriteResults(db_, {.as_of = kAsOf, .rules = "other"}, none, {}, store::DataErrors(), {}).ok());
  EXPECT_EQ(Rows("DISTINCT run"), "-");
  ASSERT_TRUE(store::WriteResults(db_, {.as_of = kAsOf, .rules = "abc"}, none, {}, store::DataErrors(), {}).ok());
  EXPECT_EQ(Rows("DISTINCT run"), "2");
}

TEST_F(EvaluationsTest, AFailureLeavesTheOldOnes) {
  ASSERT_TRUE(Write({Accuracy()}).ok());
  const std::string before = Rows("*");
  RunSql(db_,
         "CREATE TRIGGER stop BEFORE INSERT ON saiten_evaluation_part WHEN NEW.band = 'warm' BEGIN SELECT "
         "raise(FAIL, 'stopped'); END");
  EvaluationRecord later = Accuracy();
  later.as_of += 1'000'000;
  EXPECT_FALSE(Write({Accuracy(), later}).ok());
  EXPECT_EQ(Rows("*"), before);
}

TEST_F(EvaluationsTest, ATableOfTheUserInOurPlaceIsNotTouched) {
  RunSql(db_, "CREATE TABLE saiten_evaluations(mine)");
  const Status written = Write({Accuracy()});
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().kind, ErrorKind::kRefused);
}

}  // namespace
}  // namespace saiten
