#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace saiten::outbox {

// HMAC-SHA256 in hexadecimal digits.
std::string Hmac(std::string_view secret, std::string_view text);

// The value of the header Saiten-Signature: `t=SECONDS,v1=HMAC of "SECONDS.BODY"`. Who takes the webhook computes it
// anew, and refuses old times, so that nothing can be sent again by others.
std::string Signature(std::string_view secret, int64_t seconds, std::string_view body);

}  // namespace saiten::outbox
