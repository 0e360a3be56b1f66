#include "flow/action_key.h"

#include <array>

#include <fmt/format.h>
#include <nettle/sha2.h>

namespace saiten::flow {

std::string ActionKey(const ActionIdentity& identity) {
  constexpr char kJoin = '\x1F';
  const std::string text = fmt::format("{1}{0}{2}{0}{3}{0}{4}{0}{5}{0}{6}{0}{7}{0}{8}{0}{9}", kJoin, identity.flow,
                                       identity.object, identity.record, identity.instance_key, identity.number,
                                       identity.step, identity.loop, identity.variant, identity.index);
  sha256_ctx hash;
  sha256_init(&hash);
  sha256_update(&hash, text.size(), reinterpret_cast<const uint8_t*>(text.data()));
  std::array<uint8_t, 16> digest;
  sha256_digest(&hash, digest.size(), digest.data());
  std::string key;
  for (const uint8_t byte : digest) key += fmt::format("{:02x}", byte);
  return key;
}

}  // namespace saiten::flow
