#pragma once

#include <string>
#include <utility>
#include <vector>

#include "store/import/import_file.h"

namespace saiten::store {

// Puts rows of a file into one table. Values go in as StoredCell makes them.
class RowWriter {
 public:
  enum class Outcome : uint8_t { kInserted, kUpdated, kUnchanged, kBad };

  // Which row an update means: its row number, or the value of its key column.
  struct Identity {
    std::string column;
    bool is_rowid = false;
  };
  // A column with the same value in every row.
  using Constant = std::pair<std::string, std::string>;

  // `key_column` is written only where the file does not have it (records that get a number); may be empty.
  static Result<RowWriter> Make(Importer& importer, const SourceTable& table, const ImportFile& file,
                                std::vector<Constant> constants, const std::string& key_column,
                                const Identity& identity);

  // `key` is written into the key column if the file does not have one.
  Result<Outcome> Insert(const CsvRecord& record, const Cell& key);
  // Changes the row if a value differs.
  Result<Outcome> Update(const CsvRecord& record, const Cell& identity);

  // The columns that are written, in the order of SQL's parameters, and the cells of a row there.
  const std::vector<std::string>& columns() const { return names_; }
  Affinity affinity(size_t column) const { return affinities_[column]; }
  Cell CellOf(const CsvRecord& record, size_t column) const;

 private:
  explicit RowWriter(Importer& importer) : importer_(&importer) {}
  Result<Outcome> Done(Statement& statement, const CsvRecord& record, Outcome outcome);

  Importer* importer_;
  std::vector<std::string> names_;  // columns of the file, then the constants
  std::vector<Affinity> affinities_;
  std::vector<size_t> fields_;  // by column of the file: its place there
  std::vector<Type> types_;
  std::vector<std::string> constants_;
  bool writes_key_ = false;
  bool can_update_ = false;
  Statement insert_;
  Statement update_;
};

}  // namespace saiten::store
