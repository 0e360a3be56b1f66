#include "store/changes/own_write.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "store/cache_folder.h"
#include "store/changes/changes.h"
#include "store/changes/fingerprint.h"
#include "store/changes/triggers.h"
#include "store/sqlite/source_table.h"

namespace saiten::store {
namespace {

namespace fs = std::filesystem;

fs::path FileOf(const std::string& database) { return fs::path(CacheFolderOf(database)) / "seen"; }

Result<int64_t> DataVersionOf(Connection& connection) {
  SAITEN_ASSIGN_OR_RETURN(Statement read, connection.Prepare("PRAGMA data_version"));
  SAITEN_ASSIGN_OR_RETURN(const bool any, read.Step());
  SAITEN_CHECK(any);
  return read.Int(0);
}

}  // namespace

std::string SeenDatabase::IdOf(const DatabaseState& state) {
  const std::string bytes = state.Encode();
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

std::optional<SeenDatabase> SeenDatabase::Read(const std::string& database) {
  std::error_code ignored;
  if (!fs::is_regular_file(FileOf(database), ignored)) return std::nullopt;
  std::ifstream file(FileOf(database));
  SeenDatabase seen;
  if (!(file >> seen.state >> seen.fingerprint)) return std::nullopt;
  return seen;
}

void SeenDatabase::Write(const std::string& database) const {
  const fs::path path = FileOf(database);
  fs::path fresh = path;
  fresh += ".new";
  std::error_code ignored;
  {
    std::ofstream file(fresh, std::ios::trunc);
    file << state << '\n' << fingerprint << '\n';
    if (!file.flush()) {
      fs::remove(fresh, ignored);
      return;
    }
  }
  fs::rename(fresh, path, ignored);
}

bool IsUnchangedSince(const std::string& database, const std::string& fingerprint) {
  auto connection = Connection::Open(database, OpenMode::kRead, /*busy_ms=*/0);
  if (!connection.ok() || fingerprint.empty()) return false;
  const auto read = BeginKnownRead(*connection);
  return read.ok() && read->fingerprint == fingerprint;
}

Result<OwnWrite> OwnWrite::Begin(Connection& connection, const ReadBase* base) {
  OwnWrite own(connection);
  own.base_ = base;
  SAITEN_ASSIGN_OR_RETURN(own.schema_version_, SchemaVersionOf(connection));
  SAITEN_ASSIGN_OR_RETURN(own.data_version_, DataVersionOf(connection));
  own.linked_ = base != nullptr && !base->fingerprint.empty() && FingerprintOf(connection) == base->fingerprint;
  if (own.linked_) own.state_ = SeenDatabase::IdOf(base->state);
  return own;
}

Result<OwnWrite> OwnWrite::BeginUnread(Connection& connection) {
  SAITEN_ASSIGN_OR_RETURN(OwnWrite own, Begin(connection, nullptr));
  const std::optional<SeenDatabase> seen = SeenDatabase::Read(connection.path());
  own.linked_ = seen && !seen->fingerprint.empty() && FingerprintOf(connection) == seen->fingerprint;
  if (own.linked_) own.state_ = seen->state;
  return own;
}

Status OwnWrite::BeforeCommit() {
  SAITEN_ASSIGN_OR_RETURN(const auto log, InspectTable(*connection_, kChangeTable));
  if (!log || log->Find("token") == nullptr) return {};
  SAITEN_ASSIGN_OR_RETURN(const int64_t version, SchemaVersionOf(*connection_));
  if (version != schema_version_) SAITEN_RETURN_IF_ERROR(MarkLog(*connection_, schema_version_, version));
  if (base_ != nullptr && base_->durable_seq > 0) {
    // The row that the snapshot ends with stays: its token is how the next run knows the log again.
    SAITEN_ASSIGN_OR_RETURN(Statement trim,
                            connection_->Prepare(fmt::format("DELETE FROM {} WHERE seq < ?1", kChangeTable)));
    trim.Bind(1, base_->durable_seq);
    SAITEN_RETURN_IF_ERROR(trim.Run());
  }
  // Somebody has emptied the log: it begins anew.
  SAITEN_ASSIGN_OR_RETURN(Statement any, connection_->Prepare(fmt::format("SELECT 1 FROM {} LIMIT 1", kChangeTable)));
  SAITEN_ASSIGN_OR_RETURN(const bool has_rows, any.Step());
  any.Reset();
  return has_rows ? Status() : MarkLog(*connection_);
}

std::string OwnWrite::AfterCommit() {
  if (!linked_) return {};
  // What closing the database would do anyway; done now, it happens before the fingerprint and not after it.
  if (!connection_->Run("PRAGMA wal_checkpoint(TRUNCATE)").ok()) return {};
  auto begun = Transaction::Begin(*connection_, Transaction::Kind::kRead);
  if (!begun.ok() || !connection_->Run("SELECT count(*) FROM sqlite_master").ok()) return {};
  std::string fingerprint = FingerprintOf(*connection_);
  if (fingerprint.empty()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(kFileClockMs + 2));
    fingerprint = FingerprintOf(*connection_);
  }
  const bool ended = begun->Commit().ok();
  // Moves with commits of others only: if it has not, the fingerprint is of our own last commit.
  const auto version = DataVersionOf(*connection_);
  if (!ended || !version.ok() || *version != data_version_ || fingerprint.empty()) return {};
  SeenDatabase{state_, fingerprint}.Write(connection_->path());
  return fingerprint;
}

}  // namespace saiten::store
