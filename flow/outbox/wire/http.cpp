#include "flow/outbox/wire/http.h"

#include <algorithm>

namespace saiten::outbox {
namespace {

constexpr size_t kKept = 1024;         // bytes of an answer that are kept
constexpr size_t kReadAtMost = 65536;  // the other side may talk on without end

struct Received {
  std::string kept;
  size_t total = 0;
};

size_t Take(char* bytes, size_t size, size_t count, void* to) {
  auto& received = *static_cast<Received*>(to);
  const size_t length = size * count;
  received.kept.append(bytes, std::min(length, kKept - received.kept.size()));
  received.total += length;
  return received.total > kReadAtMost ? 0 : length;
}

}  // namespace

HttpAnswer PostOver(CurlHandle& curl, const HttpRequest& request) {
  curl.Reset(request.url, request.timeout_ms, request.ca_file);
  curl.Set(CURLOPT_PROTOCOLS_STR, "http,https");
  // A server that answers twice would have answered the next request before it was asked.
  curl.Set(CURLOPT_FORBID_REUSE, 1L);
  curl.Set(CURLOPT_FRESH_CONNECT, 1L);
  curl.Set(CURLOPT_POST, 1L);
  curl.Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  curl.Set(CURLOPT_POSTFIELDS, request.body.data());
  Lines lines;
  // Without the second: a long body waits for a word of the server that many never say.
  for (const std::string& header : request.headers) {
    curl_slist* all = curl_slist_append(lines.get(), header.c_str());
    if (all != nullptr) static_cast<void>(lines.release()), lines.reset(all);
  }
  curl_slist* all = curl_slist_append(lines.get(), "Expect:");
  if (all != nullptr) static_cast<void>(lines.release()), lines.reset(all);
  curl.Set(CURLOPT_HTTPHEADER, lines.get());
  Received received;
  curl.Set(CURLOPT_WRITEFUNCTION, Take);
  curl.Set(CURLOPT_WRITEDATA, &received);
  const CURLcode done = curl.Perform();
  HttpAnswer answer;
  answer.body = std::move(received.kept);
  // An answer of more bytes than anybody reads is an answer.
  if (done != CURLE_OK && done != CURLE_WRITE_ERROR) {
    answer.error = curl_easy_strerror(done);
    curl.Renew();
    return answer;
  }
  answer.code = curl.Code();
  curl_off_t pause = 0;
  if (curl_easy_getinfo(curl.get(), CURLINFO_RETRY_AFTER, &pause) == CURLE_OK) answer.retry_after = pause;
  char* location = nullptr;
  if (curl_easy_getinfo(curl.get(), CURLINFO_REDIRECT_URL, &location) == CURLE_OK && location != nullptr) {
    answer.location = location;
  }
  return answer;
}

std::optional<Url> ParseUrl(const std::string& text) {
  struct CleanupUrl {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
  };
  const std::unique_ptr<CURLU, CleanupUrl> url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    return std::nullopt;
  }
  const auto part = [&](CURLUPart which, unsigned flags) -> std::string {
    char* value = nullptr;
    if (curl_url_get(url.get(), which, &value, flags) != CURLUE_OK) return {};
    const std::unique_ptr<char, void (*)(void*)> owned(value, curl_free);
    return value;
  };
  const auto lower = [](std::string name) {
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return name;
  };
  Url parsed;
  parsed.scheme = lower(part(CURLUPART_SCHEME, 0));
  if (parsed.scheme != "http" && parsed.scheme != "https" && parsed.scheme != "smtp" && parsed.scheme != "smtps") {
    return std::nullopt;
  }
  parsed.host = lower(part(CURLUPART_HOST, 0));
  if (parsed.host.starts_with('[')) parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
  if (parsed.host.empty()) return std::nullopt;
  const std::string port = part(CURLUPART_PORT, CURLU_DEFAULT_PORT);
  for (const char c : port) parsed.port = parsed.port * 10 + (c - '0');
  parsed.path = part(CURLUPART_PATH, 0);
  parsed.has_user = !part(CURLUPART_USER, 0).empty() || !part(CURLUPART_PASSWORD, 0).empty();
  return parsed;
}

}  // namespace saiten::outbox
