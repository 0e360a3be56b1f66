#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/support/database.h"
#include "tests/support/files.h"
#include "tests/support/process.h"

// Public data that nobody here wrote, with results computed by other programs (../shared/data/README.md). Where that
// folder is absent these tests are skipped; `./dev test` fails if they are skipped though it is there.
namespace saiten::test {
namespace {

std::string SharedData() {
  if (const char* named = std::getenv("SAITEN_SHARED_DATA")) return named;
  return std::string(SAITEN_SOURCE_DIR) + "/../shared/data";
}

// One data set on one engine: the test's parameter is the engine.
class OnEachEngine : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    RecordProperty("shared_data", "yes");
    if (!std::filesystem::exists(SharedData())) GTEST_SKIP() << "no " << SharedData();
  }
  std::string Rules(const std::string& set) { return std::string(SAITEN_SOURCE_DIR) + "/tests/shared_data/" + set; }
  std::string db() { return temp_ / "crm.db"; }

  void Import(const std::string& set, const std::string& file, const std::vector<std::string>& what) {
    std::vector<std::string> args = {SaitenPath(), "-C", Rules(set), "import", SharedData() + "/" + file, "--db", db()};
    args.insert(args.end(), what.begin(), what.end());
    const ProcessResult result = RunProcess(args);
    ASSERT_EQ(result.exit_code, 0) << result.out << result.err;
  }
  void Run(const std::string& set, const std::string& as_of) {
    const ProcessResult result =
        RunProcess({SaitenPath(), "-C", Rules(set), "run", "--db", db(), "--as-of", as_of, "--engine", GetParam()});
    ASSERT_EQ(result.exit_code, 0) << result.out << result.err;
  }
  std::string Members(const std::string& segment) {
    return QuerySql(db(), "select count(*) from saiten_members where segment = '" + segment + "'");
  }

  TempDir temp_;
};

