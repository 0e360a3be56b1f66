#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "store/changes/attach.h"
#include "store/changes/changes.h"
#include "tests/store/support.h"

// A small database, its writers, and what is found to have changed in it.
namespace saiten::test {

// A writer of the user's, with settings of its own.
class RawWriter {
 public:
  explicit RawWriter(const std::string& path);
  RawWriter(const RawWriter&) = delete;
  RawWriter& operator=(const RawWriter&) = delete;
  ~RawWriter() { sqlite3_close(db_); }
  void Run(const std::string& sql);
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
  store::AttachReport Attach();
  // What a run would remember of the database as it is.
  store::DatabaseState State();
  store::ChangeSet Since(const store::DatabaseState& then);
  // The rows of a table by their number, or by their key where they have none.
  std::map<std::string, std::string> Rows(const std::string& table, const std::string& key);
  // Every row that differs after `change` must be in the change set, or the set must say that all is to be read anew.
  store::ChangeSet Covers(const std::function<void()>& change);
  store::ChangeSet CoversSql(const std::string& sql);
  // The same, and nothing had to be read anew.
  void Follows(const std::string& sql);
  std::vector<int64_t> RowidsAfter(const std::string& sql, const std::string& table);

  void SetUp() override;

  TempDir dir_;
  std::string db_ = dir_ / "crm.db";
  CatalogBuilder schema_;
  ObjectId contact_;
  std::map<std::string, std::string> watched_;  // quoted table: the expression of a row's number or key
};

}  // namespace saiten::test
