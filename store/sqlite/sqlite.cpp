#include "store/sqlite/sqlite.h"

#include <sys/stat.h>

#include <cerrno>

#include "base/interrupt.h"
#include "base/memory_limit.h"
#include "store/messages.h"
#include "store/sqlite/gathering.h"

namespace saiten::store {
namespace {

// The reason of the system in brackets, or nothing.
Text InBrackets(int system_error) {
  if (system_error == 0) return {};
  const Text reason = SystemReason(system_error);
  return {" (" + reason.en + ")", "(" + reason.ja + ")"};
}

// The message for an SQLite result code; `detail` is SQLite's own sentence, `system_error` the errno behind it or 0.
Error Explain(int code, int system_error, const std::string& path, const std::string& detail) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Fail(Failure::kInUse, {path});
    case SQLITE_NOTADB:
      return Fail(Failure::kNotADatabase, {path});
    case SQLITE_CORRUPT:
      return Fail(Failure::kDamaged, {path, detail});
    case SQLITE_READONLY:
      return Fail(Failure::kNotWritable, {path, InBrackets(system_error)});
    case SQLITE_FULL:
      return Fail(Failure::kDiskFull, {path});
    case SQLITE_IOERR:
      if (system_error == ENOSPC || system_error == EFBIG || system_error == EDQUOT) {
        return Explain(SQLITE_FULL, system_error, path, detail);
      }
      // The number of the system may be lost by the time the writes before are taken back.
      if (code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_TRUNCATE) {
        return Fail(Failure::kWriteFailed, {path, InBrackets(system_error)});
      }
      return Fail(Failure::kDatabaseIo, {path, detail, InBrackets(system_error)});
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return Fail(Failure::kCannotOpen, {path, InBrackets(system_error)});
    case SQLITE_INTERRUPT:
      return Fail(Failure::kStopped, {path});
    case SQLITE_NOMEM:
      EndForNoMemory();
    default:
      return Fail(Failure::kOtherSqlite, {path, detail});
  }
}

Status CheckFile(const std::string& path, OpenMode mode) {
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT && mode == OpenMode::kCreate) return {};
    if (errno == ENOENT) return Fail(Failure::kNoDatabase, {path});
    return Fail(Failure::kCannotOpen, {path, InBrackets(errno)});
  }
  if (S_ISDIR(info.st_mode)) return Fail(Failure::kFolder, {path});
  return {};
}

// What the last call on `handle` failed of, for the database `path`.
Error ErrorOf(sqlite3* handle, const std::string& path) {
  const int code = sqlite3_extended_errcode(handle);
  // The system's number is left over from earlier calls unless the failure was one of the file system.
  const int kind = code & 0xff;
  const bool of_system = kind == SQLITE_IOERR || kind == SQLITE_CANTOPEN || kind == SQLITE_FULL;
  return Explain(code, of_system ? sqlite3_system_errno(handle) : 0, path, sqlite3_errmsg(handle));
}

}  // namespace

std::string QuoteName(std::string_view name) {
  std::string quoted = "\"";
  for (char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

Result<bool> Statement::Step() {
  if (StopScope::Asked()) return Fail(Failure::kStopped, {*path_});
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    sqlite3_reset(handle_.get());
    return false;
  }
  Error error = ErrorOf(sqlite3_db_handle(handle_.get()), *path_);
  sqlite3_reset(handle_.get());
  return error;
}

Status Statement::Run() {
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, Step());
    if (!more) return {};
  }
}

std::string_view Statement::Text(int at) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), at));
  return {bytes == nullptr ? "" : bytes, static_cast<size_t>(sqlite3_column_bytes(handle_.get(), at))};
}

Result<Connection> Connection::Open(const std::string& path, OpenMode mode, int busy_ms) {
  SAITEN_RETURN_IF_ERROR(CheckFile(path, mode));
  Connection connection;
  connection.path_ = std::make_shared<const std::string>(path);
  // Nobody asks how much memory SQLite has; counting it takes a lock for every piece.
  static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(uncounted);
  // Reading opens for writing too where the rights allow it: only so can the journal of a writer that died be rolled
  // back.
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  if (mode == OpenMode::kCreate) flags |= SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  const char* const files = mode == OpenMode::kRead ? nullptr : GatheringFiles();
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, files);
  connection.handle_.reset(handle);
  if (code != SQLITE_OK) {
    if (handle == nullptr) EndForNoMemory();
    return ErrorOf(handle, path);
  }
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, busy_ms);
  // Statements that take long by themselves (an index, a deletion) can be stopped, too.
  sqlite3_progress_handler(handle, 100'000, [](void*) { return StopScope::Asked() ? 1 : 0; }, nullptr);
  if (mode == OpenMode::kRead) {
    SAITEN_RETURN_IF_ERROR(connection.Run("PRAGMA query_only = 1"));
  } else if (sqlite3_db_readonly(handle, "main") == 1) {
    return Explain(SQLITE_READONLY, 0, path, "");
  }
  // Opening reads nothing: only this finds out whether the file is a database at all.
  Status readable = connection.Run("SELECT count(*) FROM sqlite_master");
  // The log or the journal beside the file has to be worked in before it can be read.
  if (!readable.ok() && mode == OpenMode::kRead && (sqlite3_errcode(handle) & 0xff) == SQLITE_READONLY) {
    return Fail(Failure::kNeedsFolder, {path});
  }
  SAITEN_RETURN_IF_ERROR(std::move(readable));
  return connection;
}

Status Connection::Run(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return ErrorOf(handle_.get(), *path_);
  }
  return {};
}

Result<Statement> Connection::Prepare(const std::string& sql) {
  Statement statement;
  statement.path_ = path_;
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (code != SQLITE_OK) return ErrorOf(handle_.get(), *path_);
  statement.handle_.reset(handle);
  return statement;
}

Result<Transaction> Transaction::Begin(Connection& connection, Kind kind) {
  SAITEN_RETURN_IF_ERROR(connection.Run(kind == Kind::kRead ? "BEGIN" : "BEGIN IMMEDIATE"));
  return Transaction(&connection);
}

Status Transaction::Commit() {
  if (StopScope::Asked()) return Fail(Failure::kStopped, {connection_->path()});
  SAITEN_RETURN_IF_ERROR(connection_->Run("COMMIT"));
  connection_ = nullptr;
  return {};
}

Transaction::~Transaction() {
  // Some failures have rolled back already; doing it again is harmless and its failure says nothing new.
  if (connection_ != nullptr && sqlite3_get_autocommit(connection_->handle()) == 0) {
    sqlite3_exec(connection_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

}  // namespace saiten::store
