#include "stdlib/call.h"
#include "stdlib/records.h"

namespace saiten::stdlib {

namespace {

// Money counts minor units and the result has the currency's decimals, so the number is the same.
CallValue Amount(const FunctionCall& call) { return call.args[0]; }

CallValue Currency(const FunctionCall& call) {
  return Known(call.context.texts->Make(CurrencyName(call.types[0].ref)));
}

constexpr ParamInfo kMoney[] = {{"money", ParamKind::kMoney}};

constexpr FunctionRecord kRecords[] = {
    {.name = "amount",
     .topic = "money",
     .params = kMoney,
     .result = ResultRule::kMoneyAmount,
     .call = Amount,
     .doc_en = "The amount as a plain number, with the decimals of its currency.",
     .doc_ja = "金額の数値(小数の桁数は通貨による)。",
     .example = "amount(JPY 5_000) == 5000"},
    {.name = "currency",
     .topic = "money",
     .params = kMoney,
     .result = ResultRule::kText,
     .call = Currency,
     .doc_en = "The code of the currency, three capitals.",
     .doc_ja = "通貨コード(英大文字 3 文字)。",
     .example = R"(currency(JPY 5_000) == "JPY")"},
};

}  // namespace

std::span<const FunctionRecord> MoneyRecords() { return kRecords; }

}  // namespace saiten::stdlib
