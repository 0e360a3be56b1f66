#include <algorithm>
#include <charconv>

#include "runtime/normalize.h"
#include "runtime/trim.h"
#include "store/load/row_filter.h"

namespace saiten::store {

RowFilter::RowFilter(const ColumnCondition& condition, size_t place) : place_(place), negated_(condition.negated) {
  for (const std::string& value : condition.values) {
    texts_.push_back(rt::Nfkc(value));
    // Databases have no truth values: they keep them as 0 and 1.
    const std::string_view number = value == "true" ? "1" : (value == "false" ? "0" : std::string_view(value));
    const char* end = number.data() + number.size();
    // A number out of range is read to its end, but not stored.
    const auto read = [end](std::from_chars_result result) { return result.ptr == end && result.ec == std::errc(); };
    Number n{false, 0, 0};
    n.is_whole = read(std::from_chars(number.data(), end, n.whole));
    if (read(std::from_chars(number.data(), end, n.real))) numbers_.push_back(n);
  }
}

bool RowFilter::Accepts(const Cell& cell) {
  if (cell.kind == Cell::Kind::kNull) return false;  // unknown is not true, negated or not (sem N4)
  if (cell.kind == Cell::Kind::kText) {
    if (const bool* const known = answers_.Find(cell.text)) return *known;
    const bool answer = !rt::Trim(cell.text).empty() && IsListedText(cell.text) != negated_;
    answers_.Put(cell.text, answer);
    return answer;
  }
  return IsListed(cell) != negated_;
}

bool RowFilter::IsListed(const Cell& cell) {
  return std::ranges::any_of(numbers_, [&](const Number& n) {
    return cell.kind == Cell::Kind::kInt && n.is_whole
               ? cell.integer == n.whole
               : n.real == (cell.kind == Cell::Kind::kInt ? static_cast<double>(cell.integer) : cell.real);
  });
}

bool RowFilter::IsListedText(std::string_view text) const {
  if (rt::SurelyNfkc(text)) return std::ranges::find(texts_, text) != texts_.end();
  return std::ranges::find(texts_, rt::Nfkc(text)) != texts_.end();
}

}  // namespace saiten::store
