#include "store/import/row_tally.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <functional>
#include <iterator>

#include "runtime/hash.h"

namespace saiten::store {
namespace {

// Reads a text as SQLite does before it stores it in a column of numbers; false for what it leaves a text.
bool ReadsAsNumber(std::string_view text, Cell* cell) {
  auto space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  std::string_view number = text.starts_with('+') ? text.substr(1) : text;
  const std::string_view digits = number.starts_with('-') ? number.substr(1) : number;
  // from_chars knows more words for numbers (inf, nan) than SQLite.
  if (digits.empty() || digits.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return false;
  const char* end = number.data() + number.size();
  int64_t whole = 0;
  if (const auto [stop, error] = std::from_chars(number.data(), end, whole); stop == end && error == std::errc()) {
    *cell = Cell::OfInt(whole);
    return true;
  }
  double real = 0;
  if (const auto [stop, error] = std::from_chars(number.data(), end, real); stop != end || error != std::errc())
    return false;
  *cell = Cell::OfReal(real);
  return true;
}

}  // namespace

Cell HeldCell(const Cell& bound, Affinity affinity) {
  Cell value = bound;
  const bool numbers = affinity == Affinity::kInteger || affinity == Affinity::kReal || affinity == Affinity::kNumeric;
  if (numbers && bound.kind == Cell::Kind::kText) ReadsAsNumber(bound.text, &value);
  if (affinity == Affinity::kReal && value.kind == Cell::Kind::kInt)
    value = Cell::OfReal(static_cast<double>(value.integer));
  return value;
}

void AppendComparable(std::string* row, const Cell& cell, Affinity affinity) {
  Cell value = HeldCell(cell, affinity);
  const bool whole = value.kind == Cell::Kind::kReal && std::floor(value.real) == value.real &&
                     std::fabs(value.real) <= 9007199254740992.0;
  if (whole) value = Cell::OfInt(static_cast<int64_t>(value.real));
  switch (value.kind) {
    case Cell::Kind::kNull:
      row->append("n|");
      return;
    case Cell::Kind::kInt:
      fmt::format_to(std::back_inserter(*row), "i{}|", value.integer);
      return;
    // SQLite's reading of long decimals may differ from ours in the last bit.
    case Cell::Kind::kReal:
      fmt::format_to(std::back_inserter(*row), "r{:.15g}|", value.real);
      return;
    case Cell::Kind::kText:
      fmt::format_to(std::back_inserter(*row), "t{}:", value.text.size());
      row->append(value.text);
      return;
  }
}

RowTally::Entry& RowTally::Find(std::string_view row) {
  if ((size_ + 1) * 4 > entries_.size() * 3) Grow();
  const uint64_t hash = std::hash<std::string_view>()(row);
  const uint64_t second = rt::Fnv1a64(row);
  const size_t mask = entries_.size() - 1;
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    Entry& entry = entries_[at];
    if (entry.used() && (entry.hash != hash || entry.second != second)) continue;
    if (!entry.used()) {
      entry.hash = hash;
      entry.second = second;
      ++size_;
    }
    return entry;
  }
}

void RowTally::Grow() {
  std::vector<Entry> old(entries_.empty() ? 1024 : entries_.size() * 2);
  old.swap(entries_);
  const size_t mask = entries_.size() - 1;
  for (const Entry& entry : old) {
    if (!entry.used()) continue;
    size_t at = entry.hash & mask;
    while (entries_[at].used()) at = (at + 1) & mask;
    entries_[at] = entry;
  }
}

}  // namespace saiten::store
