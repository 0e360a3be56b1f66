#include "store/results/result_ids.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace saiten::store {
namespace {

// Only the spelling that the number itself has: `05` stays a text beside the number 5.
bool IsInteger(std::string_view text, int64_t* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  const size_t first = text[0] == '-' ? 1 : 0;
  return text[first] != '0' || (first == 0 && text.size() == 1);
}

}  // namespace

Cell ResultIds::At(size_t row, std::string* buffer) const {
  if (!keys_->is_text) {
    if (!as_text_) return Cell::OfInt(keys_->ints[row]);
    *buffer = keys_->Spell(row);
    return Cell::OfText(*buffer);
  }
  const std::string_view text = keys_->texts[row];
  if (int64_t number = 0; !as_text_ && IsInteger(text, &number)) return Cell::OfInt(number);
  return Cell::OfText(text);
}

bool ResultIds::AllIntegers() const {
  if (as_text_) return false;
  if (!keys_->is_text) return true;
  int64_t number = 0;
  for (size_t row = 0; row < size(); ++row) {
    if (!IsInteger(keys_->texts[row], &number)) return false;
  }
  return size() > 0;
}

bool ResultIds::AreIntegers(std::span<const uint32_t> rows) const {
  if (as_text_) return rows.empty();
  int64_t number = 0;
  return !keys_->is_text ||
         std::ranges::all_of(rows, [&](uint32_t row) { return IsInteger(keys_->texts[row], &number); });
}

std::vector<uint32_t> ResultIds::Order() const {
  std::vector<uint32_t> order(size());
  std::iota(order.begin(), order.end(), 0);
  Sort(order);
  return order;
}

void ResultIds::Sort(std::vector<uint32_t>& rows) const {
  if (!keys_->is_text && !as_text_) {
    auto less = [&](uint32_t a, uint32_t b) { return keys_->ints[a] < keys_->ints[b]; };
    if (!std::ranges::is_sorted(rows, less)) std::ranges::sort(rows, less);
    return;
  }
  std::string left;
  std::string right;
  auto less = [&](uint32_t a, uint32_t b) { return CompareIds(At(a, &left), At(b, &right)) < 0; };
  if (!std::ranges::is_sorted(rows, less)) std::ranges::sort(rows, less);
}

int CompareIds(const Cell& a, const Cell& b) {
  if (a.kind != b.kind) return a.kind == Cell::Kind::kInt ? -1 : 1;
  if (a.kind == Cell::Kind::kInt) return a.integer < b.integer ? -1 : a.integer > b.integer ? 1 : 0;
  return a.text.compare(b.text);
}

}  // namespace saiten::store
