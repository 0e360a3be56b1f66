#include "store/refresh/refresh.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sqlite3.h>

#include <filesystem>
#include <map>
#include <set>

#include "runtime/time_parse.h"
#include "store/cached/load_cached.h"
#include "store/changes/attach.h"
#include "store/changes/changes.h"
#include "store/changes/fingerprint.h"
#include "store/changes/own_write.h"
#include "store/load/loader.h"
#include "store/snapshot/snapshot.h"
#include "tests/store/crm_editor.h"
#include "tests/store/describe.h"
#include "tests/store/support.h"

namespace saiten {
namespace {

using store::ChangeSet;
using store::Connection;
using store::DatabaseState;
using store::DataErrors;
using store::LoadedData;
using store::OpenMode;
using test::Editor;
using test::World;

constexpr int64_t kNow = 1'780'000'000'000'000;  // May 2026

std::string Value(const rt::Column& column, const rt::StringPool* pool, size_t row) {
  if (column.size() == 0 || !column.Known(row)) return "?";
  return pool == nullptr ? std::to_string(column.Raw(row))
                         : std::string(pool->View(static_cast<int32_t>(column.Raw(row))));
}

// What a record reads of the data set, in words that do not depend on row numbers; by key.
std::map<std::string, std::string> Records(const Catalog& catalog, const LoadedData& data, size_t object) {
  const rt::Table& table = data.data.tables[object];
  std::map<std::string, std::string> out;
  for (size_t row = 0; row < table.size; ++row) {
    std::string text;
    for (size_t p = 0; p < table.columns.size(); ++p) {
      const PropertyInfo& property = catalog.objects[object].properties[p];
      if (property.is_many) {
        const rt::Adjacency& many = table.many[p];
        // Which rows belong to it; what they hold is their own matter, their keys too.
        const auto& rowids = data.objects[property.type.object_id().index()].rowids;
        for (uint32_t at = many.offsets[row]; at < many.offsets[row + 1]; ++at)
          text += fmt::format(" {}", rowids[many.rows[at]]);
      } else if (property.type.is(TypeKind::kRef)) {
        const rt::Keys& keys = data.data.tables[property.type.object_id().index()].keys;
        const rt::Column& to = table.columns[p];
        text += to.Known(row) ? " ->" + keys.Spell(static_cast<size_t>(to.Raw(row))) : " ->?";
      } else {
        text += " " + Value(table.columns[p], table.pools[p].get(), row);
      }
    }
    for (const rt::Column& list : table.lists) {
      if (list.size() > 0) text += " " + std::to_string(list.Raw(row));
    }
    for (size_t e = 0; e < catalog.events.size(); ++e) {
      if (catalog.events[e].object.index() != object) continue;
      const rt::EventSeries& series = data.data.events[e];
      text += " |";
      for (uint32_t at = series.BeginOf(row); at < series.EndOf(row); ++at) {
        text += " " + std::to_string(series.times[at]);
        for (size_t f = 0; f < series.fields.size(); ++f) {
          const Type type = catalog.events[e].fields[f].type;
          if (!type.is(TypeKind::kRef)) text += ":" + Value(series.fields[f], series.pools[f].get(), at);
        }
      }
    }
    out[table.keys.Spell(row)] = text;
  }
  return out;
}

// The first line that differs, of both.
std::string FirstDifference(const std::string& a, const std::string& b) {
  size_t at = 0;
  while (at < a.size() && at < b.size() && a[at] == b[at]) ++at;
  const auto line = [at](const std::string& text) {
    const size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
    return text.substr(begin, text.find('\n', at) - begin);
  };
  return "ours:  " + line(a) + "\nright: " + line(b);
}

std::vector<std::string> KeysOf(const rt::Table& table) {
  std::vector<std::string> keys;
  for (size_t row = 0; row < table.size; ++row) keys.push_back(table.keys.Spell(row));
  return keys;
}

class RefreshTest : public testing::Test {
 protected:
  // Loads through the snapshot, compares with a load of everything, and keeps the snapshot as a run does.
  void RunLikeAProgram(const World& world, store::CachedLoad::Source expected) {
    const Catalog& catalog = world.schema.catalog;
    Loaded loaded{.errors = DataErrors(100)};
    auto cached = store::LoadCached(db_, catalog, test::NeedAll(catalog), Options(), {.keep_refreshed = true},
                                    loaded.data, loaded.errors);
    ASSERT_TRUE(cached.ok());
    EXPECT_EQ(cached->source, expected);
    Loaded fresh = Load(world, 100);
    EXPECT_EQ(test::Describe(catalog, loaded.data, loaded.errors), test::Describe(catalog, fresh.data, fresh.errors));
    auto connection = Connection::Open(db_, OpenMode::kWrite, 50);
    auto transaction = store::Transaction::Begin(*connection, store::Transaction::Kind::kWrite);
    auto own = store::OwnWrite::Begin(*connection, &cached->base);
    ASSERT_TRUE(own->BeforeCommit().ok());
    ASSERT_TRUE(transaction->Commit().ok());
    cached->FinishKeeping();
  }

