#include "store/changes/changes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <time.h>

#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include "store/changes/attach.h"
#include "store/changes/fingerprint.h"
#include "store/changes/own_write.h"
#include "tests/store/support.h"

namespace saiten {
namespace {

using store::ChangeSet;
using store::Connection;
using store::DatabaseState;
using store::OpenMode;
using store::OwnWrite;
using store::ReadBase;
using test::CatalogBuilder;
using test::RunSql;

// A writer of the user's, with settings of its own.
class RawWriter {
 public:
  explicit RawWriter(const std::string& path) {
    EXPECT_EQ(sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK);
  }
  RawWriter(const RawWriter&) = delete;
  RawWriter& operator=(const RawWriter&) = delete;
  ~RawWriter() { sqlite3_close(db_); }
  void Run(const std::string& sql) {
    char* message = nullptr;
    EXPECT_EQ(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message << "\n" << sql;
    sqlite3_free(message);
  }
  // May fail: only what it leaves behind matters.
  void Try(const std::string& sql) { sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr); }
  void DisableTriggers() { sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr); }

 private:
  sqlite3* db_ = nullptr;
};

class ChangesTest : public testing::Test {
 protected:
  // The disk is not what is tested here.
  void Sql(const std::string& sql) { RunSql(db_, "PRAGMA synchronous = 0; " + sql); }
  store::AttachReport Attach() {
    auto report = store::AttachLog(db_, schema_.catalog, 50);
    EXPECT_TRUE(report.ok()) << report.error().message;
    return report.ok() ? std::move(*report) : store::AttachReport();
  }
  // What a run would remember of the database as it is.
  DatabaseState State() {
    auto connection = Connection::Open(db_, OpenMode::kRead, 50);
    EXPECT_TRUE(connection.ok());
    auto read = store::BeginKnownRead(*connection);
    EXPECT_TRUE(read.ok());
    auto state = store::ReadState(*connection, schema_.catalog, read->fingerprint);
    EXPECT_TRUE(state.ok()) << state.error().message;
    const auto again = DatabaseState::Decode(state->Encode());
    EXPECT_TRUE(again && *again == *state);
    return *state;
  }
  ChangeSet Since(const DatabaseState& then) {
    auto connection = Connection::Open(db_, OpenMode::kRead, 50);
    EXPECT_TRUE(connection.ok());
    auto read = store::BeginKnownRead(*connection);
    EXPECT_TRUE(read.ok());
    const auto seen = store::SeenDatabase::Read(db_);
    const bool complete = seen && !read->fingerprint.empty() && seen->fingerprint == read->fingerprint &&
                          seen->state == store::SeenDatabase::IdOf(then);
    auto set = store::ChangesSince(*connection, schema_.catalog, then, read->fingerprint, complete);
    EXPECT_TRUE(set.ok()) << set.error().message;
    return *set;
  }
  // The rows of a table by their number, or by their key where they have none.
  std::map<std::string, std::string> Rows(const std::string& table, const std::string& key) {
    std::map<std::string, std::string> rows;
    const std::string all = test::Query(db_, fmt::format("SELECT {}, '#', * FROM {}", key, table));
    for (size_t at = 0; at < all.size();) {
      const size_t end = std::min(all.find('\n', at), all.size());
      const std::string line = all.substr(at, end - at);
      rows[line.substr(0, line.find("|#"))] = line;
      at = end + 1;
    }
    return rows;
  }
  // Every row that differs after `change` must be in the change set, or the set must say that all is to be read anew.
  ChangeSet Covers(const std::function<void()>& change) {
    const DatabaseState then = State();
    std::map<std::string, std::map<std::string, std::string>> before;
    for (const auto& [table, key] : watched_) before[table] = Rows(table, key);
    change();
    const ChangeSet set = Since(then);
    if (!set.all_anew.empty()) return set;
    for (const auto& [table, key] : watched_) {
      const auto after = Rows(table, key);
      std::set<std::string> differ;
      for (const auto& [row, values] : before[table]) {
        if (!after.contains(row) || after.at(row) != values) differ.insert(row);
      }
      for (const auto& [row, values] : after) {
        if (!before[table].contains(row)) differ.insert(row);
      }
      std::set<std::string> logged;
      const store::TableChanges* changes = set.Find(table.substr(1, table.size() - 2));
      if (changes != nullptr) {
        if (!changes->anew.empty()) continue;
        for (int64_t rowid : changes->rowids) logged.insert(std::to_string(rowid));
        logged.insert(changes->keys.begin(), changes->keys.end());
      }
      for (const std::string& row : differ)
        EXPECT_TRUE(logged.contains(row)) << table << " row " << row << " changed and is not in the log";
    }
    return set;
  }
  ChangeSet CoversSql(const std::string& sql) {
    SCOPED_TRACE(sql);
    return Covers([&] { Sql(sql); });
  }
  // The same, and nothing had to be read anew.
  void Follows(const std::string& sql) {
    const ChangeSet set = CoversSql(sql);
    EXPECT_EQ(set.all_anew.en, "") << sql;
    EXPECT_FALSE(set.known_unchanged) << sql;
    for (const auto& table : set.tables) EXPECT_EQ(table.anew.en, "") << sql;
  }
  std::vector<int64_t> RowidsAfter(const std::string& sql, const std::string& table) {
    const ChangeSet set = CoversSql(sql);
    const store::TableChanges* changes = set.Find(table);
    EXPECT_NE(changes, nullptr);
    return changes == nullptr ? std::vector<int64_t>() : changes->rowids;
  }

