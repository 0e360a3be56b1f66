#include "flow/outbox/wire/curl_handle.h"

#include <algorithm>

namespace saiten::outbox {
namespace {

constexpr int64_t kConnectTimeoutMs = 10'000;

}  // namespace

CurlHandle::CurlHandle() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(ready);
  handle_.reset(curl_easy_init());
}

void CurlHandle::Renew() {
  // A server that hangs is not waited for until it says goodbye.
  Set(CURLOPT_SERVER_RESPONSE_TIMEOUT, 1L);
  handle_.reset(curl_easy_init());
}

void CurlHandle::Reset(const std::string& url, int64_t timeout_ms, const std::string& ca_file) {
  curl_easy_reset(handle_.get());
  Set(CURLOPT_URL, url.c_str());
  Set(CURLOPT_PROTOCOLS_STR, "http,https,smtp,smtps");
  Set(CURLOPT_FOLLOWLOCATION, 0L);
  Set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  Set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_ms));
  Set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(timeout_ms, kConnectTimeoutMs)));
  Set(CURLOPT_USERAGENT, "saiten");
  if (!ca_file.empty()) Set(CURLOPT_CAINFO, ca_file.c_str());
}

int CurlHandle::Code() const {
  long code = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &code);
  return static_cast<int>(code);
}

}  // namespace saiten::outbox