  struct Loaded {
    LoadedData data;
    DataErrors errors{3};
  };
  store::LoadOptions Options() const { return {.now = kNow, .busy_ms = 50, .threads = 1, .keep_rowids = true}; }

  Loaded Load(const World& world, size_t examples = 3) {
    Loaded loaded{.errors = DataErrors(examples)};
    auto data = store::Load(db_, world.schema.catalog, test::NeedAll(world.schema.catalog), Options(), loaded.errors);
    EXPECT_TRUE(data.ok()) << data.error().message;
    if (data.ok()) loaded.data = std::move(*data);
    return loaded;
  }
  DatabaseState State(const World& world) {
    auto connection = Connection::Open(db_, OpenMode::kRead, 50);
    auto read = store::BeginKnownRead(*connection);
    auto state = store::ReadState(*connection, world.schema.catalog, read->fingerprint);
    EXPECT_TRUE(state.ok());
    return *state;
  }
  // Nothing of a record that is not named as changed may differ.
  void CompareChanged(const World& world, const std::vector<std::map<std::string, std::string>>& before,
                      const std::vector<std::vector<std::string>>& old_keys, const Loaded& now,
                      const store::ChangedRows& changed) {
    for (size_t o = 0; o < world.schema.catalog.objects.size(); ++o) {
      const auto after = Records(world.schema.catalog, now.data, o);
      const rt::Table& table = now.data.data.tables[o];
      const std::set<uint32_t> rows(changed.objects[o].rows.begin(), changed.objects[o].rows.end());
      const auto& new_rows = changed.objects[o].new_rows;
      for (uint32_t row = 0; row < table.size; ++row) {
        const std::string key = table.keys.Spell(row);
        if (rows.contains(row)) continue;
        ASSERT_TRUE(before[o].contains(key)) << "new record " << key << " is not named";
        EXPECT_EQ(before[o].at(key), after.at(key)) << "record " << key << " of object " << o << " is not named";
      }
      for (uint32_t old = 0; old < old_keys[o].size(); ++old) {
        const uint32_t row = new_rows.empty() ? old : new_rows[old];
        if (row == store::ChangedRows::kGone) continue;
        ASSERT_LT(row, table.size);
        EXPECT_TRUE(rows.contains(row) || table.keys.Spell(row) == old_keys[o][old]) << "row " << row;
      }
    }
  }

