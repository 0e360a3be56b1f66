#include "store/data_errors.h"

#include <algorithm>

#include "base/check.h"
#include "runtime/utf8.h"

namespace saiten::store {

std::string_view NameOf(DataErrorKind kind) {
  switch (kind) {
    case DataErrorKind::kNotAValue:
      return "not a value of its type";
    case DataErrorKind::kOutOfRange:
      return "out of range";
    case DataErrorKind::kTooManyDecimals:
      return "more decimals than declared";
    case DataErrorKind::kNeedsZone:
      return "a local time, but the project has no timezone";
    case DataErrorKind::kNotInEnum:
      return "not in the enum";
    case DataErrorKind::kNotUtf8:
      return "not UTF-8 text";
    case DataErrorKind::kNoSuchRecord:
      return "no record has this key";
    case DataErrorKind::kRecordLeftOut:
      return "the record with this key is quarantined";
    case DataErrorKind::kKeyUnknown:
      return "the key is unknown";
    case DataErrorKind::kKeyRepeated:
      return "the key is repeated";
    case DataErrorKind::kRequiredUnknown:
      return "a required property is unknown";
    case DataErrorKind::kTimeUnknown:
      return "the time of the event is unknown";
    case DataErrorKind::kFieldUnknown:
      return "a required field of the event is unknown";
    case DataErrorKind::kOwnerUnknown:
      return "the record of the event does not exist";
    case DataErrorKind::kMemberUnknown:
      return "the member of the list does not exist";
  }
  SAITEN_UNREACHABLE("DataErrorKind");
}

bool IsQuarantine(DataErrorKind kind) {
  switch (kind) {
    case DataErrorKind::kNotAValue:
    case DataErrorKind::kOutOfRange:
    case DataErrorKind::kTooManyDecimals:
    case DataErrorKind::kNeedsZone:
    case DataErrorKind::kNotInEnum:
    case DataErrorKind::kNotUtf8:
    case DataErrorKind::kNoSuchRecord:
    case DataErrorKind::kRecordLeftOut:
    case DataErrorKind::kOwnerUnknown:
    case DataErrorKind::kMemberUnknown:
      return false;
    case DataErrorKind::kKeyUnknown:
    case DataErrorKind::kKeyRepeated:
    case DataErrorKind::kRequiredUnknown:
    case DataErrorKind::kTimeUnknown:
    case DataErrorKind::kFieldUnknown:
      return true;
  }
  SAITEN_UNREACHABLE("DataErrorKind");
}

uint64_t DataErrors::total() const {
  uint64_t sum = 0;
  for (const DataErrorGroup& group : groups_) sum += group.count;
  return sum;
}

bool DataErrors::any_quarantined() const {
  return std::ranges::any_of(groups_, [](const DataErrorGroup& group) { return group.quarantines(); });
}

DataErrorGroup& DataErrors::Group(DataErrorKind kind, std::string_view subject, std::string_view property) {
  auto found = std::ranges::find_if(groups_, [&](const DataErrorGroup& group) {
    return group.kind == kind && group.subject == subject && group.property == property;
  });
  if (found != groups_.end()) return *found;
  return groups_.emplace_back(DataErrorGroup{kind, std::string(subject), std::string(property), 0, {}, false, {}});
}

void DataErrors::Append(const DataErrors& later) {
  for (const DataErrorGroup& group : later.groups_) {
    DataErrorGroup& mine = Group(group.kind, group.subject, group.property);
    mine.count += group.count;
    mine.leaves_out = mine.leaves_out || group.leaves_out;
    mine.rows.insert(mine.rows.end(), group.rows.begin(), group.rows.end());
    for (const DataErrorGroup::Example& example : group.examples) {
      if (mine.examples.size() < max_examples_) mine.examples.push_back(example);
    }
  }
}

std::string Excerpt(std::string_view text) {
  constexpr size_t kMost = 200;
  std::string out;
  for (size_t at = 0; at < text.size() && out.size() < kMost;) {
    const char32_t c = rt::DecodeOne(text, &at);
    rt::AppendUtf8(&out, c < 0x20 || c == 0x7f ? rt::kReplacement : c);
  }
  return out.size() >= kMost ? out + "…" : out;
}

}  // namespace saiten::store