TEST_P(OnEachEngine, XEducation) {
  Import("x_education", "x_education/Leads.csv.gz", {"--object", "lead"});
  Import("x_education", "x_education/Leads.csv.gz", {"--object", "applicant"});
  Run("x_education", "2026-06-30T09:00:00Z");
  EXPECT_EQ(
      QuerySql(db(),
               "select count(*), sum(points), min(points), max(points) from saiten_scores where score = 'card_a'"),
      "9240|64625|-50|105\n");
  EXPECT_EQ(QuerySql(db(),
                     "select group_concat(points || ':' || n, ' ') from (select points, count(*) n from saiten_scores "
                     "where score = 'card_a' group by points order by points)"),
            "-50:48 -45:12 -40:18 -35:74 -30:828 -25:240 -20:347 -15:473 -10:418 -5:780 0:1308 5:1189 10:65 15:884 "
            "20:50 25:60 30:1407 35:12 40:133 45:1 50:366 55:253 60:3 65:23 70:2 75:147 80:74 90:8 105:17\n");
  for (const auto& [bound, leads] :
       {std::pair(20, 2556), std::pair(30, 2446), std::pair(40, 1027), std::pair(50, 893)}) {
    EXPECT_EQ(QuerySql(db(), "select count(*) from saiten_scores where score = 'card_a' and points >= " +
                                 std::to_string(bound)),
              std::to_string(leads) + "\n");
  }
  const std::pair<const char*, int> sizes[] = {{"referred", 676},    {"professionals", 380},
                                               {"engaged", 525},     {"unreachable", 752},
                                               {"bare", 1420},       {"management", 4253},
                                               {"google", 2868},     {"google_folded", 2873},
                                               {"not_select", 5860}, {"not_select_or_unknown", 7298},
                                               {"specialized", 5860}};
  for (const auto& [segment, size] : sizes) EXPECT_EQ(Members(segment), std::to_string(size) + "\n") << segment;

  const ProcessResult result = RunProcess({SaitenPath(), "-C", Rules("x_education"), "evaluate", "conversion", "--db",
                                           db(), "--as-of", "2026-06-30T09:00:00Z", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.out << result.err;
  const auto report = nlohmann::json::parse(result.out, nullptr, false);
  ASSERT_FALSE(report.is_discarded()) << result.out;
  EXPECT_EQ(report["n"].get<int>(), 9240);
  EXPECT_NEAR(report["auc"].get<double>(), 0.8397, 0.00005);
  EXPECT_NEAR(report["base_rate"].get<double>(), 0.3854, 0.00005);
}

TEST_P(OnEachEngine, Cdnow) {
  Import("cdnow", "cdnow/cdnow_master.csv.gz", {"--event", "purchase", "--create-objects"});
  Import("cdnow", "cdnow/cdnow_master.csv.gz", {"--event", "purchase", "--create-objects"});  // changes nothing
  EXPECT_EQ(QuerySql(db(), "select count(*) from purchases; select count(*) from customers"), "69659\n23570\n");
  Run("cdnow", "1998-06-30T00:00:00Z");
  const std::pair<const char*, int> sizes[] = {{"last_30", 1506},   {"last_60", 2495},  {"last_90", 3301},
                                               {"last_180", 5360},  {"last_365", 8332}, {"three_in_90", 499},
                                               {"spent_100", 1299}, {"gifts", 80}};
  for (const auto& [segment, size] : sizes) EXPECT_EQ(Members(segment), std::to_string(size) + "\n") << segment;
  EXPECT_EQ(
      QuerySql(db(),
               "select score, sum(points) from saiten_scores where score <> 'revenue' group by score order by score"),
      "daily|337955\nevery|348295\nunits|167881\nweekly|61915\n");
  EXPECT_EQ(QuerySql(db(), "select printf('%.2f', sum(points)) from saiten_scores where score = 'revenue'"),
            "2500315.63\n");
}

TEST_P(OnEachEngine, Mautic) {
  for (const char* file : {"fakeleaddata", "fakecompanydata", "contact_company", "events", "expected_segment_counts"}) {
    LoadRawCsv(db(), SharedData() + "/mautic_fixtures/" + file + ".csv", std::string("raw_") + file);
  }
  RunSql(db(), ReadFile(Rules("mautic") + "/prepare.sql"));
  Run("mautic", "2026-07-02T09:00:00Z");
  const std::string got = QuerySql(db(),
                                   "select segment, (select count(*) from saiten_members m where m.segment = "
                                   "replace(e.segment, '-', '_')) from raw_expected_segment_counts e order by 1");
  EXPECT_EQ(got, QuerySql(db(), "select segment, expected_count from raw_expected_segment_counts order by 1"));
  EXPECT_EQ(QuerySql(db(), "select count(*) from raw_expected_segment_counts"), "34\n");
}

TEST_P(OnEachEngine, Bank) {
  const std::string bank = std::string(SAITEN_SOURCE_DIR) + "/examples/bank";
  const ProcessResult import =
      RunProcess({SaitenPath(), "-C", bank, "import", SharedData() + "/bank_marketing/bank-full.csv.gz", "--object",
                  "contact", "--db", db()});
  ASSERT_EQ(import.exit_code, 0) << import.out << import.err;
  const ProcessResult run = RunProcess(
      {SaitenPath(), "-C", bank, "run", "--db", db(), "--as-of", "2014-02-14T00:00:00Z", "--engine", GetParam()});
  ASSERT_EQ(run.exit_code, 0) << run.out << run.err;
  EXPECT_EQ(QuerySql(db(), "select count(*) from contacts"), "45211\n");
  EXPECT_EQ(
      QuerySql(db(),
               "select group_concat(n, ' ') from (select count(*) n from saiten_members group by segment order by n)"),
      "1196 1511 6579\n");
}

INSTANTIATE_TEST_SUITE_P(Engines, OnEachEngine, testing::Values("interp", "jit"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace saiten::test
