#include <fmt/format.h>

#include <charconv>

#include "store/import_file.h"

namespace saiten::store {
namespace {

bool IsNumber(const Type& type) {
  return type.is(TypeKind::kInt) || type.is(TypeKind::kDecimal) || type.is(TypeKind::kMoney) ||
         type.is(TypeKind::kDuration);
}

// A number as a program would write it: no spaces, no leading zeros, no sign but `-`, and few enough digits for a
// double.
bool IsPlainNumber(std::string_view text, bool* whole) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const size_t point = text.find('.');
  const std::string_view before = text.substr(0, point);
  const std::string_view after = point == std::string_view::npos ? "" : text.substr(point + 1);
  *whole = point == std::string_view::npos;
  auto digits = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  if (!digits(before) || (before.size() > 1 && before[0] == '0')) return false;
  return *whole || (digits(after) && before.size() + after.size() <= 15);
}

}  // namespace

Cell StoredCell(std::string_view text, Affinity affinity, const Type& type) {
  if (text.empty()) return Cell::Null();
  bool whole = false;
  // Where the column has a type SQLite converts; where it has none, a number bound as text would sort as text.
  if (affinity != Affinity::kNone || !IsNumber(type) || !IsPlainNumber(text, &whole)) return Cell::OfText(text);
  const char* end = text.data() + text.size();
  if (whole) {
    int64_t number = 0;
    const bool fits = std::from_chars(text.data(), end, number).ec == std::errc();
    return fits ? Cell::OfInt(number) : Cell::OfText(text);
  }
  double number = 0;
  const bool fits = std::from_chars(text.data(), end, number).ec == std::errc();
  return fits ? Cell::OfReal(number) : Cell::OfText(text);
}

void BindCell(Statement& statement, int at, const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::kNull:
      statement.BindNull(at);
      return;
    case Cell::Kind::kInt:
      statement.Bind(at, cell.integer);
      return;
    case Cell::Kind::kReal:
      statement.BindReal(at, cell.real);
      return;
    case Cell::Kind::kText:
      statement.Bind(at, cell.text);
      return;
  }
}

RowChecker::RowChecker(Importer& importer, const ImportFile& file, const std::string& subject) : importer_(importer) {
  for (const ImportColumn& column : file.columns) {
    columns_.push_back({column.at, ValueReader(importer.catalog, column.property, importer.options.zone),
                        ErrorSink(importer.errors, subject, column.property.name),
                        !column.property.type.optional && !column.property.is_key});
  }
}

void RowChecker::Check(const CsvRecord& record, std::string_view key) {
  for (Checked& column : columns_) {
    const std::string_view text = record.fields[column.at];
    const Reading reading = column.reader.Read(text.empty() ? Cell::Null() : Cell::OfText(text));
    if (reading.kind == Reading::Kind::kValue || reading.kind == Reading::Kind::kText) continue;
    auto example = [&] { return DataErrorGroup::Example{std::string(key), Excerpt(text)}; };
    if (reading.kind == Reading::Kind::kError) column.errors.Count(reading.error, example);
    if (column.required) column.errors.Count(DataErrorKind::kRequiredUnknown, example);
  }
}

Result<bool> RunUnlessConstraint(Connection& connection, Statement& statement, std::string* why) {
  Status done = statement.Run();
  if (done.ok()) return false;
  const int code = sqlite3_errcode(connection.handle()) & 0xff;
  if (code != SQLITE_CONSTRAINT && code != SQLITE_MISMATCH) return std::move(done).error();
  *why = sqlite3_errmsg(connection.handle());
  return true;
}

}  // namespace saiten::store
