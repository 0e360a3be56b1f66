#pragma once

#include <string>

#include <fmt/format.h>

#include "base/json.h"
#include "driver/flow_figures.h"
#include "driver/format.h"

// Counted things as commands print them.
namespace saiten::cli {

inline std::string Padded(const std::string& text, size_t width) {
  const size_t taken = diag::TextWidth(text);
  return text + std::string(taken < width ? width - taken : 0, ' ');
}

inline std::string Percent(double share) { return fmt::format("{:.1f} %", 100 * share); }
// `1 / 7 = 14.3 %`, `-` of nobody.
inline std::string ShareText(driver::Share share) {
  if (!share.value()) return "-";
  return fmt::format("{} / {} = {}", diag::WithThousands(share.k), diag::WithThousands(share.n),
                     Percent(*share.value()));
}

inline Json JsonOf(const driver::Tally& tally) {
  Json json = Json::object();
  for (const auto& [name, count] : tally) json[name] = count;
  return json;
}
inline Json JsonOf(driver::Share share) {
  return {{"k", share.k}, {"n", share.n}, {"rate", share.value() ? Json(*share.value()) : Json(nullptr)}};
}
inline Json JsonOf(driver::Interval interval) { return Json::array({interval.low, interval.high}); }

}  // namespace saiten::cli
