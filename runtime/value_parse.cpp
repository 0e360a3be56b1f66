
#include "base/json.h"
#include "runtime/normalize.h"
#include "runtime/time_parse.h"
#include "runtime/trim.h"

namespace saiten::rt {

ParseStatus ParseBool(std::string_view text, bool* value) {
  const std::string_view trimmed = Trim(text);
  if (trimmed.empty()) return ParseStatus::kEmpty;
  if (trimmed.size() > 30) return ParseStatus::kSyntax;
  const std::string folded = Fold(trimmed);
  for (std::string_view word : {"1", "true", "yes", "y", "t", "はい"}) {
    if (folded == word) {
      *value = true;
      return ParseStatus::kOk;
    }
  }
  for (std::string_view word : {"0", "false", "no", "n", "f", "いいえ"}) {
    if (folded == word) {
      *value = false;
      return ParseStatus::kOk;
    }
  }
  return ParseStatus::kSyntax;
}

namespace {

void PushMember(std::string_view text, std::vector<std::string>* members) {
  const std::string_view member = Trim(text);
  if (!member.empty()) members->emplace_back(member);
}

ParseStatus ParseJsonSet(std::string_view text, std::vector<std::string>* members) {
  const auto array = ParseJson(text);
  if (!array.is_array()) return ParseStatus::kSyntax;
  std::vector<std::string> found;
  for (const auto& member : array) {
    if (member.is_string()) {
      PushMember(member.get_ref<const std::string&>(), &found);
    } else if (member.is_number() || member.is_boolean()) {
      found.push_back(JsonLine(member));
    } else if (!member.is_null()) {
      return ParseStatus::kSyntax;
    }
  }
  *members = std::move(found);
  return ParseStatus::kOk;
}

}  // namespace

ParseStatus ParseSet(std::string_view text, std::vector<std::string>* members) {
  const std::string_view trimmed = Trim(text);
  if (trimmed.empty()) return ParseStatus::kEmpty;
  if (trimmed.front() == '[') return ParseJsonSet(trimmed, members);
  members->clear();
  for (size_t from = 0; from <= trimmed.size();) {
    const size_t to = std::min(trimmed.find(';', from), trimmed.size());
    PushMember(trimmed.substr(from, to - from), members);
    from = to + 1;
  }
  return ParseStatus::kOk;
}

}  // namespace saiten::rt
