#pragma once

#include <string>

#include "flow/outbox/wire.h"

namespace saiten::outbox {

// The mail as RFC 5322 text with CRLF: headers encoded by RFC 2047, bodies in quoted-printable or base64, text and HTML
// as multipart/alternative, List-Unsubscribe with one click (RFC 8058).
std::string BuildMime(const Mail& mail);

}  // namespace saiten::outbox
