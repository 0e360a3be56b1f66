#include <gtest/gtest.h>

#include "runtime/decimal.h"
#include "tests/stdlib/call_fixture.h"

namespace saiten::stdlib {
namespace {

using rt::TimeUnit;

TEST_F(Calls, Texts) {
  EXPECT_EQ(TextOf("fold", {Txt("Ｇｏｏｇｌｅ")}), "google");
  EXPECT_EQ(TextOf("lower", {Txt("ÀB金")}), "àb金");
  EXPECT_EQ(TextOf("upper", {Txt("jp-13")}), "JP-13");
  EXPECT_EQ(TextOf("trim", {Txt("　株式会社A ")}), "株式会社A");
  EXPECT_EQ(Value("length", {Txt("株式会社A")}), 5);
  EXPECT_EQ(TextOf("slice", {Txt("150-0001"), Num(1), Num(3)}), "150");
  EXPECT_EQ(TextOf("slice", {Txt("150-0001"), Num(-4)}), "0001");
  EXPECT_EQ(TextOf("slice", {Txt("150-0001"), Num(5)}), "0001");
  EXPECT_EQ(TextOf("replace", {Txt("03-1234-5678"), Txt("-"), Txt("")}), "0312345678");
  EXPECT_EQ(TextOf("split", {Txt("東京都/渋谷区"), Txt("/"), Num(2)}), "渋谷区");
  EXPECT_EQ(TextOf("split", {Txt("東京都/渋谷区"), Txt("/"), Num(3)}), "(unknown)");
  EXPECT_EQ(TextOf("domain", {Txt("taro@Example.co.jp")}), "example.co.jp");
  EXPECT_EQ(TextOf("domain", {Txt("nobody")}), "(unknown)");
  EXPECT_EQ(Value("width", {Txt("東京ABC")}), 7);
  EXPECT_EQ(TextOf("nfkc", {Txt("㈱ＡＢＣ")}), "(株)ABC");
  EXPECT_EQ(TextOf("kana", {Txt("やまだ ﾀﾛｳ")}), "ヤマダ タロウ");
}

TEST_F(Calls, ContainsAnyComparesNormalForms) {
  EXPECT_EQ(Value("contains_any", {Txt("代表取締役社長"), Txt("部長"), Txt("社長")}, Type::Bool()), 1);
  EXPECT_EQ(Value("contains_any", {Txt("ＣＥＯ"), Txt("CEO")}, Type::Bool()), 1);
  EXPECT_EQ(Value("contains_any", {Txt("ceo"), Txt("CEO")}, Type::Bool()), 0);
  EXPECT_EQ(Value("contains_any", {Txt("課長"), Txt("部長"), Txt("社長")}, Type::Bool()), 0);
}

TEST_F(Calls, AnUnchangedTextIsNotCopied) {
  const int64_t handle = texts_.Make("already small");
  const std::vector<CallValue> args = {Known(handle)};
  const std::vector<Type> types = {Type::Text()};
  EXPECT_EQ(Records().Find("lower")->call({context_, args, types, Type::Text()}).value, handle);
}

TEST_F(Calls, Numbers) {
  EXPECT_EQ(Value("abs", {Num(-12)}), 12);
  EXPECT_EQ(Value("abs", {Dec(-1250, 2)}, Type::Decimal(2)), 1250);
  EXPECT_EQ(Value("min", {Num(3), Dec(15, 1), Num(2)}, Type::Decimal(1)), 15);
  EXPECT_EQ(Value("max", {Num(3), Dec(15, 1), Num(2)}, Type::Decimal(1)), 30);
  EXPECT_EQ(Value("max", {Num(-3), Num(-4)}), -3);
  EXPECT_EQ(Value("clamp", {Num(120), Num(0), Num(100)}), 100);
  EXPECT_EQ(Value("clamp", {Num(-5), Num(0), Num(100)}), 0);
  EXPECT_EQ(Value("clamp", {Dec(505, 1), Num(0), Num(100)}, Type::Decimal(1)), 505);
  EXPECT_EQ(Value("round", {Dec(2345, 3), Num(2)}, Type::Decimal(3)), 2350);
  EXPECT_EQ(Value("round", {Dec(-2500, 3)}, Type::Decimal(3)), -3000);
  EXPECT_EQ(Value("round", {Dec(2345, 3), Num(99)}, Type::Decimal(3)), 2345);
  EXPECT_EQ(Value("round", {Num(7)}), 7);
  EXPECT_EQ(Value("floor", {Dec(-25, 1)}), -3);
  EXPECT_EQ(Value("floor", {Num(-25)}), -25);
  EXPECT_EQ(Value("ceil", {Dec(21, 1)}), 3);
  EXPECT_EQ(Value("ceil", {Dec(-29, 1)}), -2);
  EXPECT_EQ(Value("div", {Num(-7), Num(2)}), -4);
  EXPECT_EQ(Value("mod", {Num(-7), Num(2)}), 1);
  EXPECT_FALSE(Raw("div", {Num(1), Num(0)}).known);
  EXPECT_FALSE(Raw("mod", {Num(1), Num(0)}).known);
  EXPECT_FALSE(saturated_);
}

TEST_F(Calls, NumbersAtTheirEnds) {
  EXPECT_EQ(Value("abs", {Num(rt::kNumberMin)}), rt::kNumberMax);
  EXPECT_EQ(Value("div", {Num(rt::kNumberMin), Num(-1)}), rt::kNumberMax);
  EXPECT_EQ(Value("ceil", {Dec(rt::kNumberMax, 9)}), 9'223'372'037);
  EXPECT_EQ(Value("min", {Num(rt::kNumberMax), Dec(5, 1)}, Type::Decimal(1)), 5);
  EXPECT_FALSE(saturated_);
  // The int is the larger one, but does not fit with a decimal: held, and reported.
  EXPECT_EQ(Value("max", {Num(rt::kNumberMax), Dec(5, 1)}, Type::Decimal(1)), rt::kNumberMax);
  EXPECT_TRUE(saturated_);
}

TEST_F(Calls, PartsOfDatesAndTimes) {
  const int64_t late = Instant(2026, 6, 30, 23, 30);  // 14:30 UTC
  EXPECT_EQ(Value("date", {At(late)}), rt::DaysFromCivil(2026, 6, 30));
  EXPECT_EQ(Value("date", {At(Instant(2026, 7, 1))}), rt::DaysFromCivil(2026, 7, 1));
  EXPECT_EQ(Value("time", {At(late)}), 23 * rt::kMicrosPerHour + 30 * rt::kMicrosPerMinute);
  EXPECT_EQ(Value("year", {Date(2026, 6, 30)}), 2026);
  EXPECT_EQ(Value("year", {At(Instant(2027, 1, 1))}), 2027);
  EXPECT_EQ(Value("month", {Date(2026, 6, 30)}), 6);
  EXPECT_EQ(Value("day", {At(late)}), 30);
  EXPECT_EQ(Value("weekday", {Date(2026, 6, 29)}), 1);
  EXPECT_EQ(Value("weekday", {At(Instant(2026, 7, 5))}), 7);
}

TEST_F(Calls, Periods) {
  EXPECT_EQ(Value("start_of", {Date(2026, 5, 20), Unit(TimeUnit::kMonth)}), rt::DaysFromCivil(2026, 5, 1));
  EXPECT_EQ(Value("end_of", {Date(2026, 5, 20), Unit(TimeUnit::kQuarter)}), rt::DaysFromCivil(2026, 6, 30));
  EXPECT_EQ(Value("start_of", {At(Instant(2026, 5, 20, 8)), Unit(TimeUnit::kWeek)}), Instant(2026, 5, 18));
  EXPECT_EQ(Value("end_of", {At(Instant(2026, 5, 20, 8)), Unit(TimeUnit::kDay)}), Instant(2026, 5, 21) - 1);
  EXPECT_EQ(Value("start_of", {At(Instant(2026, 5, 20, 8, 59)), Unit(TimeUnit::kHour)}), Instant(2026, 5, 20, 8));
}

TEST_F(Calls, Distances) {
  EXPECT_EQ(Value("days_between", {Date(2026, 2, 27), Date(2026, 3, 2)}), 3);
  EXPECT_EQ(Value("days_between", {Date(2026, 3, 2), Date(2026, 2, 27)}), -3);
  EXPECT_EQ(Value("days_between", {At(Instant(2026, 6, 29, 23, 59)), At(Instant(2026, 6, 30))}), 1);
  EXPECT_EQ(Value("days_between", {At(Instant(2026, 6, 29, 23, 59)), Date(2026, 6, 29)}), 0);
  EXPECT_EQ(Value("business_days_between", {Date(2026, 9, 17), Date(2026, 9, 28), Num(0)}), 4);
  EXPECT_EQ(Value("add_business_days", {Date(2026, 9, 17), Num(4), Num(0)}), rt::DaysFromCivil(2026, 9, 28));
  EXPECT_EQ(Value("add_business_days", {At(Instant(2026, 9, 17, 17)), Num(4), Num(0)}), Instant(2026, 9, 28, 17));
  EXPECT_EQ(Value("add_business_days", {Date(2026, 9, 19), Num(0), Num(0)}), rt::DaysFromCivil(2026, 9, 24));
  EXPECT_FALSE(saturated_);
  EXPECT_EQ(Value("add_business_days", {Date(2026, 9, 17), Num(rt::kNumberMax), Num(0)}), rt::kMaxDay);
  EXPECT_TRUE(saturated_);
}

TEST_F(Calls, Age) {
  EXPECT_EQ(Value("age", {Date(1990, 6, 30)}), 36);
  EXPECT_EQ(Value("age", {Date(1990, 7, 1)}), 35);
  EXPECT_EQ(Value("age", {Date(1990, 6, 15), Date(2026, 6, 14)}), 35);
  EXPECT_EQ(Value("age", {Date(1990, 6, 15), At(Instant(2026, 6, 15))}), 36);
}

TEST_F(Calls, Money) {
  const Type yen = Type::Money(PackCurrency("JPY"));
  const Type dollar = Type::Money(PackCurrency("USD"));
  EXPECT_EQ(Value("amount", {{yen, 5'000}}), 5'000);
  EXPECT_EQ(Value("amount", {{dollar, 1'250}}, Type::Decimal(2)), 1'250);
  EXPECT_EQ(TextOf("currency", {{yen, 5'000}}), "JPY");
  EXPECT_EQ(TextOf("currency", {{dollar, 0}}), "USD");
}

TEST_F(Calls, Sets) {
  EXPECT_EQ(Value("size", {Set(0)}), 0);
  EXPECT_EQ(Value("size", {Set(0b1011)}), 3);
  EXPECT_EQ(Value("any", {Set(0b1010), Set(0b0011)}, Type::Bool()), 1);
  EXPECT_EQ(Value("any", {Set(0b1000), Set(0b0011)}, Type::Bool()), 0);
  EXPECT_EQ(Value("any", {Set(0b1000), Set(0)}, Type::Bool()), 0);
  EXPECT_EQ(Value("all", {Set(0b1011), Set(0b0011)}, Type::Bool()), 1);
  EXPECT_EQ(Value("all", {Set(0b1010), Set(0b0011)}, Type::Bool()), 0);
  EXPECT_EQ(Value("all", {Set(0), Set(0)}, Type::Bool()), 1);
  const Type topic = Type::Enum(EnumId(size_t{0}));
  EXPECT_EQ(Value("any", {Set(0b1010), {topic, 0}, {topic, 3}}, Type::Bool()), 1);
  EXPECT_EQ(Value("all", {Set(0b1010), {topic, 1}, {topic, 3}}, Type::Bool()), 1);
  EXPECT_EQ(Value("all", {Set(0b1010), {topic, 0}, {topic, 3}}, Type::Bool()), 0);
}

TEST(Records, AreWholeAndDistinct) {
  const FunctionTable table = Records();
  EXPECT_EQ(table.all().size(), 39u);
  for (const FunctionRecord& record : table.all()) {
    EXPECT_EQ(table.Find(record.name), &record) << record.name;
    EXPECT_NE(record.call, nullptr) << record.name;
    EXPECT_TRUE(record.doc_en.ends_with('.')) << record.name;
    EXPECT_TRUE(record.doc_ja.ends_with("。")) << record.name;
    EXPECT_NE(record.example.find(std::string(record.name) + "("), std::string_view::npos) << record.name;
    bool optional = false;
    for (size_t i = 0; i < record.params.size(); ++i) {
      const ParamInfo& param = record.params[i];
      EXPECT_TRUE(!optional || param.optional) << record.name;
      optional = param.optional;
      const bool last = i + 1 == record.params.size();
      EXPECT_TRUE(last || (!param.repeated && param.kind != ParamKind::kTextList && param.kind != ParamKind::kMembers))
          << record.name;
    }
  }
  EXPECT_EQ(table.Find("nothing"), nullptr);
}

}  // namespace
}  // namespace saiten::stdlib