  // A random history of edits; after each of them refreshing gives what a load gives.
  void History(uint32_t seed, bool rough, int steps) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    const World world;
    const Catalog& catalog = world.schema.catalog;
    db_ = dir_ / fmt::format("{}.db", seed);
    Editor editor(db_, seed);
    editor.MakeTables();
    ASSERT_TRUE(store::AttachLog(db_, catalog, 50).ok());
    editor.Fill();
    Loaded loaded = Load(world);
    DatabaseState state = State(world);
    for (int step = 0; step < steps; ++step) {
      const int edits = 1 + editor.Below(4);
      for (int i = 0; i < edits; ++i) editor.Edit(rough);
      std::vector<std::map<std::string, std::string>> before;
      std::vector<std::vector<std::string>> old_keys;
      for (size_t o = 0; o < catalog.objects.size(); ++o) {
        before.push_back(Records(catalog, loaded.data, o));
        old_keys.push_back(KeysOf(loaded.data.data.tables[o]));
      }
      Loaded fresh = Load(world);
      auto connection = Connection::Open(db_, OpenMode::kRead, 50);
      ASSERT_TRUE(connection.ok());
      auto read = store::BeginKnownRead(*connection);
      ASSERT_TRUE(read.ok());
      auto changes = store::ChangesSince(*connection, catalog, state, read->fingerprint);
      ASSERT_TRUE(changes.ok()) << changes.error().message;
      store::RefreshOptions options{.load = Options(), .samples = 3, .sample_from = static_cast<uint64_t>(step)};
      auto refreshed =
          store::Refresh(*connection, catalog, test::NeedAll(catalog), *changes, options, loaded.data, loaded.errors);
      ASSERT_TRUE(refreshed.ok()) << refreshed.error().message;
      ++steps_;
      if (refreshed->anew.empty()) {
        ++refreshed_;
        const std::string ours = test::Describe(catalog, loaded.data, loaded.errors);
        const std::string right = test::Describe(catalog, fresh.data, fresh.errors);
        ASSERT_EQ(ours, right) << "step " << step << "\n" << FirstDifference(ours, right);
        CompareChanged(world, before, old_keys, loaded, refreshed->changed);
        if (HasFailure()) return;
      } else {
        ++reasons_[refreshed->anew.en.substr(0, 200)];
        loaded = std::move(fresh);
      }
      state = State(world);
    }
  }
  // The same through the file beside the database, as runs do it; some of the edits are made by a run of ours.
  void CachedHistory(uint32_t seed, int steps) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    const World world;
    const Catalog& catalog = world.schema.catalog;
    db_ = dir_ / fmt::format("cached{}.db", seed);
    Editor editor(db_, seed);
    editor.MakeTables();
    ASSERT_TRUE(store::AttachLog(db_, catalog, 50).ok());
    editor.Fill();
    // What the step before saw, which some of the steps tell: then only what has changed since has to be told.
    store::CacheOptions cache{.keep_refreshed = true};
    std::vector<std::map<std::string, std::string>> before;
    std::vector<std::vector<std::string>> old_keys;
    for (int step = 0; step < steps; ++step) {
      constexpr size_t kExamples = 100;  // as many as a snapshot keeps
      const Loaded fresh = Load(world, kExamples);
      Loaded loaded{.errors = DataErrors(kExamples)};
      auto cached =
          store::LoadCached(db_, catalog, test::NeedAll(catalog), Options(), cache, loaded.data, loaded.errors);
      ASSERT_TRUE(cached.ok()) << cached.error().message;
      ++steps_;
      refreshed_ += cached->source != store::CachedLoad::Source::kDatabase;
      const std::string ours = test::Describe(catalog, loaded.data, loaded.errors);
      const std::string right = test::Describe(catalog, fresh.data, fresh.errors);
      ASSERT_EQ(ours, right) << "step " << step << "\n" << FirstDifference(ours, right);
      cached->FinishKeeping();
      if (cached->source == store::CachedLoad::Source::kRefreshed && cached->refreshed_from == cache.known.snapshot) {
        CompareChanged(world, before, old_keys, loaded, cached->changed);
        if (HasFailure()) return;
        if (cached->changed_since.seq > cached->base.durable_seq) ++told_less_;
      }
      cache.known = {.snapshot = cached->snapshot, .at = cached->position};
      before.clear();
      old_keys.clear();
      for (size_t o = 0; o < catalog.objects.size(); ++o) {
        before.push_back(Records(catalog, loaded.data, o));
        old_keys.push_back(KeysOf(loaded.data.data.tables[o]));
      }
      const int edits = editor.Below(4);
      for (int i = 0; i < edits; ++i) editor.Edit(step % 5 == 4);
      if (editor.Below(2) == 0) {
        auto connection = Connection::Open(db_, OpenMode::kWrite, 50);
        ASSERT_TRUE(connection.ok());
        auto transaction = store::Transaction::Begin(*connection, store::Transaction::Kind::kWrite);
        ASSERT_TRUE(transaction.ok());
        auto own = store::OwnWrite::Begin(*connection, &cached->base);
        ASSERT_TRUE(own.ok());
        ASSERT_TRUE(connection->Run(fmt::format("CREATE TABLE saiten_test{}(a)", step)).ok());
        ASSERT_TRUE(own->BeforeCommit().ok());
        ASSERT_TRUE(transaction->Commit().ok());
        own->AfterCommit();
      }
    }
  }
  // Without a log, with a column that says when a row was last changed.
  void WatchedHistory(uint32_t seed, int steps) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    World world;
    world.Watch();
    const Catalog& catalog = world.schema.catalog;
    db_ = dir_ / fmt::format("watched{}.db", seed);
    const std::string kept = dir_ / fmt::format("kept{}.db", seed);
    Editor editor(db_, seed);
    editor.MakeTables();
    editor.StampRows();
    editor.Fill();
    store::LoadOptions options = Options();
    options.zone = rt::Zone::Utc();
    store::CacheOptions cache{.keep_refreshed = true,
                              .note = [&](const Text& why) { ++reasons_[why.en.substr(0, 200)]; }};
    bool has_backup = false;
    for (int step = 0; step < steps; ++step) {
      constexpr size_t kExamples = 100;  // as many as a snapshot keeps
      Loaded fresh{.errors = DataErrors(kExamples)};
      auto data = store::Load(db_, catalog, test::NeedAll(catalog), options, fresh.errors);
      ASSERT_TRUE(data.ok());
      Loaded loaded{.errors = DataErrors(kExamples)};
      auto cached = store::LoadCached(db_, catalog, test::NeedAll(catalog), options, cache, loaded.data, loaded.errors);
      ASSERT_TRUE(cached.ok()) << cached.error().message;
      ++steps_;
      refreshed_ += cached->source != store::CachedLoad::Source::kDatabase;
      const std::string ours = test::Describe(catalog, loaded.data, loaded.errors);
      const std::string right = test::Describe(catalog, *data, fresh.errors);
      ASSERT_EQ(ours, right) << "step " << step << "\n" << FirstDifference(ours, right);
      cached->FinishKeeping();
      if (step == 3 || (step > 3 && editor.Below(6) == 0)) {
        editor.Backup(kept, false);
        has_backup = true;
      } else if (has_backup && editor.Below(6) == 0) {
        editor.Backup(kept, true);
      }
      const int edits = editor.Below(4);
      for (int i = 0; i < edits; ++i) {
        editor.MoveClock();
        editor.Edit(step % 5 == 4);
      }
    }
  }
  void Histories(uint32_t first, int count, bool rough) {
    for (int i = 0; i < count && !HasFailure(); ++i) History(first + static_cast<uint32_t>(i), rough, 12);
    for (const auto& [reason, n] : reasons_) RecordProperty(reason.substr(0, 20), n);
    if (getenv("SAITEN_VERBOSE") != nullptr) {
      for (const auto& [reason, n] : reasons_) fmt::print("{:5} {}\n", n, reason);
      fmt::print("{} of {} refreshed\n", refreshed_, steps_);
    }
  }

  test::TempDir dir_;
  std::string db_;
  int steps_ = 0;
  int refreshed_ = 0;
  int told_less_ = 0;  // than what has changed since the snapshot
  std::map<std::string, int> reasons_;
};

