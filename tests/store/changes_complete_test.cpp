#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <time.h>

#include <filesystem>
#include <thread>

#include "store/changes/attach.h"
#include "store/changes/fingerprint.h"
#include "store/changes/own_write.h"
#include "tests/store/changes_fixture.h"

// Whether the log is complete, and whether anybody has written at all.
namespace saiten {
namespace {

using store::ChangeSet;
using store::Connection;
using store::DatabaseState;
using store::OpenMode;
using store::OwnWrite;
using store::ReadBase;
using test::ChangesTest;
using test::RawWriter;

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
