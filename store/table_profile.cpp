#include "store/table_profile.h"

#include <algorithm>
#include <array>

#include "runtime/decimal.h"
#include "runtime/decimal_text.h"
#include "runtime/normalize.h"
#include "runtime/time_parse.h"
#include "runtime/trim.h"
#include "runtime/utf8.h"

namespace saiten::store {
namespace {

// A column with more distinct values than this is no enum.
constexpr size_t kMostMembers = 32;
// On average a value of an enum comes at least so often.
constexpr uint64_t kLeastRepeats = 3;
constexpr size_t kLongestMember = 60;

constexpr std::array<std::string_view, 13> kPlaceholders = {"-",   "--",   "n/a",    "na",   "null",   "unknown", "?",
                                                            "nan", "#n/a", "select", "不明", "未設定", "(none)"};

bool IsPlaceholder(std::string_view text) {
  return text.size() <= 12 && std::ranges::find(kPlaceholders, rt::Fold(rt::Trim(text))) != kPlaceholders.end();
}

bool NameContains(const std::string& name, std::initializer_list<std::string_view> words) {
  const std::string folded = rt::Fold(name);
  return std::ranges::any_of(words, [&](std::string_view word) { return folded.find(word) != std::string::npos; });
}

}  // namespace

void ColumnProfile::Add(const Cell& cell) {
  ++rows_;
  std::string buffer;
  const std::string_view text = cell.Spell(&buffer);
  if (rt::Trim(text).empty()) return;
  if (cell.kind == Cell::Kind::kText && IsPlaceholder(text)) {
    std::string spelling(rt::Trim(text));
    if (std::ranges::find(placeholders_, spelling) == placeholders_.end()) placeholders_.push_back(std::move(spelling));
    return;
  }
  ++known_;
  if (cell.kind == Cell::Kind::kText) {
    AddText(text);
  } else {
    all_dates_ = all_times_ = all_sets_ = false;
    AddNumber(text, true);
  }
  AddValue(text);
}

void ColumnProfile::AddText(std::string_view text) {
  int64_t ignored = 0;
  all_dates_ = all_dates_ && rt::ParseDate(text, &ignored) == rt::ParseStatus::kOk;
  if (all_numbers_) AddNumber(rt::Trim(text), false);
  if (all_bool_) {
    bool value = false;
    all_bool_ = rt::ParseBool(text, &value) == rt::ParseStatus::kOk;
  }
  if (all_times_) {
    const bool number =
        text.find_first_not_of("0123456789.-") == std::string_view::npos && text.find('-', 1) == std::string_view::npos;
    const bool local = rt::ParseInstant(text, nullptr, &ignored) == rt::ParseStatus::kNeedsZone;
    all_times_ = !number && (local || rt::ParseInstant(text, rt::Zone::Utc(), &ignored) == rt::ParseStatus::kOk);
    local_times_ = local_times_ || local;
  }
  if (all_sets_) {
    std::vector<std::string> members;
    all_sets_ = rt::Trim(text).starts_with('[') && rt::ParseSet(text, &members) == rt::ParseStatus::kOk;
  }
}

void ColumnProfile::AddNumber(std::string_view text, bool stored_as_number) {
  int64_t value = 0;
  if (rt::ParseDecimal(text, rt::kMaxScale, &value) != rt::ParseStatus::kOk) {
    // Numbers beyond nine decimals (measurements) are decimals that lose some; others are no numbers for us.
    const bool long_fraction = rt::ParseDecimal(text, 0, &value) == rt::ParseStatus::kTooManyDecimals;
    all_numbers_ = all_numbers_ && long_fraction;
    if (stored_as_number) all_bool_ = false;
    if (long_fraction) {
      all_whole_ = false;
      scale_ = rt::kMaxScale;
    }
    return;
  }
  const size_t point = text.find('.');
  if (point != std::string_view::npos) {
    all_whole_ = false;
    scale_ = std::max(scale_, static_cast<int>(text.size() - point - 1));
  }
  const double number = static_cast<double>(value) / 1e9;
  smallest_ = known_ == 1 ? number : std::min(smallest_, number);
  largest_ = known_ == 1 ? number : std::max(largest_, number);
  if (stored_as_number) all_bool_ = all_bool_ && (number == 0 || number == 1);
}

void ColumnProfile::AddValue(std::string_view text) {
  if (too_many_) return;
  auto add = [this](std::string_view value) {
    if (value.size() > kLongestMember || !rt::ValidUtf8(value)) too_many_ = true;
    ++values_[std::string(value)];
    too_many_ = too_many_ || values_.size() > kMostMembers;
  };
  std::vector<std::string> members;
  if (all_sets_ && rt::ParseSet(text, &members) == rt::ParseStatus::kOk) {
    for (const std::string& member : members) add(member);
  } else {
    add(text);
  }
  if (too_many_) values_.clear();
}

bool ColumnProfile::LooksLikeEnum() const {
  if (too_many_ || values_.empty() || column_.in_primary_key > 0) return false;
  if (NameContains(column_.name, {"mail", "phone", "名前", "氏名", "address", "住所", "url"})) return false;
  if (rt::Fold(column_.name) == "name" || rt::Fold(column_.name).ends_with("_name")) return false;
  return known_ >= values_.size() * kLeastRepeats;
}

ColumnProfile::Shape ColumnProfile::shape() const {
  if (known_ == 0) return Shape::kEmpty;
  // Only zeros, or only ones, may as well be a count; both of them, a word, or the declaration tell.
  const bool declared_bool = NameContains(column_.declared, {"bool"});
  if (all_bool_ && (declared_bool || !all_numbers_ || values_.size() == 2)) return Shape::kBool;
  if (all_numbers_ && all_whole_) {
    const bool named_time = NameContains(column_.name, {"time", "date", "_at", "_on", "日時", "日付"}) ||
                            column_.name == "at" || column_.name == "ts";
    // Between 2001 and 2100.
    if (named_time && smallest_ >= 1e9 && largest_ < 4.2e9) return Shape::kUnixSeconds;
    if (named_time && smallest_ >= 1e12 && largest_ < 4.2e12) return Shape::kUnixMillis;
    return Shape::kInt;
  }
  if (all_numbers_) return Shape::kDecimal;
  if (all_dates_) return Shape::kDate;
  if (all_times_) return Shape::kInstant;
  if (all_sets_ && !too_many_ && !values_.empty()) return Shape::kSet;
  return LooksLikeEnum() ? Shape::kEnum : Shape::kText;
}

std::vector<std::pair<std::string, uint64_t>> ColumnProfile::values() const {
  std::vector<std::pair<std::string, uint64_t>> out(values_.begin(), values_.end());
  std::ranges::sort(
      out, [](const auto& a, const auto& b) { return a.second != b.second ? a.second > b.second : a.first < b.first; });
  return out;
}

Result<std::vector<ColumnProfile>> ProfileTable(Connection& connection, const SourceTable& table, uint64_t* rows,
                                                const std::function<void(uint64_t)>& progress) {
  std::vector<ColumnProfile> profiles;
  std::vector<std::string> select;
  for (const SourceColumn& column : table.columns) {
    profiles.emplace_back(column);
    select.push_back(QuoteName(column.name));
  }
  SAITEN_ASSIGN_OR_RETURN(Statement read, connection.Prepare(table.Select(select)));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return profiles;
    for (size_t i = 0; i < profiles.size(); ++i) profiles[i].Add(ReadCell(read, static_cast<int>(i)));
    if (++*rows % 100'000 == 0 && progress) progress(*rows);
  }
}

}  // namespace saiten::store
