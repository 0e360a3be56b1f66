#include "tests/support/database.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <zlib.h>

#include <memory>
#include <vector>

namespace saiten::test {
namespace {

struct Closer {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
};
using Database = std::unique_ptr<sqlite3, Closer>;

Database Open(const std::string& path) {
  sqlite3* db = nullptr;
  const int code = sqlite3_open(path.c_str(), &db);
  EXPECT_EQ(code, SQLITE_OK) << path << ": " << sqlite3_errmsg(db);
  return Database(db);
}

// Splits one CSV text by RFC 4180.
std::vector<std::vector<std::string>> SplitCsv(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1, {std::string()});
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"')
        rows.back().back() += c;
      else if (i + 1 < text.size() && text[i + 1] == '"')
        rows.back().back() += text[++i];
      else
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      rows.back().emplace_back();
    } else if (c == '\n') {
      rows.push_back({std::string()});
    } else if (c != '\r') {
      rows.back().back() += c;
    }
  }
  if (rows.back().size() == 1 && rows.back()[0].empty()) rows.pop_back();
  return rows;
}

}  // namespace

void RunSql(const std::string& path, const std::string& script) {
  Database db = Open(path);
  char* message = nullptr;
  const int code = sqlite3_exec(db.get(), script.c_str(), nullptr, nullptr, &message);
  EXPECT_EQ(code, SQLITE_OK) << (message ? message : "") << "\nin " << path;
  sqlite3_free(message);
}

std::string QuerySql(const std::string& path, const std::string& script) {
  Database db = Open(path);
  std::string rows;
  auto add = [](void* to, int count, char** values, char**) {
    auto& text = *static_cast<std::string*>(to);
    for (int i = 0; i < count; ++i) {
      if (i) text += '|';
      if (values[i]) text += values[i];
    }
    text += '\n';
    return 0;
  };
  char* message = nullptr;
  const int code = sqlite3_exec(db.get(), script.c_str(), add, &rows, &message);
  EXPECT_EQ(code, SQLITE_OK) << (message ? message : "") << "\nin " << path;
  sqlite3_free(message);
  return rows;
}

void LoadRawCsv(const std::string& database, const std::string& csv, const std::string& name) {
  gzFile file = gzopen(csv.c_str(), "rb");  // reads plain files too
  ASSERT_NE(file, nullptr) << csv;
  std::string text;
  char buffer[1 << 16];
  for (int n; (n = gzread(file, buffer, sizeof buffer)) > 0;) text.append(buffer, n);
  gzclose(file);
  const auto rows = SplitCsv(text);
  ASSERT_FALSE(rows.empty()) << csv;
  std::string columns, marks;
  for (const std::string& column : rows[0]) {
    columns += (columns.empty() ? "\"" : ", \"") + column + "\" text";
    marks += marks.empty() ? "?" : ", ?";
  }
  Database db = Open(database);
  sqlite3_exec(db.get(), ("create table \"" + name + "\" (" + columns + "); begin").c_str(), nullptr, nullptr, nullptr);
  sqlite3_stmt* insert = nullptr;
  const std::string sql = "insert into \"" + name + "\" values (" + marks + ")";
  ASSERT_EQ(sqlite3_prepare_v2(db.get(), sql.c_str(), -1, &insert, nullptr), SQLITE_OK) << sqlite3_errmsg(db.get());
  for (size_t r = 1; r < rows.size(); ++r) {
    ASSERT_EQ(rows[r].size(), rows[0].size()) << csv << " row " << r;
    for (size_t c = 0; c < rows[r].size(); ++c) {
      sqlite3_bind_text(insert, static_cast<int>(c + 1), rows[r][c].data(), static_cast<int>(rows[r][c].size()),
                        SQLITE_TRANSIENT);
    }
    ASSERT_EQ(sqlite3_step(insert), SQLITE_DONE);
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  sqlite3_exec(db.get(), "commit", nullptr, nullptr, nullptr);
}

}  // namespace saiten::test