  void SetUp() override {
    contact_ = schema_.Object("contact", "contact");
    schema_.Property(contact_, "email", Type::Text().Optional());
    schema_.Event("visit", contact_, "visit");
    Sql("CREATE TABLE contact(id INTEGER PRIMARY KEY, email TEXT UNIQUE, a, b, UNIQUE(a, b));"
        "CREATE TABLE visit(contact_id INTEGER REFERENCES contact(id) ON DELETE CASCADE ON UPDATE CASCADE, time TEXT);"
        "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10)"
        "INSERT INTO contact SELECT i, 'u' || i, i, i FROM n;"
        "INSERT INTO visit SELECT id % 5, '2026-01-0' || (id % 5) FROM contact;");
    watched_ = {{"\"contact\"", "rowid"}, {"\"visit\"", "rowid"}};
  }

  test::TempDir dir_;
  std::string db_ = dir_ / "crm.db";
  CatalogBuilder schema_;
  ObjectId contact_;
  std::map<std::string, std::string> watched_;  // quoted table: the expression of a row's number or key
};

TEST_F(ChangesTest, FollowsWhatWritersDo) {
  EXPECT_TRUE(Attach().changed);
  Follows("INSERT INTO contact VALUES (11, 'u11', 11, 11)");
  Follows("INSERT INTO contact(email) VALUES (NULL)");
  Follows("UPDATE contact SET email = 'new' WHERE id = 3");
  Follows("UPDATE contact SET id = 100 WHERE id = 4");
  Follows("UPDATE contact SET rowid = rowid + 1000");
  Follows("DELETE FROM contact WHERE id IN (1001, 1002)");
  Follows("INSERT INTO visit VALUES (1003, 'x'), (1005, 'y')");
  Follows("UPDATE visit SET rowid = 77 WHERE rowid = 2");
  Follows("DELETE FROM visit");
  // A delete without WHERE is done row by row where there is a trigger.
  Follows("DELETE FROM contact");
}

TEST_F(ChangesTest, ReplaceTakesRowsAwayWithoutADeleteTrigger) {
  Attach();
  // By the key, by a unique column, by two columns, by several at once: rows 2, 3 and 4 go.
  EXPECT_EQ(RowidsAfter("INSERT OR REPLACE INTO contact VALUES (1, 'r', 50, 50)", "contact"), std::vector<int64_t>{1});
  EXPECT_EQ(RowidsAfter("INSERT OR REPLACE INTO contact VALUES (20, 'u2', 51, 51)", "contact"),
            (std::vector<int64_t>{2, 20}));
  EXPECT_EQ(RowidsAfter("REPLACE INTO contact VALUES (3, 'u4', 5, 5)", "contact"), (std::vector<int64_t>{3, 4, 5}));
  EXPECT_EQ(RowidsAfter("UPDATE OR REPLACE contact SET email = 'u7' WHERE id = 6", "contact"),
            (std::vector<int64_t>{6, 7}));
  EXPECT_EQ(RowidsAfter("UPDATE OR REPLACE contact SET id = 8 WHERE id = 9", "contact"), (std::vector<int64_t>{8, 9}));
  EXPECT_EQ(RowidsAfter("UPDATE OR REPLACE contact SET a = 50, b = 50 WHERE id = 8", "contact"),
            (std::vector<int64_t>{1, 8}));
  EXPECT_EQ(RowidsAfter("UPDATE OR REPLACE contact SET oid = 2 + oid WHERE email = 'u7'", "contact"),
            (std::vector<int64_t>{6, 8}));
  Follows("UPDATE OR REPLACE contact SET _rowid_ = 10 WHERE email = 'u7'");
  // The schema itself may ask for REPLACE.
  Sql("DROP TABLE visit; CREATE TABLE visit(contact_id INTEGER, time TEXT, id TEXT COLLATE NOCASE UNIQUE ON CONFLICT "
      "REPLACE); INSERT INTO visit VALUES (1, 't', 'Ab'), (2, 't', 'c')");
  Attach();
  EXPECT_EQ(RowidsAfter("INSERT INTO visit VALUES (3, 't', 'aB')", "visit"), (std::vector<int64_t>{1, 3}));
  EXPECT_EQ(RowidsAfter("UPDATE visit SET id = 'AB' WHERE id = 'c'", "visit"), (std::vector<int64_t>{2, 3}));
}

TEST_F(ChangesTest, UpsertsIgnoredRowsCascadesAndFailures) {
  Attach();
  Follows("INSERT INTO contact VALUES (1, 'z', 1, 1) ON CONFLICT(id) DO UPDATE SET email = excluded.email, id = 40");
  Follows("INSERT INTO contact VALUES (2, 'u2', 2, 2) ON CONFLICT DO NOTHING");
  Follows("INSERT OR IGNORE INTO contact VALUES (2, 'u3', 77, 77), (90, 'u90', 90, 90)");
  Follows("PRAGMA foreign_keys = 1; DELETE FROM contact WHERE id = 3");
  Follows("PRAGMA foreign_keys = 1; UPDATE contact SET id = 50 WHERE id = 2");
  Follows("PRAGMA foreign_keys = 1; REPLACE INTO contact VALUES (4, 'u50', 4, 4)");
  Follows("PRAGMA recursive_triggers = 1; REPLACE INTO contact VALUES (5, 'u6', 7, 7)");
  const ChangeSet set = Covers([&] {
    RawWriter writer(db_);
    writer.Try("INSERT OR FAIL INTO contact VALUES (91, 'u91', 91, 91), (92, 'u91', 92, 92)");
    writer.Try("BEGIN; DELETE FROM contact; ROLLBACK");
    writer.Try("INSERT INTO contact VALUES (93, 'u93', 93, 93), (94, 'u93', 94, 94)");
  });
  EXPECT_EQ(set.all_anew.en, "");
}

TEST_F(ChangesTest, TriggersOfTheUsersOwn) {
  Sql("CREATE TRIGGER own AFTER UPDATE OF email ON contact BEGIN "
      "UPDATE contact SET a = a + 100 WHERE id = NEW.id + 1; DELETE FROM visit WHERE contact_id = NEW.id; "
      "INSERT OR REPLACE INTO contact VALUES (60, 'by trigger', 60, 60); END");
  Attach();
  Follows("UPDATE contact SET email = 'n' WHERE id = 2");
  Follows("PRAGMA recursive_triggers = 1; UPDATE contact SET email = 'n3' WHERE id = 3");
}

TEST_F(ChangesTest, TablesWithoutRowNumbers) {
  schema_.catalog.objects[0].table = "people";
  Sql("CREATE TABLE people(id INTEGER, part TEXT, email TEXT, u UNIQUE, PRIMARY KEY(part, id)) WITHOUT ROWID;"
      "INSERT INTO people VALUES (1, 'a''b', 'x', 1), (2, 'a,b', 'y', 2), (3, '', 'z', 3), (4, 'd', 'z', 4)");
  watched_ = {{"\"people\"", "quote(part) || ',' || quote(id)"}};
  Attach();
  Follows("INSERT INTO people VALUES (5, 'c', 'n', 5)");
  Follows("UPDATE people SET email = 'q' WHERE id = 1");
  Follows("UPDATE people SET id = 9 WHERE id = 2");
  Follows("REPLACE INTO people VALUES (1, 'a''b', 'rr', 3)");
  Follows("UPDATE OR REPLACE people SET u = 4 WHERE id = 5");
  Follows("DELETE FROM people");
}

TEST_F(ChangesTest, OddNamesAndTablesWithoutKey) {
  const std::string name = "見込み\"客'";
  schema_.catalog.objects[0].table = name;
  Sql("CREATE TABLE \"見込み\"\"客'\"(id INT, \"メール\"\"x\" TEXT UNIQUE, rowid TEXT);"
      "INSERT INTO \"見込み\"\"客'\" VALUES (1, 'a', 'r'), (2, 'b', 's')");
  watched_.clear();
  Attach();
  DatabaseState then = State();
  Sql("REPLACE INTO \"見込み\"\"客'\" VALUES (3, 'a', 't')");
  ChangeSet set = Since(then);
  EXPECT_EQ(set.all_anew.en, "");
  ASSERT_NE(set.Find(name), nullptr);
  EXPECT_EQ(set.Find(name)->rowids, (std::vector<int64_t>{1, 3}));
  // A VACUUM may number rows anew where no column is the number.
  Sql("VACUUM");
  EXPECT_NE(Since(then).all_anew.en, "");
}

TEST_F(ChangesTest, ChangesOfTheSchema) {
  Attach();
  const std::vector<std::string> changes = {"ALTER TABLE contact ADD COLUMN c TEXT DEFAULT 'x'",
                                            "ALTER TABLE contact RENAME COLUMN a TO \"a b\"",
                                            "ALTER TABLE contact DROP COLUMN c",
                                            "CREATE INDEX i ON contact(email)",
                                            "VACUUM",
                                            "CREATE TABLE other(x)"};
  for (const std::string& change : changes) {
    SCOPED_TRACE(change);
    const DatabaseState then = State();
    Sql(change);
    EXPECT_NE(Since(then).all_anew.en.find("were changed"), std::string::npos);
    // What is read then is followed from there on.
    Follows("UPDATE contact SET email = email || 'x' WHERE id < 3; INSERT INTO contact(email) VALUES (random())");
  }
  Sql("ALTER TABLE contact RENAME TO customer; CREATE TABLE contact(id INTEGER PRIMARY KEY, email TEXT)");
  const DatabaseState then = State();
  Sql("INSERT INTO contact VALUES (1, 'x')");
  ASSERT_NE(Since(then).Find("contact"), nullptr);
  EXPECT_NE(Since(then).Find("contact")->anew.en.find("saiten attach"), std::string::npos);
  const store::AttachReport report = Attach();
  ASSERT_EQ(report.tables.size(), 2u);
  EXPECT_TRUE(report.tables[0].made);
  EXPECT_FALSE(report.tables[1].made);
  Follows("INSERT INTO contact VALUES (2, 'y')");
  // Triggers go with their table.
  Sql("DROP TABLE contact; CREATE TABLE contact(id INTEGER PRIMARY KEY, email TEXT)");
  EXPECT_NE(Since(then).all_anew.en, "");
}

TEST_F(ChangesTest, AttachTwiceAndAfterTheSchemaGrew) {
  EXPECT_TRUE(Attach().log_made);
  const std::string before = test::ReadFile(db_);
  const store::AttachReport again = Attach();
  EXPECT_FALSE(again.changed);
  EXPECT_EQ(test::ReadFile(db_), before);
  schema_.List("vip", contact_, "vip_rows");
  schema_.List("kept", contact_);
  const store::AttachReport missing = Attach();
  EXPECT_EQ(missing.missing, std::vector<std::string>{"vip_rows"});
  Sql("CREATE TABLE vip_rows(contact_id INTEGER)");
  const store::AttachReport grown = Attach();
  ASSERT_EQ(grown.tables.size(), 4u);
  EXPECT_FALSE(grown.tables[0].made);
  EXPECT_TRUE(grown.tables[2].made);
  watched_["\"vip_rows\""] = "rowid";
  watched_["\"saiten_lists\""] = "quote(list) || ',' || quote(object) || ',' || quote(id)";
  Follows("INSERT INTO vip_rows VALUES (1); INSERT INTO saiten_lists VALUES ('kept', 'contact', 3)");
  const auto gone = store::DetachLog(db_, 50);
  ASSERT_TRUE(gone.ok());
  EXPECT_EQ(*gone, 4u);
  EXPECT_EQ(test::Query(db_, "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' OR name = 'saiten_change'"),
            "0");
  const auto nothing = store::DetachLog(db_, 50);
  ASSERT_TRUE(nothing.ok());
  EXPECT_FALSE(nothing->has_value());
}

TEST_F(ChangesTest, TablesThatCannotBeFollowedSaySo) {
  schema_.catalog.objects[0].table = "seen";
  Sql("CREATE VIEW seen AS SELECT * FROM contact; CREATE UNIQUE INDEX part ON visit(time) WHERE time > 'x'");
  const store::AttachReport report = Attach();
  ASSERT_EQ(report.tables.size(), 2u);
  EXPECT_NE(report.tables[0].cannot.en.find("view"), std::string::npos);
  EXPECT_NE(report.tables[1].cannot.en.find("unique index"), std::string::npos);
  const DatabaseState then = State();
  EXPECT_TRUE(Since(then).known_unchanged);
  Sql("UPDATE contact SET email = 'x' WHERE id = 1");
  const ChangeSet set = Since(then);
  ASSERT_EQ(set.tables.size(), 2u);
  EXPECT_NE(set.tables[0].anew.en.find("view"), std::string::npos);
  EXPECT_NE(set.tables[1].anew.en.find("unique index"), std::string::npos);
}

TEST_F(ChangesTest, WritersWithoutTriggersAreFoundByCounting) {
  Attach();
  const DatabaseState then = State();
  {
    RawWriter writer(db_);
    writer.DisableTriggers();
    writer.Run("INSERT INTO visit VALUES (1, 'z')");
  }
  EXPECT_NE(Since(then).all_anew.en.find("without the triggers"), std::string::npos);
  // Triggers that were dropped and made again the same way: SQLite's count of such changes tells.
  const DatabaseState second = State();
  const std::string sql = test::Query(db_, "SELECT sql FROM sqlite_master WHERE name = 'saiten_log_2_insert'");
  Sql("DROP TRIGGER saiten_log_2_insert; INSERT INTO visit VALUES (2, 'z'); " + sql);
  EXPECT_NE(Since(second).all_anew.en, "");
  // Triggers that are gone: the table is read anew from then on.
  Sql("DROP TRIGGER saiten_log_2_update");
  const DatabaseState third = State();
  EXPECT_EQ(third.logged.size(), 1u);
  Sql("UPDATE visit SET time = 'later'");
  ASSERT_NE(Since(third).Find("visit"), nullptr);
  EXPECT_NE(Since(third).Find("visit")->anew.en, "");
}

TEST_F(ChangesTest, ARestoredBackupIsNoticed) {
  namespace fs = std::filesystem;
  Attach();
  Sql("INSERT INTO visit VALUES (1, 'a')");
  fs::copy_file(db_, dir_ / "backup.db");
  Sql("INSERT INTO visit VALUES (1, 'b')");
  const DatabaseState then = State();
  fs::copy_file(dir_ / "backup.db", db_, fs::copy_options::overwrite_existing);
  EXPECT_NE(Since(then).all_anew.en.find("backup"), std::string::npos);
  // Written on until its log is as long: the token of the row tells.
  Sql("INSERT INTO visit VALUES (2, 'c'), (3, 'd')");
  EXPECT_NE(Since(then).all_anew.en.find("backup"), std::string::npos);
  // A backup that is younger than what was read is just the database.
  Sql("INSERT INTO visit VALUES (2, 'c')");
  const DatabaseState young = State();
  fs::remove(dir_ / "backup.db");
  Sql("INSERT INTO visit VALUES (4, 'e')");
  fs::copy_file(db_, dir_ / "backup.db");
  Sql("INSERT INTO visit VALUES (4, 'f')");
  fs::copy_file(dir_ / "backup.db", db_, fs::copy_options::overwrite_existing);
  const ChangeSet set = Since(young);
  EXPECT_EQ(set.all_anew.en, "");
  EXPECT_EQ(set.Find("visit")->rowids.size(), 1u);
}

TEST_F(ChangesTest, AnEmptiedOrLostLog) {
  Attach();
  DatabaseState then = State();
  Sql("INSERT INTO visit VALUES (1, 'a'); DELETE FROM saiten_change");
  EXPECT_NE(Since(then).all_anew.en.find("gone or empty"), std::string::npos);
  Sql("INSERT INTO visit VALUES (1, 'a'), (2, 'b')");
  EXPECT_NE(Since(then).all_anew.en, "");
  then = State();
  Sql("INSERT INTO visit VALUES (1, 'a'), (2, 'b'); DELETE FROM saiten_change WHERE seq <= " +
      std::to_string(then.log_seq));
  EXPECT_NE(Since(then).all_anew.en.find("cut"), std::string::npos);
  then = State();
  ASSERT_TRUE(store::DetachLog(db_).ok());
  EXPECT_NE(Since(then).all_anew.en, "");
  const DatabaseState without = State();
  EXPECT_EQ(without.log_seq, 0);
  EXPECT_TRUE(Since(without).known_unchanged);
  Sql("INSERT INTO visit VALUES (1, 'a')");
  EXPECT_NE(Since(without).all_anew.en.find("no log"), std::string::npos);
}

TEST_F(ChangesTest, AnyCommitMovesTheFingerprint) {
  for (const char* mode : {"delete", "wal", "truncate", "persist"}) {
    SCOPED_TRACE(mode);
    RawWriter writer(db_);
    writer.Run(std::string("PRAGMA journal_mode = ") + mode);
    for (int i = 0; i < 5; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(store::kFileClockMs + 5));
      const DatabaseState then = State();
      EXPECT_NE(then.fingerprint, "");
      EXPECT_TRUE(Since(then).known_unchanged);
      writer.Run("UPDATE visit SET time = 'x" + std::to_string(i) + "' WHERE rowid = 1");
      EXPECT_FALSE(Since(then).known_unchanged);
      if (i == 2) writer.Run("PRAGMA wal_checkpoint");  // the log is written from its beginning again
    }
  }
}

