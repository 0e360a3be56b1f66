#include "tests/store/changes_fixture.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "store/changes/fingerprint.h"
#include "store/changes/own_write.h"

namespace saiten::test {

using store::ChangeSet;
using store::Connection;
using store::DatabaseState;
using store::OpenMode;

RawWriter::RawWriter(const std::string& path) {
  EXPECT_EQ(sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK);
}

void RawWriter::Run(const std::string& sql) {
  char* message = nullptr;
  EXPECT_EQ(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message << "\n" << sql;
  sqlite3_free(message);
}

store::AttachReport ChangesTest::Attach() {
  auto report = store::AttachLog(db_, schema_.catalog, 50);
  EXPECT_TRUE(report.ok()) << report.error().message;
  return report.ok() ? std::move(*report) : store::AttachReport();
}

DatabaseState ChangesTest::State() {
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

ChangeSet ChangesTest::Since(const DatabaseState& then) {
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

std::map<std::string, std::string> ChangesTest::Rows(const std::string& table, const std::string& key) {
  std::map<std::string, std::string> rows;
  const std::string all = Query(db_, fmt::format("SELECT {}, '#', * FROM {}", key, table));
  for (size_t at = 0; at < all.size();) {
    const size_t end = std::min(all.find('\n', at), all.size());
    const std::string line = all.substr(at, end - at);
    rows[line.substr(0, line.find("|#"))] = line;
    at = end + 1;
  }
  return rows;
}

ChangeSet ChangesTest::Covers(const std::function<void()>& change) {
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

ChangeSet ChangesTest::CoversSql(const std::string& sql) {
  SCOPED_TRACE(sql);
  return Covers([&] { Sql(sql); });
}

void ChangesTest::Follows(const std::string& sql) {
  const ChangeSet set = CoversSql(sql);
  EXPECT_EQ(set.all_anew.en, "") << sql;
  EXPECT_FALSE(set.known_unchanged) << sql;
  for (const auto& table : set.tables) EXPECT_EQ(table.anew.en, "") << sql;
}

std::vector<int64_t> ChangesTest::RowidsAfter(const std::string& sql, const std::string& table) {
  const ChangeSet set = CoversSql(sql);
  const store::TableChanges* changes = set.Find(table);
  EXPECT_NE(changes, nullptr);
  return changes == nullptr ? std::vector<int64_t>() : changes->rowids;
}

void ChangesTest::SetUp() {
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

}  // namespace saiten::test
