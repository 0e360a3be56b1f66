#include "runtime/decimal_text.h"

#include <gtest/gtest.h>

#include <limits>

#include "runtime/decimal.h"

namespace saiten::rt {
namespace {

struct Case {
  const char* text;
  int scale;
  ParseStatus status;
  int64_t value = 0;
};

TEST(DecimalText, AcceptedAndRefusedSpellings) {
  const Case cases[] = {
      {"15", 0, ParseStatus::kOk, 15},
      {"-15", 0, ParseStatus::kOk, -15},
      {"  15\t", 0, ParseStatus::kOk, 15},
      {"\xE3\x80\x80"
       "15",
       0, ParseStatus::kOk, 15},
      {"0015", 0, ParseStatus::kOk, 15},
      {"-0", 0, ParseStatus::kOk, 0},
      {"2.5", 2, ParseStatus::kOk, 250},
      {"-2.05", 2, ParseStatus::kOk, -205},
      {".5", 1, ParseStatus::kOk, 5},
      {"5.", 1, ParseStatus::kOk, 50},
      {"7", 9, ParseStatus::kOk, 7'000'000'000},
      {"9223372036854775807", 0, ParseStatus::kOk, kNumberMax},
      {"-9223372036854775807", 0, ParseStatus::kOk, kNumberMin},
      {"", 0, ParseStatus::kEmpty},
      {" \xC2\xA0\xE3\x80\x80", 0, ParseStatus::kEmpty},
      {"9223372036854775808", 0, ParseStatus::kOutOfRange},
      {"-9223372036854775808", 0, ParseStatus::kOutOfRange},
      {"99999999999999999999999999", 0, ParseStatus::kOutOfRange},
      {"9223372037", 9, ParseStatus::kOutOfRange},
      {"2.5", 0, ParseStatus::kTooManyDecimals},
      {"2.0", 0, ParseStatus::kTooManyDecimals},
      {"2.505", 2, ParseStatus::kTooManyDecimals},
      {"1,000", 0, ParseStatus::kSyntax},
      {"+5", 0, ParseStatus::kSyntax},
      {"1e5", 0, ParseStatus::kSyntax},
      {"0x1F", 0, ParseStatus::kSyntax},
      {"1_000", 0, ParseStatus::kSyntax},
      {"1.2.3", 4, ParseStatus::kSyntax},
      {"1.2345x", 2, ParseStatus::kSyntax},
      {"--5", 0, ParseStatus::kSyntax},
      {"-", 0, ParseStatus::kSyntax},
      {".", 0, ParseStatus::kSyntax},
      {"-.", 0, ParseStatus::kSyntax},
      {"\xEF\xBC\x95", 0, ParseStatus::kSyntax},  // full-width 5
      {"5 0", 0, ParseStatus::kSyntax},
  };
  for (const Case& c : cases) {
    int64_t value = 12345;
    EXPECT_EQ(ParseDecimal(c.text, c.scale, &value), c.status) << "'" << c.text << "'";
    EXPECT_EQ(value, c.status == ParseStatus::kOk ? c.value : 12345) << "'" << c.text << "'";
  }
}

TEST(DecimalText, BinaryNumbersOfADatabase) {
  int64_t value = 0;
  EXPECT_EQ(DecimalFromDouble(0.1, 1, &value), ParseStatus::kOk);
  EXPECT_EQ(value, 1);
  EXPECT_EQ(DecimalFromDouble(300.0, 0, &value), ParseStatus::kOk);
  EXPECT_EQ(value, 300);
  EXPECT_EQ(DecimalFromDouble(-0.0, 2, &value), ParseStatus::kOk);
  EXPECT_EQ(value, 0);
  EXPECT_EQ(DecimalFromDouble(0.1 + 0.2, 2, &value), ParseStatus::kTooManyDecimals);
  EXPECT_EQ(DecimalFromDouble(1e18, 0, &value), ParseStatus::kOk);
  EXPECT_EQ(value, 1'000'000'000'000'000'000);
  EXPECT_EQ(DecimalFromDouble(1e300, 0, &value), ParseStatus::kOutOfRange);
  EXPECT_EQ(DecimalFromDouble(5e-324, 9, &value), ParseStatus::kTooManyDecimals);
  EXPECT_EQ(DecimalFromDouble(std::numeric_limits<double>::quiet_NaN(), 0, &value), ParseStatus::kSyntax);
  EXPECT_EQ(DecimalFromDouble(std::numeric_limits<double>::infinity(), 0, &value), ParseStatus::kSyntax);
}

TEST(DecimalText, PointsAsPeopleSeeThem) {
  EXPECT_EQ(FormatPoints(45'000), "45");
  EXPECT_EQ(FormatPoints(10'234), "10.234");
  EXPECT_EQ(FormatPoints(-500), "-0.5");
  EXPECT_EQ(FormatPoints(11'250), "11.25");
  EXPECT_EQ(FormatPoints(0), "0");
  EXPECT_EQ(FormatPoints(-1), "-0.001");
  EXPECT_EQ(FormatPoints(1'000'000), "1000");
  EXPECT_EQ(FormatPoints(kNumberMax), "9223372036854775.807");
  EXPECT_EQ(FormatPoints(kNumberMin), "-9223372036854775.807");
}

TEST(DecimalText, DecimalsWithAllTheirPlaces) {
  EXPECT_EQ(FormatDecimal(1250, 2), "12.50");
  EXPECT_EQ(FormatDecimal(5, 2), "0.05");
  EXPECT_EQ(FormatDecimal(-5, 9), "-0.000000005");
  EXPECT_EQ(FormatDecimal(1250, 0), "1250");
  EXPECT_EQ(FormatDecimal(0, 2), "0.00");
}

TEST(DecimalText, WhatIsWrittenIsReadBack) {
  for (int scale = 0; scale <= kMaxScale; ++scale) {
    for (int64_t value : {kNumberMin, int64_t{-1}, int64_t{0}, int64_t{1}, int64_t{123456789}, kNumberMax}) {
      int64_t read = 0;
      ASSERT_EQ(ParseDecimal(FormatDecimal(value, scale), scale, &read), ParseStatus::kOk);
      EXPECT_EQ(read, value);
    }
  }
}

}  // namespace
}  // namespace saiten::rt