// Where the file system keeps whole seconds, two commits within one leave the same time behind, and in write-ahead mode
// nothing else may tell them apart.
TEST_F(ChangesTest, WholeSecondsOfAFileSystemAreNotTrustedWithinThem) {
  Sql("PRAGMA journal_mode = wal");
  const auto set_time = [&](int64_t seconds_ago, long nanoseconds) {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    const timespec times[2] = {{now.tv_sec - seconds_ago, nanoseconds}, {now.tv_sec - seconds_ago, nanoseconds}};
    ASSERT_EQ(utimensat(AT_FDCWD, db_.c_str(), times, 0), 0);
  };
  set_time(1, 0);
  EXPECT_EQ(State().fingerprint, "");
  set_time(1, 5);
  EXPECT_NE(State().fingerprint, "");
  set_time(3, 0);
  const DatabaseState then = State();
  EXPECT_NE(then.fingerprint, "");
  EXPECT_TRUE(Since(then).known_unchanged);
  // A program that writes and sets the time back.
  Sql("UPDATE visit SET time = 'y' WHERE rowid = 1");
  set_time(3, 0);
  EXPECT_FALSE(Since(then).known_unchanged);
}

TEST_F(ChangesTest, AttachWaitsForAWriterAndThenSaysSo) {
  RawWriter writer(db_);
  writer.Run("BEGIN IMMEDIATE; INSERT INTO visit VALUES (1, 'a')");
  const auto report = store::AttachLog(db_, schema_.catalog, 20);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().kind, ErrorKind::kBusy);
  writer.Run("COMMIT");
  EXPECT_TRUE(Attach().changed);
}