// SAITEN_SEED and SAITEN_RUNS try others, and more.
uint32_t FirstSeed(uint32_t usual) {
  const char* seed = getenv("SAITEN_SEED");
  return seed != nullptr ? static_cast<uint32_t>(atoi(seed)) : usual;
}
int Runs(int usual) {
  const char* runs = getenv("SAITEN_RUNS");
  return runs != nullptr ? atoi(runs) : usual;
}

TEST_F(RefreshTest, IsALoadAfterAnyEdits) {
  Histories(FirstSeed(1), Runs(25), false);
  // What it is for: if it always refused, everything above would say nothing.
  EXPECT_GT(refreshed_ * 5, steps_ * 2);
}

TEST_F(RefreshTest, IsALoadAfterRoughEdits) {
  Histories(FirstSeed(5000), Runs(10), true);
  EXPECT_GT(refreshed_, 0);
}

// The first events of a series that had none: there is nothing mapped to put them behind.
TEST_F(RefreshTest, TheFirstEventsOfAnEmptySeries) {
  const World world;
  db_ = dir_ / "first.db";
  Editor editor(db_, 78);
  editor.MakeTables();
  ASSERT_TRUE(store::AttachLog(db_, world.schema.catalog, 50).ok());
  editor.Run("INSERT INTO contact(id) VALUES (1), (2), (3)");
  using Source = store::CachedLoad::Source;
  RunLikeAProgram(world, Source::kDatabase);
  editor.Run("INSERT INTO visit(contact_id, time, page) VALUES (2, 1700000000, '/a'), (3, 1700000001, '/b')");
  RunLikeAProgram(world, Source::kRefreshed);
  editor.Run("INSERT INTO visit(contact_id, time, page) VALUES (1, 1700000002, '/c'), (2, 1600000000, '/d')");
  RunLikeAProgram(world, Source::kRefreshed);
}

