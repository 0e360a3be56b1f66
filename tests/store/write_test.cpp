#include "store/results/write.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/runs/runs.h"
#include "tests/store/support.h"

namespace saiten {
namespace {

using store::DataErrorKind;
using store::DataErrors;
using store::RunRecord;
using test::Query;
using test::RunSql;

rt::Column ColumnOf(const std::vector<std::optional<int64_t>>& values) {
  rt::ColumnBuilder builder;
  for (const auto& value : values) value ? builder.Append(*value) : builder.AppendUnknown();
  return builder.Finish();
}

// `count` contacts with one score, all with `milli` points, and a segment of all.
struct Uniform {
  Uniform(int64_t count, int64_t milli) {
    rt::ColumnBuilder points;
    rt::ColumnBuilder members;
    std::vector<int64_t> ids;
    for (int64_t i = 0; i < count; ++i) {
      ids.push_back(i + 1);
      points.Append(milli);
      members.Append(1);
    }
    keys.ints = std::move(ids);
    points_ = points.Finish();
    members_ = members.Finish();
    results = {{.object = "contact",
                .keys = &keys,
                .scores = {{.name = "fit", .points = &points_}},
                .segments = {{.name = "all", .members = &members_}}}};
  }
  Uniform(const Uniform&) = delete;
  Uniform& operator=(const Uniform&) = delete;
  rt::Keys keys;
  std::vector<store::ObjectResults> results;

