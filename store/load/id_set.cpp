#include "store/load/id_set.h"

#include <charconv>
#include <string>

namespace saiten::store {
namespace {

// A whole number in the only spelling that a database gives it: 007 is a text.
bool IsWhole(std::string_view text, int64_t* number) {
  const char* end = text.data() + text.size();
  const bool leading_zero = text.size() > 1 && (text[0] == '0' || text.starts_with("-0"));
  if (text.empty() || leading_zero) return false;
  const auto [stop, error] = std::from_chars(text.data(), end, *number);
  return stop == end && error == std::errc();
}

}  // namespace

uint32_t IdSet::Add(const Cell& id, uint32_t row) {
  std::string buffer;
  int64_t number = id.integer;
  const bool whole = id.kind == Cell::Kind::kInt || IsWhole(id.Spell(&buffer), &number);
  const uint32_t known = whole ? numbers_.Add(number) : texts_.Add(id.Spell(&buffer));
  std::vector<uint32_t>& rows = whole ? number_rows_ : text_rows_;
  if (known == KeyMap::kNone) {
    rows.push_back(row);
    return KeyMap::kNone;
  }
  last_ = &rows[known];
  return *last_;
}

}  // namespace saiten::store
