#include "driver/data_words.h"

#include <fmt/format.h>

#include "compiler/diag/render.h"
#include "compiler/diag/text_width.h"

namespace saiten::driver {

std::string_view WordsOf(store::DataErrorKind kind, Language language) {
  if (language == Language::kEnglish) return store::NameOf(kind);
  using Kind = store::DataErrorKind;
  switch (kind) {
    case Kind::kNotAValue:
      return "型に合わない値";
    case Kind::kOutOfRange:
      return "範囲外の値";
    case Kind::kTooManyDecimals:
      return "小数の桁が多すぎる値";
    case Kind::kNeedsZone:
      return "時間帯のない日時";
    case Kind::kNotInEnum:
      return "列挙型にない値";
    case Kind::kNotUtf8:
      return "UTF-8でない値";
    case Kind::kNoSuchRecord:
      return "存在しないレコードへの関連";
    case Kind::kRecordLeftOut:
      return "隔離されたレコードへの関連";
    case Kind::kKeyUnknown:
      return "キーのない行";
    case Kind::kKeyRepeated:
      return "キーの重複";
    case Kind::kRequiredUnknown:
      return "必須項目が不明";
    case Kind::kTimeUnknown:
      return "日時のないイベント";
    case Kind::kFieldUnknown:
      return "必須項目のないイベント";
    case Kind::kOwnerUnknown:
      return "対象レコードのないイベント";
    case Kind::kMemberUnknown:
      return "存在しないレコードを指すリストの行";
  }
  return {};
}

std::string RenderDataErrors(const store::DataErrors& errors, Language language) {
  std::string out;
  for (const store::DataErrorGroup& group : errors.groups()) {
    const std::string where = group.property.empty() ? group.subject : group.subject + "." + group.property;
    const std::string count = diag::WithThousands(group.count);
    out += fmt::format(fmt::runtime(In(language, "  {}: {} × {}", "  {}: {}件 {}")), where, count,
                       WordsOf(group.kind, language));
    if (group.quarantines()) out += In(language, " (left out)", "(隔離)");
    if (!group.examples.empty()) {
      const auto& example = group.examples[0];
      if (!example.value.empty() || !example.key.empty()) out += In(language, ", first", "、最初は");
      if (!example.value.empty()) out += fmt::format(" \"{}\"", diag::Printable(example.value));
      if (!example.key.empty())
        out += fmt::format(fmt::runtime(In(language, " in {}", " ({})")), diag::Printable(example.key));
    }
    out += "\n";
  }
  return out;
}

}  // namespace saiten::driver
