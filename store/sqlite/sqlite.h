#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

// A thin owner of SQLite's handles, for store/ and flow/durable: nobody else sees sqlite3.h. Every failure becomes an
// Error in words for the user, of the kind that decides the exit code.
namespace saiten::store {

enum class OpenMode : uint8_t {
  kRead,    // must exist; never written, not even by mistake
  kWrite,   // must exist
  kCreate,  // made where it is missing
};

// One SQL statement with its parameters. Lives no longer than its Connection.
class Statement {
 public:
  Statement() = default;

  // The next row: true if there is one. After the last row (or an error) the statement is ready to run again.
  Result<bool> Step();
  // Runs it to its end; the parameters stay bound.
  Status Run();
  void Reset() { sqlite3_reset(handle_.get()); }

  // Parameters count from 1. Bound text must live until the next step is done.
  void Bind(int at, int64_t value) { sqlite3_bind_int64(handle_.get(), at, value); }
  void BindReal(int at, double value) { sqlite3_bind_double(handle_.get(), at, value); }
  void Bind(int at, std::string_view text) {
    sqlite3_bind_text64(handle_.get(), at, text.data() == nullptr ? "" : text.data(), text.size(), SQLITE_STATIC,
                        SQLITE_UTF8);
  }
  void BindNull(int at) { sqlite3_bind_null(handle_.get(), at); }

  // Columns count from 0.
  int64_t Int(int at) const { return sqlite3_column_int64(handle_.get(), at); }
  double Real(int at) const { return sqlite3_column_double(handle_.get(), at); }
  // Valid until the next step.
  std::string_view Text(int at) const;
  sqlite3_stmt* handle() const { return handle_.get(); }

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  std::shared_ptr<const std::string> path_;
};

// An open database file.
class Connection {
 public:
  static constexpr int kDefaultBusyMs = 5000;

  // kIo: missing, no rights, a folder. kCorrupt: no SQLite database. kBusy: locked for longer than `busy_ms`.
  static Result<Connection> Open(const std::string& path, OpenMode mode, int busy_ms = kDefaultBusyMs);

  const std::string& path() const { return *path_; }
  // Statements separated by `;`, without results.
  Status Run(const std::string& sql);
  Result<Statement> Prepare(const std::string& sql);
  // Rows that the last insert, update or delete changed.
  int64_t changes() const { return sqlite3_changes64(handle_.get()); }
  int64_t last_rowid() const { return sqlite3_last_insert_rowid(handle_.get()); }
  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
  std::shared_ptr<const std::string> path_;
};

// Everything between Begin and Commit happens or does not; without Commit the destructor takes it back.
class Transaction {
 public:
  enum class Kind : uint8_t { kRead, kWrite };
  static Result<Transaction> Begin(Connection& connection, Kind kind);
  Transaction(Transaction&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  Status Commit();

 private:
  explicit Transaction(Connection* connection) : connection_(connection) {}
  Connection* connection_;
};

// `name` as an SQL identifier: in double quotes, whatever it holds.
std::string QuoteName(std::string_view name);

}  // namespace saiten::store
