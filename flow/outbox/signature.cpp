#include "flow/outbox/signature.h"

#include <array>

#include <fmt/format.h>
#include <nettle/hmac.h>

namespace saiten::outbox {

std::string Hmac(std::string_view secret, std::string_view text) {
  hmac_sha256_ctx hash;
  hmac_sha256_set_key(&hash, secret.size(), reinterpret_cast<const uint8_t*>(secret.data()));
  hmac_sha256_update(&hash, text.size(), reinterpret_cast<const uint8_t*>(text.data()));
  std::array<uint8_t, SHA256_DIGEST_SIZE> digest;
  hmac_sha256_digest(&hash, digest.size(), digest.data());
  std::string hex;
  for (const uint8_t byte : digest) hex += fmt::format("{:02x}", byte);
  return hex;
}

std::string Signature(std::string_view secret, int64_t seconds, std::string_view body) {
  return fmt::format("t={},v1={}", seconds, Hmac(secret, fmt::format("{}.{}", seconds, body)));
}

}  // namespace saiten::outbox
