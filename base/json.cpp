#include "base/json.h"

namespace saiten {

constexpr auto kReplace = Json::error_handler_t::replace;

Json ParseJson(std::string_view text) { return Json::parse(text, nullptr, /*allow_exceptions=*/false); }

std::string JsonLine(const Json& json) { return json.dump(-1, ' ', false, kReplace); }

std::string JsonAscii(const Json& json) { return json.dump(-1, ' ', true, kReplace); }

std::string JsonPage(const Json& json) { return json.dump(2, ' ', false, kReplace) + "\n"; }

}  // namespace saiten
