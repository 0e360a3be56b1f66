#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/import/byte_source.h"

namespace saiten::store {

// One line of a CSV file; more than one where quotes hold line ends.
struct CsvRecord {
  // What is wrong with its quotes, or nothing.
  enum class Fault : uint8_t { kNone, kTextAfterQuote, kQuoteNotClosed };
  uint64_t line = 0;  // of its beginning, from 1
  Fault fault = Fault::kNone;
  std::vector<std::string_view> fields;  // valid until the next record; unquoted
};

// Reads records of a CSV file (RFC 4180; line ends of every kind, delimiter as told). Empty lines are left out.
class CsvReader {
 public:
  explicit CsvReader(ByteSource source) : source_(std::move(source)) {}

  // The delimiter that stands most often in the first line outside quotes: `,` `;` or tab; `,` if none does. Before
  // Next.
  Result<char> DetectDelimiter();
  void SetDelimiter(char delimiter) { delimiter_ = delimiter; }

  // Reads the next record; false at the end of the file.
  Result<bool> Next(CsvRecord* record);

  const ByteSource& source() const { return source_; }

 private:
  struct Field {
    size_t begin;
    size_t end;
    bool quoted;
    bool doubled;  // holds "" which stands for "
  };
  enum class Scan : uint8_t { kRecord, kMore };
  // Finds the fields of the record that begins at at_; kMore if the buffer ends before it does.
  Scan ScanRecord(CsvRecord* record);
  Status Fill();
  std::string_view TextOf(const Field& field);

  ByteSource source_;
  char delimiter_ = ',';
  std::string buffer_;
  size_t at_ = 0;    // where the next record begins
  size_t next_ = 0;  // where the one after it begins
  uint64_t line_ = 1;
  uint64_t lines_in_ = 0;  // line ends of the record just scanned
  bool at_end_ = false;
  std::vector<Field> fields_;
};

}  // namespace saiten::store
