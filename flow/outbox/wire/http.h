#pragma once

#include <optional>
#include <string>

#include "flow/outbox/wire.h"
#include "flow/outbox/wire/curl_handle.h"

namespace saiten::outbox {

// Wire::Post and Wire::Parse.
HttpAnswer PostOver(CurlHandle& curl, const HttpRequest& request);
std::optional<Url> ParseUrl(const std::string& text);

}  // namespace saiten::outbox