// A run reads, writes results, and the next run knows its own writing.
TEST_F(ChangesTest, OwnWritingIsNotTakenForAChange) {
  for (const char* mode : {"delete", "wal"}) {
    for (const bool log : {false, true}) {
      SCOPED_TRACE(std::string(mode) + (log ? " with log" : ""));
      Sql(std::string("PRAGMA journal_mode = ") + mode);
      ASSERT_TRUE(store::DetachLog(db_).ok());
      if (log) Attach();
      std::filesystem::create_directories(db_ + ".saiten");
      std::this_thread::sleep_for(std::chrono::milliseconds(store::kFileClockMs + 5));
      const DatabaseState then = State();
      auto run = [&](const std::string& sql, const std::function<void()>& meanwhile) {
        auto connection = Connection::Open(db_, OpenMode::kWrite, 50);
        ReadBase base{.state = then, .fingerprint = {}, .durable_seq = then.log_seq};
        {
          auto read = store::BeginKnownRead(*connection);
          base.fingerprint = read->fingerprint;
        }
        meanwhile();
        auto transaction = store::Transaction::Begin(*connection, store::Transaction::Kind::kWrite);
        auto own = OwnWrite::Begin(*connection, &base);
        ASSERT_TRUE(own.ok());
        ASSERT_TRUE(connection->Run(sql).ok());
        ASSERT_TRUE(own->BeforeCommit().ok());
        ASSERT_TRUE(transaction->Commit().ok());
        own->AfterCommit();
      };
      run("CREATE TABLE saiten_x(a); INSERT INTO saiten_x VALUES (1); DROP TABLE saiten_x", [] {});
      const ChangeSet set = Since(then);
      EXPECT_EQ(set.all_anew.en, "");
      EXPECT_TRUE(set.known_unchanged || log);
      // What the update below writes must differ from what is there: SQLite commits nothing otherwise.
      for (const auto& table : set.tables) EXPECT_TRUE(table.untouched());
      run("CREATE TABLE saiten_x(a); DROP TABLE saiten_x",
          [&] { Sql("UPDATE visit SET time = time || 'm' WHERE rowid = 4"); });
      const ChangeSet after = Since(then);
      EXPECT_FALSE(after.known_unchanged);
      if (log) {
        EXPECT_EQ(after.all_anew.en, "");
        EXPECT_EQ(after.Find("visit")->rowids, std::vector<int64_t>{4});
        run("SELECT 1", [&] { Sql("CREATE TABLE foreign_x(a); DROP TABLE foreign_x"); });
      }
      EXPECT_NE(Since(then).all_anew.en, "");
      EXPECT_EQ(test::Query(db_, "SELECT count(*) FROM sqlite_master WHERE name = 'saiten_change'"), log ? "1" : "0");
    }
  }
}

