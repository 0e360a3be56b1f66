#pragma once

#include "flow/outbox/wire.h"
#include "flow/outbox/wire/curl_handle.h"

namespace saiten::outbox {

// Wire::Send.
MailAnswer SendOver(CurlHandle& curl, const MailServer& server, const Mail& mail);

}  // namespace saiten::outbox
