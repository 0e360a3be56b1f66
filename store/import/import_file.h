#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/import/csv_reader.h"
#include "store/import/import.h"
#include "store/import/serial_dates.h"
#include "store/import/table_maker.h"
#include "store/load/loader.h"

// The parts of an import, private to store/.
namespace saiten::store {

// One column of the file that goes into the database.
struct ImportColumn {
  size_t at = 0;          // in the file
  std::string column;     // in the database
  PropertyInfo property;  // what it is read as at load
  Text shown;             // "contact.source", "the time of `purchase`"
};

// A name that a column of the file may have, and what it then is.
struct Candidate {
  std::vector<std::string> names;  // the column's, the property's, its label
  std::string column;
  PropertyInfo property;
  Text shown;
};

// A file whose first line has been read and understood.
struct ImportFile {
  CsvReader reader;
  std::vector<std::string> header;
  std::vector<ImportColumn> columns;

  // The place in `columns` of a database column; nullopt if the file does not have it.
  std::optional<size_t> Find(std::string_view column) const;
};

// Opens the file and matches its first line; fills the report's matched, ignored and missing.
Result<ImportFile> OpenImport(const std::string& path, const std::vector<Candidate>& candidates,
                              const ImportOptions& options, ImportReport& report);

// Everything that one import shares.
struct Importer {
  Connection& connection;
  const Catalog& catalog;
  const ImportOptions& options;
  DataErrors& errors;
  ImportReport& report;

  void Bad(uint64_t line, Text reason);
  void Tick() {
    if (++report.rows % 100'000 == 0 && options.progress) options.progress(report.rows);
  }
  // Reads the next good record; false at the end. Records with a wrong number of fields or bad quotes are listed.
  Result<bool> Next(ImportFile& file, CsvRecord* record);
};

// The value as it is bound: numbers that the type accepts are bound as numbers to columns without a type of their own,
// empty cells as null.
Cell StoredCell(std::string_view text, Affinity affinity, const Type& type);
void BindCell(Statement& statement, int at, const Cell& cell);

// Checks the values of a row as a load would, as the table will hold them, and counts what would not load.
class RowChecker {
 public:
  RowChecker(Importer& importer, const ImportFile& file, const SourceTable& table, const std::string& subject);
  void Check(const CsvRecord& record, std::string_view key);
  // After the last row: what only all of them tell goes into the report's warnings.
  void Finish();

 private:
  struct Checked {
    size_t at;
    ValueReader reader;
    ErrorSink errors;
    bool required;
    Affinity affinity;
    Text shown;
    SerialDates serials = {};
  };
  Importer& importer_;
  std::vector<Checked> columns_;
};

// The records of an object in the database: found by key, added by key.
class RecordIndex {
 public:
  // Makes the object's table where it is missing, with the columns named.
  static Result<RecordIndex> Open(Importer& importer, ObjectId object, const std::vector<std::string>& needed);

  // The key as it is compared; nullopt for one that is unknown or does not parse.
  struct Key {
    bool is_text = false;
    int64_t number = 0;
    std::string text;
  };
  std::optional<Key> KeyOf(const Cell& cell);
  uint32_t Find(const Key& key) const { return key.is_text ? keys_->Find(key.text) : keys_->Find(key.number); }
  uint32_t Add(const Key& key) { return key.is_text ? keys_->Add(key.text) : keys_->Add(key.number); }
  // Adds a record with nothing but its key.
  Status Insert(const Key& key);

  const SourceTable& table() const { return table_; }
  const std::string& key_column() const { return key_column_; }
  // The row number of each record that Find gives, in tables that have row numbers.
  std::vector<int64_t>& rowids() { return rowids_; }

 private:
  explicit RecordIndex(ValueReader reader) : reader_(std::move(reader)) {}
  SourceTable table_;
  std::string key_column_;
  std::unique_ptr<KeyMap> keys_;
  std::vector<int64_t> rowids_;
  ValueReader reader_;
  Statement insert_;
};

// True if running the statement broke a rule of the table (NOT NULL, CHECK, UNIQUE, a strict type): a bad row. Other
// failures come back as errors.
Result<bool> RunUnlessConstraint(Connection& connection, Statement& statement, std::string* why);

Status ImportObjects(Importer& importer, const std::string& path, ObjectId id);
Status ImportEvents(Importer& importer, const std::string& path, EventId id);
Status ImportList(Importer& importer, const std::string& path, ListId id);

}  // namespace saiten::store
