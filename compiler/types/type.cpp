#include "compiler/types/type.h"

#include <algorithm>

namespace saiten {
namespace {

struct CurrencyRow {
  char code[4];
  int digits;
};
// ISO 4217: the active codes whose minor unit is not 2; the rest of the active ones follow in kTwoDigits.
constexpr CurrencyRow kOtherDigits[] = {
    {"BIF", 0}, {"CLP", 0}, {"DJF", 0}, {"GNF", 0}, {"ISK", 0}, {"JPY", 0}, {"KMF", 0}, {"KRW", 0}, {"PYG", 0},
    {"RWF", 0}, {"UGX", 0}, {"UYI", 0}, {"VND", 0}, {"VUV", 0}, {"XAF", 0}, {"XOF", 0}, {"XPF", 0}, {"BHD", 3},
    {"IQD", 3}, {"JOD", 3}, {"KWD", 3}, {"LYD", 3}, {"OMR", 3}, {"TND", 3}, {"CLF", 4}, {"UYW", 4},
};
constexpr std::string_view kTwoDigits =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP "
    "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR "
    "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN "
    "NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP "
    "SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG";

}  // namespace

std::string CurrencyName(uint32_t packed) {
  return {static_cast<char>(packed >> 16), static_cast<char>(packed >> 8 & 0xff), static_cast<char>(packed & 0xff)};
}

int CurrencyDigits(uint32_t packed) {
  const std::string name = CurrencyName(packed);
  auto row = std::ranges::find_if(kOtherDigits, [&](const CurrencyRow& r) { return name == r.code; });
  if (row != std::end(kOtherDigits)) return row->digits;
  return kTwoDigits.find(name) == std::string_view::npos ? -1 : 2;
}

uint32_t CurrencyFromName(std::string_view name) {
  if (name.size() != 3 || !std::ranges::all_of(name, [](char c) { return c >= 'A' && c <= 'Z'; })) return 0;
  const char code[4] = {name[0], name[1], name[2], 0};
  return PackCurrency(code);
}

}  // namespace saiten
