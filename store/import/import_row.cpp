#include <fmt/format.h>

#include <charconv>

#include "runtime/decimal_text.h"
#include "store/import/import_file.h"
#include "store/import/row_tally.h"
#include "store/messages.h"

namespace saiten::store {
namespace {

bool IsNumber(const Type& type) {
  return type.is(TypeKind::kInt) || type.is(TypeKind::kDecimal) || type.is(TypeKind::kMoney) ||
         type.is(TypeKind::kDuration);
}

// Decimals that a type takes; of a duration, which is a number of seconds, those of a microsecond.
int ScaleOf(const Type& type) {
  if (type.is(TypeKind::kDecimal)) return type.scale;
  if (type.is(TypeKind::kMoney)) return std::max(CurrencyDigits(type.ref), 0);
  return type.is(TypeKind::kDuration) ? 6 : 0;
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
  // A number would lose the zeros that make `100.00` an error where no decimals are declared.
  int64_t ignored = 0;
  if (rt::ParseDecimal(text, ScaleOf(type), &ignored) != rt::ParseStatus::kOk) return Cell::OfText(text);
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

RowChecker::RowChecker(Importer& importer, const ImportFile& file, const SourceTable& table, const std::string& subject)
    : importer_(importer) {
  for (const ImportColumn& column : file.columns) {
    columns_.push_back({column.at, ValueReader(importer.catalog, column.property, importer.options.zone),
                        ErrorSink(importer.errors, subject, column.property.name),
                        !column.property.type.optional && !column.property.is_key,
                        AffinityOf(table.Find(column.column)->declared), column.shown});
  }
}

void RowChecker::Check(const CsvRecord& record, std::string_view key) {
  for (Checked& column : columns_) {
    const std::string_view text = record.fields[column.at];
    const Cell held = HeldCell(StoredCell(text, column.affinity, column.reader.type()), column.affinity);
    const Reading reading = column.reader.Read(held);
    if (column.reader.type().is(TypeKind::kInstant)) column.serials.Add(held);
    if (reading.kind == Reading::Kind::kValue || reading.kind == Reading::Kind::kText) continue;
    auto example = [&] { return DataErrorGroup::Example{std::string(key), Excerpt(text)}; };
    if (reading.kind == Reading::Kind::kError) {
      column.errors.Count(reading.error, example, column.required);
    } else if (column.required) {
      column.errors.Count(DataErrorKind::kRequiredUnknown, example);
    }
  }
}

void RowChecker::Finish() {
  for (const Checked& column : columns_) {
    if (column.serials.count() == 0) continue;
    importer_.report.warnings.push_back(
        Say(Words::kSerialDates, {column.shown, column.serials.count(), fmt::format("{}", column.serials.example())}));
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
