#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "flow/outbox/wire.h"

namespace saiten::outbox {

// `[outbox]` of saiten.toml, with what the environment holds in place of `env:NAME`.
struct Settings {
  std::vector<std::string> allow;
  std::string secret;           // signs webhooks and unsubscribe links; empty: neither is signed
  MailServer server;            // no url: there is none
  std::string unsubscribe_url;  // with {key}, {object}, {id}, {token}; empty: none
  int64_t timeout_ms = 30'000;
  std::string ca_file;
};

}  // namespace saiten::outbox