TEST_F(ChangesTest, TheLogIsTrimmedBehindWhatWasRead) {
  Attach();
  Sql("INSERT INTO visit VALUES (1, 'a'), (2, 'b')");
  const DatabaseState then = State();
  Sql("INSERT INTO visit VALUES (3, 'c')");
  auto connection = Connection::Open(db_, OpenMode::kWrite, 50);
  const ReadBase base{.state = then, .fingerprint = {}, .durable_seq = then.log_seq};
  auto transaction = store::Transaction::Begin(*connection, store::Transaction::Kind::kWrite);
  auto own = OwnWrite::Begin(*connection, &base);
  ASSERT_TRUE(own->BeforeCommit().ok());
  ASSERT_TRUE(transaction->Commit().ok());
  EXPECT_EQ(test::Query(db_, "SELECT min(seq), max(seq) FROM saiten_change"),
            fmt::format("{}|{}", then.log_seq, then.log_seq + 1));
  EXPECT_EQ(Since(then).Find("visit")->rowids.size(), 1u);
}

TEST_F(ChangesTest, ANameOfTheUsersOwnIsRefused) {
  Sql("CREATE TABLE saiten_change(mine)");
  const auto report = store::AttachLog(db_, schema_.catalog, 50);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().kind, ErrorKind::kRefused);
  EXPECT_EQ(State().log_seq, 0);
}

}  // namespace
}  // namespace saiten
