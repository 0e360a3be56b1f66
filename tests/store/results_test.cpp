#include <map>
#include <random>

#include "store/results/write.h"
#include "store/runs/runs.h"
#include "tests/store/support.h"

namespace saiten {
namespace {

using store::ObjectResults;
using store::PreviousResults;
using store::RunRecord;
using test::Query;
using test::RunSql;

constexpr std::string_view kFormat1 = R"sql(
CREATE TABLE saiten_meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
INSERT INTO saiten_meta VALUES('format_version', 1);
CREATE TABLE saiten_run(
  run INTEGER PRIMARY KEY, started TEXT, finished TEXT, as_of TEXT, rules TEXT, version TEXT, engine TEXT, zone TEXT,
  zone_data TEXT, unicode TEXT, records INTEGER, events INTEGER, scores INTEGER, members INTEGER, data_errors INTEGER,
  quarantined INTEGER, traps INTEGER);
INSERT INTO saiten_run VALUES(7, '2026-06-01T00:00:01Z', '2026-06-01T00:00:02Z', '2026-06-01T00:00:00Z', 'old', '0.1',
  'jit', '', '', '', 1, 0, 1, 1, 1, 0, 0);
CREATE TABLE saiten_data_error(
  run INTEGER, place INTEGER, kind INTEGER, subject TEXT, property TEXT, error TEXT, count INTEGER,
  PRIMARY KEY(run, place)) WITHOUT ROWID;
INSERT INTO saiten_data_error VALUES(7, 1, 0, 'contact', 'age', 'not a value', 3);
CREATE TABLE saiten_data_error_example(
  run INTEGER, place INTEGER, number INTEGER, key TEXT, value TEXT, PRIMARY KEY(run, place, number)) WITHOUT ROWID;
CREATE TABLE saiten_object(object INTEGER PRIMARY KEY, name TEXT UNIQUE);
INSERT INTO saiten_object VALUES(1, 'contact');
CREATE TABLE saiten_record(object INTEGER, row INTEGER, id, PRIMARY KEY(object, row)) WITHOUT ROWID;
INSERT INTO saiten_record VALUES(1, 0, 5);
CREATE INDEX saiten_record_by_id ON saiten_record(id, object);
CREATE TABLE saiten_score(score INTEGER PRIMARY KEY, name TEXT UNIQUE, object INTEGER);
INSERT INTO saiten_score VALUES(1, 'fit', 1);
CREATE TABLE saiten_label(score INTEGER, label INTEGER, name TEXT, PRIMARY KEY(score, label)) WITHOUT ROWID;
CREATE TABLE saiten_result(
  score INTEGER, row INTEGER, milli_points INTEGER, label INTEGER, PRIMARY KEY(score, row)) WITHOUT ROWID;
INSERT INTO saiten_result VALUES(1, 0, 9000, NULL);
CREATE TABLE saiten_segment(segment INTEGER PRIMARY KEY, name TEXT UNIQUE, object INTEGER);
CREATE TABLE saiten_member(segment INTEGER, row INTEGER, PRIMARY KEY(segment, row)) WITHOUT ROWID;
CREATE VIEW saiten_scores(object, id, score, points, band) AS
  SELECT o.name, r.id, s.name,
         CASE WHEN x.milli_points % 1000 = 0 THEN x.milli_points / 1000 ELSE x.milli_points / 1000.0 END, l.name
  FROM saiten_score s
  JOIN saiten_object o ON o.object = s.object
  JOIN saiten_result x ON x.score = s.score
  JOIN saiten_record r ON r.object = s.object AND r.row = x.row
  LEFT JOIN saiten_label l ON l.score = x.score AND l.label = x.label;
)sql";

rt::Keys TextKeys(const std::vector<std::string>& ids) { return {.texts = rt::TextArray::Of(ids), .is_text = true}; }

// One object with a banded score, a score without bands, a grid and a segment, whose rows can be set one by one.
class Scored {
  struct Made {
    std::vector<std::string> ids;
    rt::Keys keys;
    std::vector<rt::Column> columns;
    std::vector<rt::ChangedCells> changes;
  };

