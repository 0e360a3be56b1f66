#include "store/import/import.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "store/import/import_file.h"

namespace saiten::store {
namespace {

// What is at the path; -1: nothing.
int64_t SizeOf(const std::string& path) {
  struct stat info{};
  return stat(path.c_str(), &info) == 0 ? static_cast<int64_t>(info.st_size) : -1;
}

Status Put(Importer& importer, const std::string& path, const ImportTarget& target) {
  if (const auto* object = std::get_if<ObjectId>(&target)) return ImportObjects(importer, path, *object);
  if (const auto* event = std::get_if<EventId>(&target)) return ImportEvents(importer, path, *event);
  return ImportList(importer, path, std::get<ListId>(target));
}

Result<ImportReport> ImportInto(const std::string& csv_path, const std::string& database, const Catalog& catalog,
                                ImportTarget target, const ImportOptions& options, DataErrors& errors) {
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(database, OpenMode::kCreate, options.busy_ms));
  SAITEN_RETURN_IF_ERROR(connection.Run("PRAGMA cache_size = -65536"));
  SAITEN_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(connection, Transaction::Kind::kWrite));
  ImportReport report;
  Importer importer{connection, catalog, options, errors, report};
  SAITEN_RETURN_IF_ERROR(Put(importer, csv_path, target));
  if (!options.dry_run) SAITEN_RETURN_IF_ERROR(transaction.Commit());
  if (options.progress) options.progress(report.rows);
  return report;
}

}  // namespace

Result<ImportReport> Import(const std::string& csv_path, const std::string& database, const Catalog& catalog,
                            ImportTarget target, const ImportOptions& options, DataErrors& errors) {
  StopScope scope;
  // A dry run must not leave even an empty file behind.
  const int64_t before = SizeOf(database);
  const bool in_memory = options.dry_run && before < 0;
  Result<ImportReport> report =
      ImportInto(csv_path, in_memory ? ":memory:" : database, catalog, target, options, errors);
  if (!report.ok() && before < 0 && SizeOf(database) == 0) unlink(database.c_str());
  if (report.ok() && !options.dry_run) scope.Done();
  return report;
}

}  // namespace saiten::store
