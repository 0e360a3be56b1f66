#include "flow/outbox/wire.h"

#include "flow/outbox/wire/curl_handle.h"
#include "flow/outbox/wire/http.h"
#include "flow/outbox/wire/mime.h"
#include "flow/outbox/wire/smtp.h"

namespace saiten::outbox {
namespace {

class CurlWire : public Wire {
 public:
  std::optional<Url> Parse(const std::string& url) override { return ParseUrl(url); }
  HttpAnswer Post(const HttpRequest& request) override { return PostOver(http_, request); }
  MailAnswer Send(const MailServer& server, const Mail& mail) override { return SendOver(smtp_, server, mail); }
  std::string Mime(const Mail& mail) override { return BuildMime(mail); }

 private:
  CurlHandle http_;
  CurlHandle smtp_;
};

}  // namespace
}  // namespace saiten::outbox

// The one function of the library (flow/outbox/wire.h).
extern "C" saiten::outbox::Wire* saiten_outbox_wire();

saiten::outbox::Wire* saiten_outbox_wire() { return new saiten::outbox::CurlWire; }
