#include "store/schema/table_profile.h"

#include <algorithm>
#include <cmath>

#include "runtime/decimal.h"
#include "runtime/decimal_text.h"
#include "runtime/normalize.h"
#include "runtime/time_parse.h"
#include "runtime/trim.h"
#include "runtime/utf8.h"
#include "store/import/table_maker.h"
#include "store/schema/placeholder.h"
#include "store/schema/schema_names.h"

namespace saiten::store {
namespace {

// A column with more distinct values than this is no enum.
constexpr size_t kMostMembers = 32;
constexpr size_t kLongestMember = 60;

constexpr size_t kMostMisfits = 20;
// A kind that so many values are not, and more than are, is not asked about any more.
constexpr uint64_t kHopeless = 1000;
// Up to one value in so many may be a mistake in an otherwise good column.
constexpr uint64_t kTolerance = 20;

bool NameContains(const std::string& name, std::initializer_list<std::string_view> words) {
  const std::string folded = rt::Fold(name);
  return std::ranges::any_of(words, [&](std::string_view word) { return folded.find(word) != std::string::npos; });
}

bool Hopeless(const Misfits& misfits, uint64_t known) {
  return misfits.count() > kHopeless && misfits.count() * 2 > known;
}

// `007`: what an int would not give back.
bool HasLeadingZero(std::string_view number) {
  if (number.starts_with('-')) number.remove_prefix(1);
  return number.size() > 1 && number[0] == '0' && number[1] != '.';
}

// An amount as people write it: `¥1,200`, `1e6`.
bool LooksLikeAmount(std::string_view text) {
  const std::string normal = rt::Nfkc(text);
  size_t digits = 0;
  for (const char c : normal) {
    if (c >= '0' && c <= '9') {
      ++digits;
    } else if (std::string_view(" -+.,eE$%\xc2\xa5\xe2\x82\xac").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return digits > 0;
}

std::vector<std::pair<std::string, uint64_t>> ByFrequency(std::vector<std::pair<std::string, uint64_t>> values) {
  std::ranges::sort(values, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  return values;
}

}  // namespace

void Misfits::Add(std::string_view value) {
  ++count_;
  auto found = std::ranges::find(values_, value, &std::pair<std::string, uint64_t>::first);
  if (found != values_.end()) {
    ++found->second;
  } else if (values_.size() < kMostMisfits) {
    values_.emplace_back(value, 1);
  } else {
    complete_ = false;
  }
}

std::vector<std::pair<std::string, uint64_t>> Misfits::values() const { return ByFrequency(values_); }

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
    not_date_.Add(text);
    not_time_.Add(text);
    all_sets_ = false;
    AddNumber(text, true);
  }
  AddValue(text);
}

void ColumnProfile::AddText(std::string_view text) {
  int64_t ignored = 0;
  if (Hopeless(not_date_, known_)) {
    not_date_.AddUnseen();
  } else if (rt::ParseDate(text, &ignored) != rt::ParseStatus::kOk) {
    not_date_.Add(text);
  }
  if (Hopeless(not_number_, known_)) {
    not_number_.AddUnseen();
  } else {
    AddNumber(rt::Trim(text), false);
  }
  if (all_bool_) {
    bool value = false;
    all_bool_ = rt::ParseBool(text, &value) == rt::ParseStatus::kOk;
    (value ? saw_true_ : saw_false_) = true;
    const std::string folded = rt::Fold(rt::Trim(text));
    letter_bool_ = letter_bool_ || (folded.size() == 1 && folded[0] >= 'a');
  }
  if (Hopeless(not_time_, known_)) {
    not_time_.AddUnseen();
  } else {
    const bool number =
        text.find_first_not_of("0123456789.-") == std::string_view::npos && text.find('-', 1) == std::string_view::npos;
    const bool local = rt::ParseInstant(text, nullptr, &ignored) == rt::ParseStatus::kNeedsZone;
    if (number || !(local || rt::ParseInstant(text, rt::Zone::Utc(), &ignored) == rt::ParseStatus::kOk)) {
      not_time_.Add(text);
    }
    local_times_ = local_times_ || (local && !number);
  }
  if (all_sets_) {
    std::vector<std::string> members;
    all_sets_ = rt::Trim(text).starts_with('[') && rt::ParseSet(text, &members) == rt::ParseStatus::kOk;
  }
}

void ColumnProfile::AddNumber(std::string_view text, bool stored_as_number) {
  int64_t whole = 0;
  const rt::ParseStatus status = rt::ParseDecimal(text, 0, &whole);
  if (status != rt::ParseStatus::kOk && status != rt::ParseStatus::kTooManyDecimals) {
    not_number_.Add(text);
    if (stored_as_number) all_bool_ = false;
    return;
  }
  leading_zeros_ = leading_zeros_ || HasLeadingZero(text);
  double number = static_cast<double>(whole);
  if (status == rt::ParseStatus::kTooManyDecimals) {
    // Numbers beyond nine decimals (measurements) are decimals that lose some.
    all_whole_ = false;
    scale_ = std::max(scale_, static_cast<int>(text.size() - text.find('.') - 1));
    number = std::strtod(std::string(text).c_str(), nullptr);
  }
  if (number == 0) {
    ++zeros_;
  } else {
    smallest_ = smallest_ == 0 ? number : std::min(smallest_, number);
    largest_ = largest_ == 0 ? number : std::max(largest_, number);
  }
  if (stored_as_number) {
    all_bool_ = all_bool_ && (number == 0 || number == 1);
    (number == 0 ? saw_false_ : saw_true_) = true;
  }
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
  if (!HasFewValues() || values_.size() < 2 || column_.in_primary_key > 0 || mostly_numbers()) return false;
  if (NameContains(column_.name, {"mail", "phone", "名前", "氏名", "address", "住所", "url"})) return false;
  if (rt::Fold(column_.name) == "name" || rt::Fold(column_.name).ends_with("_name")) return false;
  const auto amounts = std::ranges::count_if(values_, [](const auto& v) { return LooksLikeAmount(v.first); });
  return static_cast<size_t>(amounts) * 2 <= values_.size();
}

bool ColumnProfile::LooksLikeBool() const {
  if (!all_bool_) return false;
  if (NameContains(column_.declared, {"bool"})) return true;
  // Only zeros, or only ones, may as well be a count, a letter alone a code; both values, or a word, tell.
  if (letter_bool_ || not_number_.count() == 0) return saw_true_ && saw_false_;
  return true;
}

bool ColumnProfile::IsNamedLikeATime() const {
  const std::string name = PropertyName(column_.name);
  return NameContains(name, {"time", "date", "created", "日時", "日付", "日"}) || name == "at" || name == "ts" ||
         name == "on" || name.ends_with("_at") || name.ends_with("_on") || name.ends_with("_ts");
}

bool ColumnProfile::FewMisfits(const Misfits& misfits) const {
  if (column_.in_primary_key > 0 || rt::Fold(column_.name) == "id") return misfits.count() == 0;
  return misfits.count() == 0 || (misfits.count() * kTolerance <= known_ && !HasFewValues());
}

ColumnProfile::Shape ColumnProfile::ShapeOfNumbers() const {
  if (!all_whole_) return Shape::kDecimal;
  // Between 1986 and 2100.
  if (IsNamedLikeATime() && smallest_ >= 5e8 && largest_ < 4.2e9) return Shape::kUnixSeconds;
  if (IsNamedLikeATime() && smallest_ >= 5e11 && largest_ < 4.2e12) return Shape::kUnixMillis;
  return Shape::kInt;
}

ColumnProfile::Shape ColumnProfile::ShapeByDeclaration() const {
  if (NameContains(column_.declared, {"bool"})) return Shape::kBool;
  if (NameContains(column_.declared, {"datetime", "timestamp"})) return Shape::kInstant;
  if (NameContains(column_.declared, {"date"})) return Shape::kDate;
  switch (AffinityOf(column_.declared)) {
    case Affinity::kInteger:
      return Shape::kInt;
    case Affinity::kReal:
    case Affinity::kNumeric:
      return Shape::kDecimal;
    case Affinity::kText:
    case Affinity::kNone:
      return Shape::kText;
  }
  return Shape::kText;
}

ColumnProfile::Shape ColumnProfile::shape() const {
  if (known_ == 0) return ShapeByDeclaration();
  if (LooksLikeBool()) return Shape::kBool;
  if (FewMisfits(not_number_)) return leading_zeros_ ? Shape::kText : ShapeOfNumbers();
  // No text is a date by chance, so a third of them is enough.
  const Misfits& not_either = not_date_.count() <= not_time_.count() ? not_date_ : not_time_;
  if (not_either.count() * 3 <= known_ * 2) return &not_either == &not_date_ ? Shape::kDate : Shape::kInstant;
  if (all_sets_ && !too_many_ && !values_.empty()) return Shape::kSet;
  return LooksLikeEnum() ? Shape::kEnum : Shape::kText;
}

const Misfits* ColumnProfile::misfits() const {
  const Misfits* misfits = nullptr;
  switch (shape()) {
    case Shape::kInt:
    case Shape::kDecimal:
    case Shape::kUnixSeconds:
    case Shape::kUnixMillis:
      misfits = &not_number_;
      break;
    case Shape::kDate:
      misfits = &not_date_;
      break;
    case Shape::kInstant:
      misfits = &not_time_;
      break;
    case Shape::kBool:
    case Shape::kEnum:
    case Shape::kSet:
    case Shape::kText:
      break;
  }
  return misfits != nullptr && misfits->count() > 0 ? misfits : nullptr;
}

uint64_t ColumnProfile::unknown() const {
  const Misfits* others = misfits();
  return rows_ - known_ + (others != nullptr ? others->count() : 0) + (IsUnixTime() ? zeros_ : 0);
}

int ColumnProfile::scale() const {
  if (known_ == 0) return 2;
  int scale = std::min(scale_, rt::kMaxScale);
  // The numbers themselves must fit 64 bits.
  while (scale > 0 && std::max(std::fabs(smallest_), std::fabs(largest_)) * std::pow(10.0, scale) > 9e18) --scale;
  return scale;
}

std::vector<std::string> ColumnProfile::placeholders() const {
  std::vector<std::string> all = placeholders_;
  if (zeros_ > 0 && IsUnixTime()) all.emplace_back("0");
  const Misfits* others = misfits();
  if (others == nullptr) return all;
  for (const auto& [value, count] : others->values()) {
    if (IsWord(value) && rt::ValidUtf8(value) && value.size() <= kLongestMember) all.emplace_back(rt::Trim(value));
  }
  return all;
}

std::vector<std::pair<std::string, uint64_t>> ColumnProfile::values() const {
  return ByFrequency({values_.begin(), values_.end()});
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