 public:
  struct Row {
    int64_t points = 0;
    int band = -1;
    int64_t plain = 0;
    int cell = -1;
    bool member = false;
  };
  std::map<std::string, Row> rows;  // by id
  bool ids_are_text = false;
  EnumInfo bands{.members = {{.name = "cold"}, {.name = "it's warm"}, {.name = "hot"}}};
  EnumInfo cells{.members = {{.name = "A1"}, {.name = "B2"}}};

  // `seed` decides in which order the records come; results do not depend on it.
  ObjectResults Make(unsigned seed = 0) {
    std::vector<std::string> ids;
    for (const auto& [id, row] : rows) ids.push_back(id);
    std::shuffle(ids.begin(), ids.end(), std::mt19937(seed));
    auto made = std::make_unique<Made>();
    made->ids = ids;
    rt::ColumnBuilder points, band, plain, cell, member;
    for (const std::string& id : ids) {
      const Row& row = rows.at(id);
      points.Append(row.points);
      row.band < 0 ? band.AppendUnknown() : band.Append(row.band);
      plain.Append(row.plain);
      row.cell < 0 ? cell.AppendUnknown() : cell.Append(row.cell);
      row.member ? member.Append(1) : member.AppendUnknown();
    }
    made->keys = TextKeys(ids);
    made->columns = {points.Finish(), band.Finish(), plain.Finish(), cell.Finish(), member.Finish()};
    const auto& c = made->columns;
    made_.push_back(std::move(made));
    return {.object = "contact",
            .keys = &made_.back()->keys,
            .ids_are_text = ids_are_text,
            .scores = {{.name = "total", .points = &c[0], .band = &c[1], .labels = &bands},
                       {.name = "plain", .points = &c[2]},
                       {.name = "grid", .band = &c[3], .labels = &cells}},
            .segments = {{.name = "vip", .members = &c[4]}}};
  }

  // What the run before made: fills in where `now`, the last one made, differs from it. nullopt if a record is gone.
  std::optional<PreviousResults> Previous(const RunRecord& run, ObjectResults& now) {
    const Made& old = *made_.at(made_.size() - 2);
    Made& made = *made_.back();
    PreviousResults previous{.run = run.run, .token = run.token, .came = {{}}};
    made.changes.assign(made.columns.size(), {});
    size_t stayed = 0;
    for (uint32_t row = 0; row < made.ids.size(); ++row) {
      const auto found = std::ranges::find(old.ids, made.ids[row]);
      if (found == old.ids.end()) {
        previous.came[0].push_back(row);
        continue;
      }
      ++stayed;
      for (size_t i = 0; i < made.columns.size(); ++i) {
        // Columns are as narrow as they can be: what means unknown is not the same number in both.
        const rt::Column& was = old.columns[i];
        const rt::Column& is = made.columns[i];
        const auto before = static_cast<size_t>(found - old.ids.begin());
        const int64_t raw = was.Known(before) ? was.Raw(before) : is.unknown();
        if (raw == is.Raw(row)) continue;
        made.changes[i].rows.push_back(row);
        made.changes[i].before.push_back(raw);
      }
    }
    if (stayed != old.ids.size()) return std::nullopt;
    now.scores[0].points_changes = &made.changes[0];
    now.scores[0].band_changes = &made.changes[1];
    now.scores[1].points_changes = &made.changes[2];
    now.scores[2].band_changes = &made.changes[3];
    now.segments[0].changes = &made.changes[4];
    return previous;
  }