 private:
  rt::Column points_;
  rt::Column members_;
};

class WriteTest : public testing::Test {
 protected:
  WriteTest() {
    RunSql(db_, "CREATE TABLE contacts(id INTEGER PRIMARY KEY, name); INSERT INTO contacts VALUES(1, 'a');");
  }
  Result<RunRecord> Write(const std::vector<store::ObjectResults>& results,
                          const store::WriteOptions& options = {.busy_ms = 50}) {
    return store::WriteResults(db_, {.as_of = 1'780'000'000'000'000, .rules = "abc", .engine = "interp"}, results, {},
                               errors_, options);
  }
  test::TempDir dir_;
  std::string db_ = dir_ / "crm.db";
  DataErrors errors_;
};

TEST_F(WriteTest, ViewsShowScoresBandsGridsAndMembers) {
  EnumInfo bands{.members = {{.name = "cold"}, {.name = "hot"}}};
  EnumInfo labels{.members = {{.name = "A1"}, {.name = "C3"}}};
  rt::Keys keys;
  keys.ints = {7, 3};
  const rt::Column points = ColumnOf({10'234, -45'000});
  const rt::Column plain = ColumnOf({0, 500});
  const rt::Column band = ColumnOf({1, 0});
  const rt::Column grid = ColumnOf({1, std::nullopt});
  const rt::Column members = ColumnOf({std::nullopt, 1});
  rt::Keys names;
  names.is_text = true;
  names.texts = rt::TextArray::Of({"x", "007"});
  const rt::Column company_points = ColumnOf({1'000, 2'000});
  const rt::Column none = ColumnOf({0, 0});
  auto run = Write({{.object = "contact",
                     .keys = &keys,
                     .scores = {{.name = "total", .points = &points, .band = &band, .labels = &bands},
                                {.name = "plain", .points = &plain},
                                {.name = "grid", .band = &grid, .labels = &labels}},
                     .segments = {{.name = "some", .members = &members}}},
                    {.object = "company",
                     .keys = &names,
                     .ids_are_text = true,
                     .scores = {{.name = "size", .points = &company_points}},
                     .segments = {{.name = "none", .members = &none}}}});
  ASSERT_TRUE(run.ok()) << run.error().message;
  EXPECT_EQ(run->run, 1);
  EXPECT_EQ(run->scores, 8u);
  EXPECT_EQ(run->members, 1u);
  EXPECT_EQ(Query(db_, "SELECT object, id, typeof(id), score, points, typeof(points), band FROM saiten_scores"),
            "contact|3|integer|total|-45|integer|cold\ncontact|7|integer|total|10.234|real|hot\n"
            "contact|3|integer|plain|0.5|real|-\ncontact|7|integer|plain|0|integer|-\n"
            "contact|3|integer|grid|-|null|-\ncontact|7|integer|grid|-|null|C3\n"
            "company|007|text|size|2|integer|-\ncompany|x|text|size|1|integer|-");
  EXPECT_EQ(Query(db_, "SELECT segment, object, id FROM saiten_members"), "some|contact|3");
  EXPECT_EQ(Query(db_, "SELECT count(*) FROM contacts c JOIN saiten_scores s ON s.id = c.id"), "0");
}

TEST_F(WriteTest, IdsKeepTheFormOfTheSource) {
  rt::Keys ints;
  ints.ints = {5};
  rt::Keys texts;
  texts.is_text = true;
  texts.texts = rt::TextArray::Of({"5"});
  const rt::Column points = ColumnOf({1'000});
  auto run =
      Write({{.object = "a", .keys = &ints, .ids_are_text = true, .scores = {{.name = "s1", .points = &points}}},
             {.object = "b", .keys = &texts, .ids_are_text = false, .scores = {{.name = "s2", .points = &points}}}});
  ASSERT_TRUE(run.ok());
  EXPECT_EQ(Query(db_, "SELECT object, typeof(id) FROM saiten_scores"), "a|text\nb|integer");
}

TEST_F(WriteTest, ANewRunReplacesTheOldAndKeepsTheSource) {
  const Uniform before(3, 1'000);
  const Uniform after(2, 2'000);
  ASSERT_TRUE(Write(before.results).ok());
  errors_.Count(errors_.Group(DataErrorKind::kNotInEnum, "contact", "industry"),
                [] { return store::DataErrorGroup::Example{"1", "Bank"}; });
  ASSERT_TRUE(Write(after.results).ok());
  EXPECT_EQ(Query(db_, "SELECT id, points FROM saiten_scores"), "1|2\n2|2");
  EXPECT_EQ(Query(db_, "SELECT id FROM saiten_members"), "1\n2");
  EXPECT_EQ(Query(db_, "SELECT * FROM contacts"), "1|a");
  auto runs = store::ListRuns(db_);
  ASSERT_TRUE(runs.ok());
  ASSERT_EQ(runs->size(), 2u);
  EXPECT_EQ((*runs)[1].run, 2);
  EXPECT_EQ((*runs)[1].scores, 2u);
  EXPECT_EQ((*runs)[1].as_of, 1'780'000'000'000'000);
  EXPECT_EQ((*runs)[1].rules, "abc");
  EXPECT_EQ((*runs)[1].data_errors, 1u);
  auto errors = store::DataErrorsOf(db_, 2);
  ASSERT_TRUE(errors.ok());
  ASSERT_EQ(errors->groups().size(), 1u);
  EXPECT_EQ(errors->groups()[0].kind, DataErrorKind::kNotInEnum);
  EXPECT_EQ(errors->groups()[0].examples[0].value, "Bank");
  ASSERT_TRUE(Write(after.results).ok());
  EXPECT_EQ(Query(db_, "SELECT id, points FROM saiten_scores"), "1|2\n2|2");
}

TEST_F(WriteTest, RunsOfAFreshDatabase) {
  auto runs = store::ListRuns(db_);
  ASSERT_TRUE(runs.ok());
  EXPECT_TRUE(runs->empty());
}

TEST_F(WriteTest, KilledWhileWritingLeavesTheOldResults) {
  const Uniform before(50'000, 1'000);
  ASSERT_TRUE(Write(before.results).ok());
  const Uniform after(400'000, 2'000);
  for (uint64_t rows : {100'000u, 400'000u, 700'000u}) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      store::WriteOptions options{.busy_ms = 5'000};
      options.progress = [rows](uint64_t done, uint64_t) {
        if (done >= rows) kill(getpid(), SIGKILL);
      };
      (void)Write(after.results, options);
      _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child was not killed";
    EXPECT_EQ(Query(db_, "SELECT count(*), min(points), max(points) FROM saiten_scores"), "50000|1|1");
    EXPECT_EQ(Query(db_, "SELECT count(*) FROM saiten_members"), "50000");
    EXPECT_EQ(Query(db_, "SELECT count(*) FROM saiten_run"), "1");
    EXPECT_EQ(Query(db_, "PRAGMA integrity_check"), "ok");
  }
}

TEST_F(WriteTest, AFullDiskLeavesTheOldResults) {
  const Uniform before(1'000, 1'000);
  ASSERT_TRUE(Write(before.results).ok());
  const Uniform after(200'000, 2'000);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1 << 20, 1 << 20};
    setrlimit(RLIMIT_FSIZE, &limit);
    auto run = Write(after.results);
    const bool said_so = !run.ok() && run.error().kind == ErrorKind::kIo &&
                         run.error().message.find("nothing was written") != std::string::npos;
    if (!said_so) fprintf(stderr, "%s\n", run.ok() ? "it was written" : run.error().message.c_str());
    _exit(said_so ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(Query(db_, "SELECT count(*), min(points), max(points) FROM saiten_scores"), "1000|1|1");
  EXPECT_EQ(Query(db_, "PRAGMA integrity_check"), "ok");
}

TEST_F(WriteTest, ReadersSeeTheOldRunWholeWhileWriting) {
  RunSql(db_, "PRAGMA journal_mode = WAL");
  const Uniform before(10, 1'000);
  ASSERT_TRUE(Write(before.results).ok());
  const Uniform after(200'000, 2'000);
  int seen = 0;
  store::WriteOptions options{.busy_ms = 50};
  options.progress = [&](uint64_t, uint64_t) {
    ++seen;
    EXPECT_EQ(Query(db_, "SELECT count(*), max(points) FROM saiten_scores"), "10|1");
  };
  ASSERT_TRUE(Write(after.results, options).ok());
  EXPECT_GT(seen, 2);
  EXPECT_EQ(Query(db_, "SELECT count(*), max(points) FROM saiten_scores"), "200000|2");
}

TEST_F(WriteTest, LockedAndNewer) {
  const Uniform results(3, 1'000);
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(db_.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  auto busy = Write(results.results);
  ASSERT_FALSE(busy.ok());
  EXPECT_EQ(busy.error().kind, ErrorKind::kBusy);
  sqlite3_close(other);

  ASSERT_TRUE(Write(results.results).ok());
  RunSql(db_, "UPDATE saiten_meta SET value = 99 WHERE key = 'format_version'");
  auto newer = Write(results.results);
  ASSERT_FALSE(newer.ok());
  EXPECT_EQ(newer.error().kind, ErrorKind::kCorrupt);
  EXPECT_NE(newer.error().message.find("newer"), std::string::npos);
  EXPECT_FALSE(store::ListRuns(db_).ok());
  RunSql(db_, "UPDATE saiten_meta SET value = 1 WHERE key = 'format_version'");
}

TEST_F(WriteTest, ReadOnlySaysSo) {
  const Uniform results(3, 1'000);
  ASSERT_TRUE(Write(results.results).ok());
  ASSERT_EQ(chmod(db_.c_str(), 0444), 0);
  std::filesystem::permissions(std::filesystem::path(db_).parent_path(), std::filesystem::perms(0755));
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // The administrator may write everything; nobody may not.
    if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(2);
    auto run = Write(results.results);
    _exit(!run.ok() && run.error().kind == ErrorKind::kIo && store::ListRuns(db_).ok() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST_F(WriteTest, ATableOfTheUserInOurPlaceIsNotTouched) {
  RunSql(db_, "CREATE TABLE saiten_scores(mine); INSERT INTO saiten_scores VALUES(1)");
  const Uniform results(3, 1'000);
  auto run = Write(results.results);
  ASSERT_FALSE(run.ok());
  EXPECT_EQ(run.error().kind, ErrorKind::kRefused);
  EXPECT_EQ(Query(db_, "SELECT * FROM saiten_scores"), "1");
}

TEST_F(WriteTest, WhatHasOurNamesAndIsNotOursIsRefusedBeforeAnythingIsWritten) {
  const Uniform results(3, 1'000);
  const struct {
    std::string sql, message;
  } kCases[] = {
      {"CREATE VIEW saiten_scores AS SELECT 1 AS mine", "has a view of its own called `saiten_scores`"},
      {"CREATE VIEW Saiten_Members(segment, object, id) AS SELECT 1, 2, 3",
       "a view of its own called `Saiten_Members`"},
      {"CREATE VIEW saiten_score AS SELECT 1 AS mine", "has a view of its own called `saiten_score`"},
      {"CREATE TABLE saiten_result_1_1(id, p1)", "has a table of its own called `saiten_result_1_1`"},
      {"CREATE VIEW saiten_new_rows AS SELECT 1 AS mine", "has a view of its own called `saiten_new_rows`"},
      {"CREATE INDEX saiten_band_change_by_id ON contacts(name)",
       "has an index of its own called `saiten_band_change_by_id`"},
      {"CREATE TABLE saiten_score(mine)",
       "it has mine instead of object (primary key), place (primary key), name, points, band"},
      {"CREATE TABLE saiten_meta(key, value)", "it has key, value instead of key (primary key), value"},
      {"CREATE TABLE saiten_lists(mine)", "it has mine instead of list, object, id"},
  };
  for (const auto& [sql, message] : kCases) {
    std::filesystem::remove(db_);
    RunSql(db_, "CREATE TABLE contacts(id INTEGER PRIMARY KEY, name);" + sql);
    const std::string before = Query(db_, "SELECT type, name, sql FROM sqlite_master");
    auto run = Write(results.results);
    ASSERT_FALSE(run.ok()) << sql;
    EXPECT_EQ(run.error().kind, ErrorKind::kRefused) << sql;
    EXPECT_NE(run.error().message.find(message), std::string::npos) << run.error().message;
    EXPECT_FALSE(run.error().hint.empty());
    EXPECT_EQ(store::CanWriteResults(db_).error().message, run.error().message);
    EXPECT_EQ(Query(db_, "SELECT type, name, sql FROM sqlite_master"), before);
  }
}

TEST_F(WriteTest, TablesOfOursThatSomebodyChangedAreNamed) {
  const Uniform results(3, 1'000);
  ASSERT_TRUE(Write(results.results).ok());
  ASSERT_TRUE(store::CanWriteResults(db_).ok());
  RunSql(db_, "ALTER TABLE saiten_run DROP COLUMN zone; ALTER TABLE saiten_data_error ADD COLUMN note");
  const std::string before = Query(db_, "SELECT * FROM saiten_scores");
  auto run = Write(results.results);
  ASSERT_FALSE(run.ok());
  EXPECT_EQ(run.error().kind, ErrorKind::kRefused);
  EXPECT_NE(run.error().message.find("is not as Saiten makes it"), std::string::npos) << run.error().message;
  EXPECT_NE(run.error().hint.find("restore the database from a copy"), std::string::npos) << run.error().hint;
  EXPECT_EQ(Query(db_, "SELECT * FROM saiten_scores"), before);
  EXPECT_NE(store::ListRuns(db_).error().message.find("`saiten_run`"), std::string::npos);
  EXPECT_NE(store::DataErrorsOf(db_, 1).error().message.find("`saiten_data_error`"), std::string::npos);
  // Of tables that are gone new ones are made: a run writes all of the results anyway.
  RunSql(db_,
         "DROP TABLE saiten_run; DROP TABLE saiten_data_error; DROP TABLE saiten_result_1_1; DROP VIEW saiten_members");
  ASSERT_TRUE(Write(results.results).ok());
  EXPECT_EQ(Query(db_, "SELECT * FROM saiten_scores"), before);
}

TEST_F(WriteTest, AVersionThatNeverWas) {
  const Uniform results(3, 1'000);
  ASSERT_TRUE(Write(results.results).ok());
  for (const std::string value : {"'new'", "0", "-1", "NULL", "1.5"}) {
    RunSql(db_, "UPDATE saiten_meta SET value = " + value);
    auto run = Write(results.results);
    ASSERT_FALSE(run.ok()) << value;
    EXPECT_EQ(run.error().kind, ErrorKind::kCorrupt) << value;
    EXPECT_NE(run.error().message.find("which no Saiten writes"), std::string::npos) << run.error().message;
  }
  RunSql(db_, "DELETE FROM saiten_meta");
  EXPECT_TRUE(Write(results.results).ok());
}

}  // namespace
}  // namespace saiten
