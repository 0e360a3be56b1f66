#include "store/changes/changes.h"

#include <fmt/format.h>

#include "store/changes/attach.h"
#include "tests/store/changes_fixture.h"

// Which rows the log of changes names.
namespace saiten {
namespace {

using store::ChangeSet;
using store::DatabaseState;
using test::ChangesTest;
using test::RawWriter;

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

}  // namespace
}  // namespace saiten
