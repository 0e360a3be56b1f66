#pragma once

#include <sqlite3.h>

#include <string>
#include <string_view>

// The little of SQLite's C interface that the benchmark needs; any failure ends the process with SQLite's message.
namespace saiten::bench {

class Database {
 public:
  explicit Database(const std::string& path);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void Do(const char* sql);
  sqlite3* get() { return db_; }
  [[noreturn]] void Fail();

 private:
  sqlite3* db_ = nullptr;
};

class Statement {
 public:
  Statement(Database& db, const std::string& sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Parameters count from 1. Texts must live until Insert.
  void Bind(int at, int64_t value) { sqlite3_bind_int64(statement_, at, value); }
  void Bind(int at, std::string_view text) {
    sqlite3_bind_text(statement_, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  void BindNull(int at) { sqlite3_bind_null(statement_, at); }
  void Insert();

  bool Next();
  int64_t Number(int column) { return sqlite3_column_int64(statement_, column); }
  // Text as its length and first byte: enough that the value must be there.
  int64_t Text(int column) {
    const unsigned char* text = sqlite3_column_text(statement_, column);
    return text == nullptr ? 0 : sqlite3_column_bytes(statement_, column) + *text;
  }

 private:
  Database& db_;
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace saiten::bench
