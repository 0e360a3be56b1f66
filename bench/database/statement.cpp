#include "bench/database/statement.h"

#include <cstdio>
#include <cstdlib>

namespace saiten::bench {

Database::Database(const std::string& path) {
  if (sqlite3_open(path.c_str(), &db_) != SQLITE_OK) Fail();
}

Database::~Database() { sqlite3_close(db_); }

void Database::Do(const char* sql) {
  if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) Fail();
}

void Database::Fail() {
  std::fprintf(stderr, "bench_database: %s\n", sqlite3_errmsg(db_));
  std::exit(2);
}

Statement::Statement(Database& db, const std::string& sql) : db_(db) {
  if (sqlite3_prepare_v2(db.get(), sql.c_str(), -1, &statement_, nullptr) != SQLITE_OK) db.Fail();
}

Statement::~Statement() { sqlite3_finalize(statement_); }

void Statement::Insert() {
  if (sqlite3_step(statement_) != SQLITE_DONE) db_.Fail();
  sqlite3_reset(statement_);
}

bool Statement::Next() {
  const int status = sqlite3_step(statement_);
  if (status == SQLITE_ROW) return true;
  if (status != SQLITE_DONE) db_.Fail();
  return false;
}

}  // namespace saiten::bench
