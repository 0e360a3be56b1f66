#include "store/schema/column_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runtime/utf8.h"
#include "store/data_errors.h"
#include "store/schema/placeholder.h"
#include "store/schema/schema_names.h"

namespace saiten::store {
namespace {

using Shape = ColumnProfile::Shape;

constexpr size_t kMostShown = 4;

std::string_view KindOf(Shape shape) {
  switch (shape) {
    case Shape::kDate:
      return "date";
    case Shape::kInstant:
    case Shape::kUnixSeconds:
    case Shape::kUnixMillis:
      return "time";
    case Shape::kInt:
    case Shape::kDecimal:
      return "number";
    case Shape::kBool:
    case Shape::kEnum:
    case Shape::kSet:
    case Shape::kText:
      break;
  }
  return "value";
}

}  // namespace

std::string ListOf(const Misfits& misfits, bool words_too) {
  std::vector<std::string> shown;
  bool more = !misfits.complete();
  for (const auto& [value, count] : misfits.values()) {
    if (!words_too && IsWord(value)) continue;
    if (shown.size() < kMostShown) {
      shown.push_back(fmt::format("{} {}", QuoteText(Excerpt(value)), count));
    } else {
      more = true;
    }
  }
  return fmt::format("{}{}", fmt::join(shown, ", "), more && !shown.empty() ? ", ..." : "");
}

std::string CommentOn(const ColumnProfile& column) {
  const Shape shape = column.shape();
  if (column.known() == 0) {
    return shape == Shape::kText ? "  // no values to tell its type" : "  // no values: the type is as declared";
  }
  std::vector<std::string> said;
  if (shape == Shape::kUnixSeconds) said.emplace_back("Unix seconds");
  if (shape == Shape::kUnixMillis) said.emplace_back("Unix milliseconds");
  if (column.unknown() > 0) said.push_back(fmt::format("unknown in {} of {}", column.unknown(), column.rows()));
  if (const Misfits* misfits = column.misfits()) {
    const std::string others = ListOf(*misfits, false);
    if (!others.empty()) said.push_back(fmt::format("no {}: {}", KindOf(shape), others));
  }
  if (shape == Shape::kText && column.mostly_numbers()) {
    if (column.not_numbers().count() > 0) {
      said.push_back(fmt::format("mostly numbers, but also {}", ListOf(column.not_numbers(), true)));
    } else if (column.has_leading_zeros()) {
      said.emplace_back("numbers with zeros in front");
    }
  }
  return said.empty() ? std::string() : fmt::format("  // {}", fmt::join(said, "; "));
}

}  // namespace saiten::store
