#include "store/pages/row_scan.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "tests/store/support.h"

namespace saiten {
namespace {

using store::Cell;
using store::Connection;
using store::OpenMode;
using store::RowScan;
using store::Transaction;
using test::RunSql;

std::string Spelled(const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::kNull:
      return "null";
    case Cell::Kind::kInt:
      return fmt::format("i{}", cell.integer);
    case Cell::Kind::kReal:
      return fmt::format("r{}", cell.real);
    case Cell::Kind::kText:
      return fmt::format("t{}:{}", cell.text.size(), cell.text);
  }
  return {};
}

// The rows of `table` one way or the other; the error's words as the last one.
std::vector<std::string> Rows(const std::string& db, const std::string& name, bool by_pages) {
  std::vector<std::string> rows;
  auto connection = Connection::Open(db, OpenMode::kRead);
  if (!connection.ok()) return {"error " + connection.error().message};
  auto transaction = Transaction::Begin(*connection, Transaction::Kind::kRead);
  EXPECT_TRUE(transaction.ok());
  auto table = store::InspectTable(*connection, name);
  if (!table.ok() || !table->has_value()) return {"error no table"};
  std::vector<std::string> columns;
  for (const store::SourceColumn& column : (*table)->columns) columns.push_back(column.name);
  if (!(*table)->rowid.empty()) columns.emplace_back(RowScan::kRowid);
  if (by_pages) {
    auto scan = RowScan::Open(*connection, **table, columns);
    if (!scan.ok()) return {"error " + scan.error().message};
    while (true) {
      const auto more = scan->Next();
      if (!more.ok()) rows.push_back("error " + more.error().message);
      if (!more.ok() || !*more) return rows;
      std::string row;
      for (size_t i = 0; i < columns.size(); ++i) row += Spelled(scan->Get(i)) + "|";
      rows.push_back(row);
    }
  }
  for (std::string& column : columns) column = column.empty() ? (*table)->rowid : store::QuoteName(column);
  auto statement = connection->Prepare((*table)->Select(columns));
  if (!statement.ok()) return {"error " + statement.error().message};
  while (true) {
    const auto more = statement->Step();
    if (!more.ok()) rows.push_back("error " + more.error().message);
    if (!more.ok() || !*more) return rows;
    std::string row;
    for (size_t i = 0; i < columns.size(); ++i) row += Spelled(store::ReadCell(*statement, static_cast<int>(i))) + "|";
    rows.push_back(row);
  }
}

// Whether nothing made the scan turn to SQLite's interface.
bool ReadsPages(const std::string& db, const std::string& name) {
  auto connection = Connection::Open(db, OpenMode::kRead);
  auto transaction = Transaction::Begin(*connection, Transaction::Kind::kRead);
  auto table = store::InspectTable(*connection, name);
  auto scan = RowScan::Open(*connection, **table, {(*table)->columns[0].name});
  while (*scan->Next()) continue;
  return scan->reads_pages();
}

class RowScanTest : public testing::Test {
 protected:
  void Sql(const std::string& sql) { RunSql(db_, sql); }
  void ExpectSame(const std::string& table) {
    const auto expected = Rows(db_, table, false);
    EXPECT_EQ(Rows(db_, table, true), expected);
    EXPECT_FALSE(expected.empty());
  }
  test::TempDir dir_;
  std::string db_ = dir_.path() + "/scan.db";
};

std::string RandomValue(std::mt19937& random) {
  switch (random() % 10) {
    case 0:
      return "NULL";
    case 1:
      return std::to_string(random() % 3);
    case 2:
      return std::to_string(static_cast<int64_t>(random()) - 2'000'000'000);
    case 3:
      return std::to_string((static_cast<int64_t>(random()) << 31) * (random() % 2 == 0 ? 1 : -1));
    case 4:
      return fmt::format("{}.5", random() % 1000);
    case 5:
      return "9e999";
    case 6:
      return fmt::format("x'{:02x}{:02x}'", random() % 256, random() % 256);
    case 7:
      return fmt::format("printf('%.*c', {}, 'x')", random() % (random() % 20 == 0 ? 70'000 : 900));
    default:
      return fmt::format("'日本{}'", random() % 100);
  }
}

TEST_F(RowScanTest, GivesWhatSqliteGives) {
  for (unsigned seed = 0; seed < 24; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::filesystem::remove(db_);
    const char* const keys[] = {"INTEGER PRIMARY KEY", "INT PRIMARY KEY", "INTEGER PRIMARY KEY DESC", "TEXT UNIQUE"};
    std::string sql = fmt::format(
        "PRAGMA page_size = {}; PRAGMA auto_vacuum = {}; BEGIN; CREATE TABLE t(a {}, b REAL, c TEXT, d, e FLOATING "
        "POINT, f);",
        512u << random() % 8, random() % 2, keys[random() % 4]);
    const int rows = static_cast<int>(random() % 600);
    for (int i = 0; i < rows; ++i) {
      const auto key = static_cast<int64_t>(random() % 5 == 0 ? random() << 20 : i * 3);
      sql += fmt::format("INSERT OR IGNORE INTO t VALUES({}, {}, {}, {}, {}, {});", key, RandomValue(random),
                         RandomValue(random), RandomValue(random), RandomValue(random), RandomValue(random));
    }
    sql += fmt::format("DELETE FROM t WHERE rowid % {} = 0;", 2 + random() % 9);
    sql += "ALTER TABLE t ADD COLUMN g; INSERT INTO t(a, c, g) VALUES(987654321, 'late', 5);";
    if (random() % 4 == 0) sql += "ALTER TABLE t ADD COLUMN h DEFAULT 'given'; INSERT INTO t(a, h) VALUES(-7, NULL);";
    if (random() % 4 == 0) sql += "ALTER TABLE t DROP COLUMN d;";
    Sql(sql + "COMMIT;");
    ExpectSame("t");
  }
}

TEST_F(RowScanTest, ReadsPagesWhereItCan) {
  Sql("CREATE TABLE plain(a INTEGER PRIMARY KEY, b); INSERT INTO plain VALUES(1, 2), (5, 'x');"
      "CREATE TABLE empty(a, b); CREATE TABLE keyed(a PRIMARY KEY, b) WITHOUT ROWID; INSERT INTO keyed VALUES(1, 2);"
      "CREATE TABLE made(a, b AS (a + 1)); INSERT INTO made VALUES(1); CREATE VIEW seen AS SELECT a, b FROM plain;"
      "CREATE TABLE older(a); INSERT INTO older VALUES(1); ALTER TABLE older ADD COLUMN b DEFAULT 7;");
  EXPECT_TRUE(ReadsPages(db_, "plain"));
  EXPECT_TRUE(ReadsPages(db_, "empty"));
  for (const char* table : {"keyed", "made", "seen"}) {
    EXPECT_FALSE(ReadsPages(db_, table)) << table;
    ExpectSame(table);
  }
  ExpectSame("plain");
  ExpectSame("older");
}

TEST_F(RowScanTest, ReadsAWriteAheadLogThroughSqlite) {
  Sql("PRAGMA journal_mode = WAL; CREATE TABLE t(a); INSERT INTO t VALUES(1);");
  // The log is emptied when the last connection closes.
  EXPECT_TRUE(ReadsPages(db_, "t"));
  auto writer = Connection::Open(db_, OpenMode::kWrite);
  ASSERT_TRUE(writer->Run("INSERT INTO t VALUES(2)").ok());
  EXPECT_FALSE(ReadsPages(db_, "t"));
  EXPECT_EQ(Rows(db_, "t", true), (std::vector<std::string>{"i1|i1|", "i2|i2|"}));
}

TEST_F(RowScanTest, ReadsUtf16ThroughSqlite) {
  Sql("PRAGMA encoding = 'UTF-16'; CREATE TABLE t(a); INSERT INTO t VALUES('日本');");
  EXPECT_FALSE(ReadsPages(db_, "t"));
  EXPECT_EQ(Rows(db_, "t", true), (std::vector<std::string>{"t6:日本|i1|"}));
}

// A lock of ours that got lost would let the writer in.
TEST_F(RowScanTest, KeepsTheLock) {
  Sql("CREATE TABLE t(a); INSERT INTO t VALUES(1);");
  auto reader = Connection::Open(db_, OpenMode::kRead);
  auto transaction = Transaction::Begin(*reader, Transaction::Kind::kRead);
  auto table = store::InspectTable(*reader, "t");
  {
    auto scan = RowScan::Open(*reader, **table, {"a"});
    ASSERT_TRUE(scan->reads_pages());
  }
  EXPECT_NE(std::system(("sqlite3 " + db_ + " 'INSERT INTO t VALUES(2)' 2> " + db_ + ".out").c_str()), 0);
}

TEST_F(RowScanTest, SurvivesAnyByte) {
  Sql("PRAGMA page_size = 512; CREATE TABLE t(a INTEGER PRIMARY KEY, b, c); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
      "SELECT i + 1 FROM n WHERE i < 400) INSERT INTO t SELECT i, printf('%.*c', CASE i % 50 WHEN 0 THEN 2000 ELSE i % "
      "40 "
      "END, 'x'), i * 1.5 FROM n;");
  std::ifstream in(db_, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  const auto right = Rows(db_, "t", false);
  std::mt19937 random(7);
  size_t same = 0;
  for (int i = 0; i < 400; ++i) {
    std::string bytes = whole;
    for (unsigned n = 1 + random() % 3; n > 0; --n)
      bytes[100 + random() % (bytes.size() - 100)] = static_cast<char>(random());
    if (random() % 10 == 0) bytes.resize(random() % bytes.size());
    std::ofstream(db_, std::ios::binary | std::ios::trunc) << bytes;
    same += Rows(db_, "t", true) == right ? 1 : 0;
  }
  // Some bytes are of no table.
  EXPECT_GT(same, 0u);
  EXPECT_LT(same, 400u);
}

}  // namespace
}  // namespace saiten
