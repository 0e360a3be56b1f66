#include <limits>

#include "runtime/normalize.h"
#include "runtime/text.h"
#include "runtime/utf8.h"
#include "stdlib/call.h"
#include "stdlib/records.h"

namespace saiten::stdlib {

namespace {

CallValue FoldText(const FunctionCall& call) { return MakeText(call, rt::Fold(Text(call, 0))); }
CallValue LowerText(const FunctionCall& call) { return MakeText(call, rt::Lower(Text(call, 0))); }
CallValue UpperText(const FunctionCall& call) { return MakeText(call, rt::Upper(Text(call, 0))); }
CallValue TrimText(const FunctionCall& call) { return MakeText(call, std::string(rt::Trim(Text(call, 0)))); }
CallValue Length(const FunctionCall& call) { return Known(rt::CharLength(Text(call, 0))); }
CallValue WidthOf(const FunctionCall& call) { return Known(rt::Width(Text(call, 0))); }
CallValue NfkcOf(const FunctionCall& call) { return MakeText(call, std::string(NfkcText(call, 0))); }
CallValue Kana(const FunctionCall& call) { return MakeText(call, rt::ToKatakana(Text(call, 0))); }

CallValue SliceText(const FunctionCall& call) {
  const int64_t count = Has(call, 2) ? Int(call, 2) : std::numeric_limits<int64_t>::max();
  return MakeText(call, std::string(rt::Slice(Text(call, 0), Int(call, 1), count)));
}

CallValue ReplaceText(const FunctionCall& call) {
  return MakeText(call, rt::Replace(Text(call, 0), Text(call, 1), Text(call, 2)));
}

CallValue Split(const FunctionCall& call) {
  const auto piece = rt::SplitPart(Text(call, 0), Text(call, 1), Int(call, 2));
  return piece ? MakeText(call, std::string(*piece)) : Unknown();
}

CallValue ContainsAny(const FunctionCall& call) {
  const std::string_view text = NfkcText(call, 0);
  for (size_t i = 1; i < call.args.size(); ++i) {
    if (rt::Contains(text, NfkcText(call, i))) return Known(1);
  }
  return Known(0);
}

CallValue DomainOf(const FunctionCall& call) {
  auto domain = rt::Domain(Text(call, 0));
  return domain ? MakeText(call, std::move(*domain)) : Unknown();
}

constexpr ParamInfo kText[] = {{"text", ParamKind::kText}};
constexpr ParamInfo kSlice[] = {
    {"text", ParamKind::kText}, {"start", ParamKind::kInt}, {"count", ParamKind::kInt, /*optional=*/true}};
constexpr ParamInfo kReplace[] = {{"text", ParamKind::kText}, {"what", ParamKind::kText}, {"with", ParamKind::kText}};
constexpr ParamInfo kSplit[] = {{"text", ParamKind::kText}, {"separator", ParamKind::kText}, {"n", ParamKind::kInt}};
constexpr ParamInfo kContainsAny[] = {{"text", ParamKind::kText}, {"parts", ParamKind::kTextList}};

constexpr FunctionRecord kRecords[] = {
    {.name = "fold",
     .topic = "text",
     .params = kText,
     .result = ResultRule::kText,
     .call = FoldText,
     .doc_en =
         "The text without differences of case and width, for comparing: `Ｇｏｏｇｌｅ` and `GOOGLE` fold to `google`.",
     .doc_ja = "大文字・小文字と全角・半角の違いをなくした、比較用の文字列。",
     .example = R"(fold("Ｇｏｏｇｌｅ") == "google")"},
    {.name = "lower",
     .topic = "text",
     .params = kText,
     .result = ResultRule::kText,
     .call = LowerText,
     .doc_en = "The text in small letters.",
     .doc_ja = "小文字にした文字列。",
     .example = R"(lower("Sales@Example.COM") == "sales@example.com")"},
    {.name = "upper",
     .topic = "text",
     .params = kText,
     .result = ResultRule::kText,
     .call = UpperText,
     .doc_en = "The text in capital letters.",
     .doc_ja = "大文字にした文字列。",
     .example = R"(upper("jp-13") == "JP-13")"},
    {.name = "trim",
     .topic = "text",
     .params = kText,
     .result = ResultRule::kText,
     .call = TrimText,
     .doc_en = "The text without spaces at both ends, full-width ones included.",
     .doc_ja = "前後の空白(全角を含む)を除いた文字列。",
     .example = R"(trim("　株式会社A ") == "株式会社A")"},
    {.name = "length",
     .topic = "text",
     .params = kText,
     .result = ResultRule::kInt,
     .call = Length,
     .doc_en = "The number of characters.",
     .doc_ja = "文字数。",
     .example = R"(length("株式会社A") == 5)"},
    {.name = "slice",
     .topic = "text",
     .params = kSlice,
     .result = ResultRule::kText,
     .call = SliceText,
     .doc_en = "Characters from number `start` on, at most `count` of them. The first character is 1, the last one -1.",
     .doc_ja = "`start` 番目からの文字を最大 `count` 文字。先頭は 1、末尾は -1。",
     .example = R"(slice("150-0001", 1, 3) == "150")"},
    {.name = "replace",
     .topic = "text",
     .params = kReplace,
     .result = ResultRule::kText,
     .call = ReplaceText,
     .doc_en = "The text with every `what` replaced by `with`.",
     .doc_ja = "`what` をすべて `with` に置き換えた文字列。",
     .example = R"(replace("03-1234-5678", "-", "") == "0312345678")"},
    {.name = "split",
     .topic = "text",
     .params = kSplit,
     .result = ResultRule::kText,
     .call = Split,
     .may_be_unknown = true,
     .doc_en =
         "Piece number `n` of the text cut at `separator`; the first is 1, the last -1. Unknown if there is none.",
     .doc_ja = "`separator` で区切った `n` 番目の部分。先頭は 1、末尾は -1。なければ不明。",
     .example = R"(split("東京都/渋谷区", "/", 2) == "渋谷区")"},
    {.name = "contains_any",
     .topic = "text",
     .params = kContainsAny,
     .result = ResultRule::kBool,
     .call = ContainsAny,
     .doc_en = "Whether at least one of the parts stands in the text. Width does not count, case and spaces do.",
     .doc_ja = "いずれかの語を含むか。全角・半角は区別せず、大文字・小文字と空白は区別する。",
     .example = R"(contains_any("代表取締役社長", ["取締役", "社長"]))"},
    {.name = "domain",
     .topic = "text",
     .params = kText,
     .result = ResultRule::kText,
     .call = DomainOf,
     .may_be_unknown = true,
     .doc_en = "The host of a mail address or URL, in small letters. Unknown if the text holds none.",
     .doc_ja = "メールアドレスまたは URL のドメイン(小文字)。なければ不明。",
     .example = R"(domain("taro@Example.co.jp") == "example.co.jp")"},
    {.name = "width",
     .topic = "text",
     .params = kText,
     .result = ResultRule::kInt,
     .call = WidthOf,
     .doc_en = "Columns on a screen: a full-width character counts 2, a half-width one 1.",
     .doc_ja = "表示幅。全角は 2、半角は 1。",
     .example = R"(width("東京ABC") == 7)"},
    {.name = "nfkc",
     .topic = "text",
     .params = kText,
     .result = ResultRule::kText,
     .call = NfkcOf,
     .doc_en =
         "The text in Unicode's compatibility form, by which `==` compares: full-width letters become plain ones.",
     .doc_ja = "Unicode 互換正規化形。`==` の比較に使う形で、全角英数字は半角になる。",
     .example = R"(nfkc("㈱ＡＢＣ") == "(株)ABC")"},
    {.name = "kana",
     .topic = "text",
     .params = kText,
     .result = ResultRule::kText,
     .call = Kana,
     .doc_en = "The text with all kana as full-width katakana.",
     .doc_ja = "かなを全角カタカナにそろえた文字列。",
     .example = R"(kana("やまだ ﾀﾛｳ") == "ヤマダ タロウ")"},
};

}  // namespace

std::span<const FunctionRecord> TextRecords() { return kRecords; }

}  // namespace saiten::stdlib
