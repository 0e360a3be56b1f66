#include "store/sqlite.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace saiten::store {
namespace {

// The message for an SQLite result code; `detail` is SQLite's own sentence, `system_error` the errno behind it or 0.
Error Explain(int code, int system_error, const std::string& path, const std::string& detail) {
  const std::string system = system_error == 0 ? std::string() : fmt::format(" ({})", std::strerror(system_error));
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorKind::kBusy, fmt::format("the database `{}` is in use by another program", path),
              "try again when that program has finished with it"};
    case SQLITE_NOTADB:
      return {ErrorKind::kCorrupt, fmt::format("`{}` is not an SQLite database", path),
              "give the path of a database file, or import into a new one"};
    case SQLITE_CORRUPT:
      return {ErrorKind::kCorrupt, fmt::format("the database `{}` is damaged: {}", path, detail),
              "restore it from a copy; `sqlite3 FILE .recover` may save what is left"};
    case SQLITE_READONLY:
      return {ErrorKind::kIo, fmt::format("the database `{}` may not be written{}", path, system),
              "check the rights of the file and of its folder"};
    case SQLITE_FULL:
      return {ErrorKind::kIo, fmt::format("the disk is full: nothing was written to `{}`", path),
              "free some space and run again; the database is as it was before"};
    case SQLITE_IOERR:
      if (system_error == ENOSPC || system_error == EFBIG || system_error == EDQUOT) {
        return Explain(SQLITE_FULL, system_error, path, detail);
      }
      // The number of the system may be lost by the time the writes before are taken back.
      if (code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_TRUNCATE) {
        return {ErrorKind::kIo, fmt::format("writing to `{}` failed{}: nothing was written", path, system),
                "the disk may be full or the file at its limit of size; the database is as it was before"};
      }
      return {ErrorKind::kIo, fmt::format("reading or writing `{}` failed: {}{}", path, detail, system), ""};
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {ErrorKind::kIo, fmt::format("cannot open the database `{}`{}", path, system),
              "check the rights of the file and of its folder"};
    default:
      return {ErrorKind::kIo, fmt::format("the database `{}`: {}", path, detail), ""};
  }
}

Status CheckFile(const std::string& path, OpenMode mode) {
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT && mode == OpenMode::kCreate) return {};
    if (errno == ENOENT) {
      return Error{ErrorKind::kIo, fmt::format("there is no database `{}`", path),
                   "check the path, or make it with `saiten import FILE.csv --object NAME --db " + path + "`"};
    }
    return Error{ErrorKind::kIo, fmt::format("cannot open the database `{}` ({})", path, std::strerror(errno)), ""};
  }
  if (S_ISDIR(info.st_mode)) {
    return Error{ErrorKind::kIo, fmt::format("`{}` is a folder, not a database", path), "give the path of the file"};
  }
  return {};
}

}  // namespace

Error ErrorOf(sqlite3* handle, const std::string& path) {
  const int code = sqlite3_extended_errcode(handle);
  // The system's number is left over from earlier calls unless the failure was one of the file system.
  const int kind = code & 0xff;
  const bool of_system = kind == SQLITE_IOERR || kind == SQLITE_CANTOPEN || kind == SQLITE_FULL;
  return Explain(code, of_system ? sqlite3_system_errno(handle) : 0, path, sqlite3_errmsg(handle));
}

std::string QuoteName(std::string_view name) {
  std::string quoted = "\"";
  for (char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

Result<bool> Statement::Step() {
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
  // Reading opens for writing too where the rights allow it: only so can the journal of a writer that died be rolled
  // back.
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  if (mode == OpenMode::kCreate) flags |= SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  connection.handle_.reset(handle);
  if (code != SQLITE_OK) {
    return handle == nullptr ? Error{ErrorKind::kIo, "out of memory", ""} : ErrorOf(handle, path);
  }
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, busy_ms);
  if (mode == OpenMode::kRead) {
    SAITEN_RETURN_IF_ERROR(connection.Run("PRAGMA query_only = 1"));
  } else if (sqlite3_db_readonly(handle, "main") == 1) {
    return Explain(SQLITE_READONLY, 0, path, "");
  }
  // Opening reads nothing: only this finds out whether the file is a database at all.
  SAITEN_RETURN_IF_ERROR(connection.Run("SELECT count(*) FROM sqlite_master"));
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