 private:
  std::vector<std::unique_ptr<Made>> made_;
};

class ResultsTest : public testing::Test {
 protected:
  RunRecord Write(const std::string& db, const std::vector<ObjectResults>& results,
                  const PreviousResults* previous = nullptr, bool everything = false) {
    if (!std::filesystem::exists(db)) RunSql(db, "CREATE TABLE contacts(id)");
    as_of_ += 3'600'000'000;
    auto run = store::WriteResults(db, {.as_of = as_of_, .rules = "r"}, results, {}, store::DataErrors(),
                                   {.previous = previous, .everything = everything});
    EXPECT_TRUE(run.ok()) << run.error().message;
    return run.ok() ? *run : RunRecord();
  }
  static std::string All(const std::string& db) {
    return Query(db, "SELECT * FROM saiten_scores") + "\n" + Query(db, "SELECT * FROM saiten_members");
  }
  static std::string Changes(const std::string& db) {
    return Query(db, "SELECT run, object, id, typeof(id), score, from_band, to_band FROM saiten_band_changes");
  }
  test::TempDir dir_;
  std::string db_ = dir_ / "crm.db";
  int64_t as_of_ = 1'780'000'000'000'000;
};

TEST_F(ResultsTest, OnlyWhatDiffersIsWritten) {
  Scored world;
  for (int i = 1; i <= 100; ++i) world.rows[std::to_string(i)] = {.points = i * 500, .band = i % 3};
  const RunRecord first = Write(db_, {world.Make()});
  EXPECT_EQ(first.inserted, 100u);
  EXPECT_EQ(first.updated + first.deleted + first.band_changes, 0u) << "a first run changes nothing";
  const RunRecord same = Write(db_, {world.Make(3)});
  EXPECT_EQ(same.inserted + same.updated + same.deleted, 0u);
  EXPECT_NE(first.token, same.token);
  world.rows["7"].band = 2;
  world.rows["8"].points = 1;
  world.rows["9"].member = true;
  world.rows.erase("10");
  world.rows["200"] = {.band = 1, .cell = 0};
  const RunRecord third = Write(db_, {world.Make(4)});
  EXPECT_EQ(third.inserted, 1u);
  EXPECT_EQ(third.updated, 3u);
  EXPECT_EQ(third.deleted, 1u);
  EXPECT_EQ(third.band_changes, 4u);
  EXPECT_EQ(Changes(db_),
            "3|contact|7|integer|total|it's warm|hot\n3|contact|10|integer|total|it's warm|-\n"
            "3|contact|200|integer|total|-|it's warm\n3|contact|200|integer|grid|-|A1");
  EXPECT_EQ(Query(db_, "SELECT id, points, band FROM saiten_scores WHERE score = 'total' AND id IN (7, 8, 10, 200)"),
            "7|3.5|hot\n8|0.001|hot\n200|0|it's warm");
  EXPECT_EQ(Query(db_, "SELECT * FROM saiten_members"), "vip|contact|9");
  EXPECT_EQ(Query(db_, "SELECT as_of FROM saiten_band_changes WHERE id = 7"),
            Query(db_, "SELECT as_of FROM saiten_run WHERE run = 3"));
  const std::string fresh = dir_ / "fresh.db";
  Write(fresh, {world.Make(5)});
  EXPECT_EQ(All(db_), All(fresh));
}

// Whatever the store is told of the run before, results and history come out the same.
TEST_F(ResultsTest, ThreeWaysOfWritingAgree) {
  for (const bool text : {false, true}) {
    std::mt19937 random(text ? 11 : 12);
    Scored world;
    world.ids_are_text = text;
    const std::string by_table = dir_ / (text ? "t1.db" : "i1.db");
    const std::string by_previous = dir_ / (text ? "t2.db" : "i2.db");
    const std::string whole = dir_ / (text ? "t3.db" : "i3.db");
    RunRecord last;
    int known = 0;
    for (int step = 0; step < 25; ++step) {
      // Mostly few changes, sometimes many: both ways of applying them are taken.
      const int changes = step % 5 == 4 ? 60 : static_cast<int>(random() % 8);
      for (int i = 0; i < changes + (step == 0 ? 80 : 0); ++i) {
        // Integers, and texts that only look like them.
        std::string id = std::to_string(random() % 120);
        if (!text && step > 12 && random() % 5 == 0) id = "0" + id;
        if (step % 3 == 0 && random() % 6 == 0) {
          world.rows.erase(id);
        } else {
          world.rows[id] = {.points = static_cast<int64_t>(random() % 5000) - 2000,
                            .band = static_cast<int>(random() % 4) - 1,
                            .plain = static_cast<int64_t>(random() % 3) * 1'000'000'000'000,
                            .cell = static_cast<int>(random() % 3) - 1,
                            .member = random() % 2 == 0};
        }
      }
      ObjectResults now = world.Make(static_cast<unsigned>(step));
      Write(by_table, {now});
      Write(whole, {now}, nullptr, true);
      std::optional<PreviousResults> previous;
      if (step > 0) previous = world.Previous(last, now);
      known += previous.has_value() ? 1 : 0;
      last = Write(by_previous, {now}, previous ? &*previous : nullptr);
      ASSERT_EQ(All(by_table), All(whole)) << step;
      ASSERT_EQ(All(by_previous), All(whole)) << step;
      ASSERT_EQ(Changes(by_table), Changes(whole)) << step;
      ASSERT_EQ(Changes(by_previous), Changes(whole)) << step;
    }
    EXPECT_GT(known, 12);
    const std::string fresh = dir_ / (text ? "t4.db" : "i4.db");
    Write(fresh, {world.Make()});
    EXPECT_EQ(All(fresh), All(whole));
    EXPECT_NE(Changes(whole), "");
    EXPECT_EQ(Query(by_previous, "PRAGMA integrity_check"), "ok");
  }
}

TEST_F(ResultsTest, PreviousResultsOfAnotherRunAreNotUsed) {
  Scored world;
  world.rows["1"] = {.band = 0};
  world.rows["2"] = {.band = 0};
  const ObjectResults first = world.Make();
  RunRecord run = Write(db_, {first});
  // A backup of the database, restored after the run: another run of the same number.
  run.token = "another";
  world.rows["1"].band = 2;
  world.Make();
  // These results claim that row 1 was hot already, and would have it left out.
  ObjectResults second = world.Make();
  const auto wrong = world.Previous(run, second);
  ASSERT_TRUE(wrong.has_value());
  const RunRecord again = Write(db_, {second}, &*wrong);
  EXPECT_EQ(again.updated, 1u);
  EXPECT_EQ(Changes(db_), "2|contact|1|integer|total|cold|hot");
}

TEST_F(ResultsTest, OtherRulesMakeOtherTablesAndKeepTheHistory) {
  Scored world;
  world.rows["1"] = {.band = 0, .cell = 1};
  world.rows["2"] = {.band = 1, .cell = 0};
  Write(db_, {world.Make()});
  const std::string schema = Query(db_, "PRAGMA schema_version");
  Write(db_, {world.Make()});
  EXPECT_EQ(Query(db_, "PRAGMA schema_version"), schema) << "a run with the same rules leaves the schema alone";
  // A label more, at the front; the grid goes; the other record changes its band.
  world.bands.members.insert(world.bands.members.begin(), EnumMember{.name = "frozen"});
  world.rows["1"].band = 1;
  world.rows["2"].band = 0;
  ObjectResults now = world.Make();
  now.scores.pop_back();
  Write(db_, {now});
  EXPECT_EQ(Query(db_, "SELECT id, score, band FROM saiten_scores"),
            "1|total|cold\n2|total|frozen\n1|plain|-\n2|plain|-");
  EXPECT_EQ(Changes(db_), "3|contact|2|integer|total|it's warm|frozen");
  // Ids that are no integers any more.
  world.rows["x"] = {.band = 1};
  Write(db_, {world.Make()});
  EXPECT_EQ(Query(db_, "SELECT id, typeof(id) FROM saiten_scores WHERE score = 'total'"),
            "1|integer\n2|integer\nx|text");
  // Another object takes its place; the number of the first is free again, its history stays.
  ObjectResults other = world.Make();
  other.object = "company";
  Write(db_, {other});
  EXPECT_EQ(Query(db_, "SELECT DISTINCT object FROM saiten_scores"), "company");
  EXPECT_EQ(Query(db_, "SELECT count(*) FROM sqlite_master WHERE name LIKE 'saiten_result%'"), "1");
  EXPECT_EQ(Changes(db_), "3|contact|2|integer|total|it's warm|frozen\n4|contact|x|text|total|-|cold");
  Write(db_, {});
  EXPECT_EQ(All(db_), "\n");
}

TEST_F(ResultsTest, MoreResultsThanATableHasColumns) {
  constexpr size_t kScores = 1'100;
  const rt::Keys keys = TextKeys({"3", "1", "2"});
  std::vector<rt::Column> columns;
  ObjectResults wide{.object = "contact", .keys = &keys};
  auto fill = [&](int64_t add) {
    columns.clear();
    for (size_t i = 0; i < 2 * kScores; ++i) {
      rt::ColumnBuilder builder;
      for (int64_t row = 0; row < 3; ++row)
        builder.Append(i % 2 == 0 ? static_cast<int64_t>(i) * 1000 + add : row == 1);
      columns.push_back(builder.Finish());
    }
    wide.scores.clear();
    wide.segments.clear();
    for (size_t i = 0; i < kScores; ++i) {
      wide.scores.push_back({.name = "s" + std::to_string(i), .points = &columns[2 * i]});
      wide.segments.push_back({.name = "g" + std::to_string(i), .members = &columns[2 * i + 1]});
    }
  };
  fill(0);
  EXPECT_EQ(Write(db_, {wide}).inserted, 3u);
  EXPECT_EQ(Query(db_, "SELECT id, points FROM saiten_scores WHERE score = 's1099'"), "1|2198\n2|2198\n3|2198");
  EXPECT_EQ(Query(db_, "SELECT count(*), sum(id), count(DISTINCT segment) FROM saiten_members"), "1100|1100|1100");
  EXPECT_EQ(Query(db_, "SELECT count(*) FROM saiten_scores WHERE id = 2"), "1100");
  EXPECT_EQ(Write(db_, {wide}).updated, 0u);
  fill(2'000);
  EXPECT_EQ(Write(db_, {wide}).updated, 3u);
  EXPECT_EQ(Query(db_, "SELECT points FROM saiten_scores WHERE score = 's1099' AND id = 2"), "2200");
}

TEST_F(ResultsTest, WhoWritesIntoOneOfTheTablesGetsAllOfThemAnew) {
  constexpr size_t kScores = 300;
  const rt::Keys keys = TextKeys({"1", "2", "3"});
  rt::ColumnBuilder builder;
  for (int i = 0; i < 3; ++i) builder.Append(i);
  const rt::Column column = builder.Finish();
  ObjectResults wide{.object = "contact", .keys = &keys};
  for (size_t i = 0; i < kScores; ++i) wide.scores.push_back({.name = "s" + std::to_string(i), .points = &column});
  Write(db_, {wide});
  const std::string all = All(db_);
  RunSql(db_, "DELETE FROM saiten_result_1_2 WHERE id = 2; UPDATE saiten_result_1_1 SET p1 = 77 WHERE id = 1");
  EXPECT_NE(All(db_), all);
  Write(db_, {wide});
  EXPECT_EQ(All(db_), all);
}

TEST_F(ResultsTest, ADatabaseOfFormat1KeepsItsRunsAndErrors) {
  RunSql(db_, std::string(kFormat1));
  EXPECT_TRUE(store::CanWriteResults(db_).ok());
  auto runs = store::ListRuns(db_);
  ASSERT_TRUE(runs.ok()) << runs.error().message;
  ASSERT_EQ(runs->size(), 1u);
  EXPECT_EQ(runs->at(0).rules, "old");
  EXPECT_TRUE(store::SummaryOf(db_, 7)->scores.empty());
  Scored world;
  world.rows["5"] = {.points = 4'000, .band = 1};
  EXPECT_EQ(Write(db_, {world.Make()}).run, 8);
  EXPECT_EQ(Query(db_, "SELECT value FROM saiten_meta"), "2");
  EXPECT_EQ(Query(db_, "SELECT run, rules, token IS NULL FROM saiten_run"), "7|old|1\n8|r|0");
  EXPECT_EQ(store::DataErrorsOf(db_, 7)->total(), 3u);
  EXPECT_EQ(Query(db_, "SELECT name FROM sqlite_master WHERE name IN ('saiten_record', 'saiten_member')"), "");
  EXPECT_EQ(Query(db_, "SELECT id, points, band FROM saiten_scores WHERE score = 'total'"), "5|4|it's warm");
  EXPECT_EQ(Changes(db_), "");
}

TEST_F(ResultsTest, QueriesGoStraightToTheRow) {
  Scored world;
  for (int i = 1; i <= 10; ++i) world.rows[std::to_string(i)] = {.points = i};
  Write(db_, {world.Make()});
  const std::string by_id = Query(db_, "EXPLAIN QUERY PLAN SELECT * FROM saiten_scores WHERE id = 5");
  EXPECT_NE(by_id.find("INTEGER PRIMARY KEY (rowid=?)"), std::string::npos) << by_id;
  EXPECT_EQ(by_id.find("SCAN"), std::string::npos) << by_id;
  const std::string members =
      Query(db_, "EXPLAIN QUERY PLAN SELECT * FROM saiten_members WHERE segment = 'vip' AND id = 5");
  EXPECT_EQ(members.find("SCAN"), std::string::npos) << members;
  EXPECT_EQ(by_id.find("TEMP"), std::string::npos) << by_id;
}

}  // namespace
}  // namespace saiten
