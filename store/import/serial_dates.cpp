#include "store/import/serial_dates.h"

#include <cmath>
#include <cstdlib>
#include <string>

#include "runtime/decimal_text.h"
#include "runtime/trim.h"

namespace saiten::store {
namespace {

constexpr double kYear1973 = 94'694'400;

}  // namespace

void SerialDates::Add(const Cell& cell, uint64_t rows) {
  double number = 0;
  switch (cell.kind) {
    case Cell::Kind::kNull:
      return;
    case Cell::Kind::kInt:
      number = static_cast<double>(cell.integer);
      break;
    case Cell::Kind::kReal:
      number = cell.real;
      break;
    case Cell::Kind::kText: {
      int64_t whole = 0;
      const rt::ParseStatus status = rt::ParseDecimal(cell.text, 0, &whole);
      if (status != rt::ParseStatus::kOk && status != rt::ParseStatus::kTooManyDecimals) return;
      number = std::strtod(std::string(rt::Trim(cell.text)).c_str(), nullptr);
      break;
    }
  }
  numbers_ += rows;
  if (number == 0 || std::fabs(number) >= kYear1973) return;
  if (tiny_ == 0) example_ = number;
  tiny_ += rows;
}

}  // namespace saiten::store