// The log is only cut up to what the snapshot on the disk holds: a run that is killed after it has committed, but
// before its new snapshot has its name, leaves the old one, and the log leads from there.
TEST_F(RefreshTest, AKillBeforeTheNewSnapshotCostsNoReadingAnew) {
  const World world;
  const Catalog& catalog = world.schema.catalog;
  db_ = dir_ / "killed.db";
  Editor editor(db_, 77);
  editor.MakeTables();
  ASSERT_TRUE(store::AttachLog(db_, catalog, 50).ok());
  editor.Run("INSERT INTO contact(id) VALUES (1), (2)");
  const std::string snapshot = store::SnapshotPathOf(db_);
  const auto run = [&](store::CachedLoad::Source expected) { RunLikeAProgram(world, expected); };
  using Source = store::CachedLoad::Source;
  run(Source::kDatabase);
  editor.Run("INSERT INTO contact(id) VALUES (7001)");
  run(Source::kRefreshed);
  std::filesystem::copy_file(snapshot, snapshot + ".old");
  editor.Run("INSERT INTO contact(id) VALUES (7002)");
  run(Source::kRefreshed);
  std::filesystem::rename(snapshot + ".old", snapshot);
  editor.Run("INSERT INTO contact(id) VALUES (7003)");
  run(Source::kRefreshed);
}

TEST_F(RefreshTest, IsALoadByTheColumnOfTheLastChange) {
  const uint32_t first = FirstSeed(20000);
  for (int i = 0; i < Runs(12) && !HasFailure(); ++i) WatchedHistory(first + static_cast<uint32_t>(i), 12);
  if (getenv("SAITEN_VERBOSE") != nullptr) {
    for (const auto& [reason, n] : reasons_) fmt::print("{:5} {}\n", n, reason);
    fmt::print("{} of {} refreshed\n", refreshed_, steps_);
  }
  EXPECT_GT(refreshed_ * 4, steps_);
}

// A row that is changed again on the same day keeps its date, however far in the future another row's is.
TEST_F(RefreshTest, ADateIsNotOverBeforeItsDayIs) {
  World world;
  world.Watch();
  const Catalog& catalog = world.schema.catalog;
  for (const char* stamp :
       {"date('now')", "date('now') || ' 00:00:00'", "strftime('%Y-%m-%d %H:00', 'now', '-2 hours')",
        "strftime('%s', 'now') / 3600 * 3600", "date('now', 'localtime')"}) {
    SCOPED_TRACE(stamp);
    const test::TempDir folder;
    db_ = folder / "dates.db";
    Editor editor(db_, 1);
    editor.MakeTables();
    for (const char* table : {"company", "contact", "\"\"\"odd\"\" 店\"", "visit", "act", "opened"}) {
      editor.Run(fmt::format("ALTER TABLE {} ADD COLUMN changed", table));
    }
    editor.Run("INSERT INTO contact(id, email, changed) VALUES (1, 'a', '2999-01-01')");
    // Of so many rows that looking at some of them cannot be what finds it.
    editor.Run(
        fmt::format("WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 9000) "
                    "INSERT INTO contact(id, email, changed) SELECT i, 'b', {} FROM n",
                    stamp));
    store::LoadOptions options = Options();
    options.zone = *rt::Zone::Find("Asia/Tokyo");
    const auto load = [&](store::CachedLoad::Source expected) {
      Loaded fresh{.errors = DataErrors(3)};
      auto data = store::Load(db_, catalog, test::NeedAll(catalog), options, fresh.errors);
      ASSERT_TRUE(data.ok());
      Loaded loaded{.errors = DataErrors(3)};
      auto cached = store::LoadCached(db_, catalog, test::NeedAll(catalog), options, {.keep_refreshed = true},
                                      loaded.data, loaded.errors);
      ASSERT_TRUE(cached.ok());
      EXPECT_EQ(cached->source, expected);
      const std::string ours = test::Describe(catalog, loaded.data, loaded.errors);
      const std::string right = test::Describe(catalog, *data, fresh.errors);
      EXPECT_EQ(ours, right) << FirstDifference(ours, right);
      cached->FinishKeeping();
    };
    load(store::CachedLoad::Source::kDatabase);
    editor.Run("UPDATE contact SET email = 'c' WHERE id = 4711");
    load(store::CachedLoad::Source::kRefreshed);
  }
}

TEST_F(RefreshTest, IsALoadThroughTheSnapshot) {
  const uint32_t first = FirstSeed(9000);
  for (int i = 0; i < Runs(6) && !HasFailure(); ++i) CachedHistory(first + static_cast<uint32_t>(i), 12);
  EXPECT_GT(refreshed_ * 3, steps_);
  EXPECT_GT(told_less_, 0);
}

}  // namespace
}  // namespace saiten
