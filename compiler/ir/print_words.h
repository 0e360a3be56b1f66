#pragma once

#include <string>
#include <string_view>

// Words that the printed IR of kernels and of automation share.
namespace saiten::ir {

// The units of time in the order of rt::TimeUnit.
inline constexpr std::string_view kUnits[] = {"second",  "minute", "hour",           "day",        "week", "month",
                                              "quarter", "year",   "fiscal_quarter", "fiscal_year"};

// The text as a literal of the printed IR: in quotation marks, with escapes.
std::string Quoted(std::string_view text);

}  // namespace saiten::ir
