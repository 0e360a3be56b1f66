#include "flow/outbox/webhook.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/json.h"
#include "flow/outbox/fields.h"
#include "flow/outbox/signature.h"
#include "runtime/civil.h"

namespace saiten::outbox {
namespace {

using flow::ActionState;

constexpr int kMaxRedirects = 5;
constexpr int64_t kLongestPause = 24 * 3600;

// The pause before the next attempt; nothing if there is none left.
std::optional<int64_t> PauseAfter(const Json& payload, int64_t failures) {
  const int64_t retries = NumberOf(payload, "retry");
  if (failures >= retries) return std::nullopt;
  const std::vector<int64_t> backoff = NumbersOf(payload, "backoff");
  if (backoff.empty()) return 0;
  return backoff[std::min(static_cast<size_t>(failures), backoff.size() - 1)];
}

Outcome Judge(const Action& action, const Json& payload, const HttpAnswer& answer) {
  Outcome outcome;
  outcome.code = answer.code;
  outcome.response = answer.code != 0 ? answer.body : answer.error;
  if (answer.code >= 200 && answer.code < 300) {
    outcome.state = ActionState::kSent;
    return outcome;
  }
  outcome.why = answer.code != 0 ? Text{fmt::format("the server answered {}", answer.code),
                                        fmt::format("サーバーの応答は{}でした", answer.code)}
                                 : Text{"no answer: " + answer.error, "応答がありません: " + answer.error};
  // What the server says of the request itself will not change.
  const bool passing =
      answer.code == 0 || answer.code >= 500 || answer.code == 408 || answer.code == 425 || answer.code == 429;
  const auto pause = passing ? PauseAfter(payload, action.failures) : std::nullopt;
  if (pause) {
    outcome.state = ActionState::kNew;
    outcome.pause = std::min(std::max(*pause, answer.retry_after), kLongestPause);
  }
  return outcome;
}

}  // namespace

std::optional<Outcome> RefuseCall(Wire& wire, const AllowList& allow, const Json& payload) {
  const auto url = wire.Parse(TextOf(payload, "url"));
  if (!url) return Refused({"its URL is none", "URLとして読めません"});
  if (!allow.Permits(*url)) {
    return Refused(
        {"its URL is not in `[outbox] allow` of saiten.toml", "URLがsaiten.tomlの`[outbox] allow`にありません"});
  }
  return std::nullopt;
}

Outcome Call(Wire& wire, const AllowList& allow, const Settings& settings, const Action& action, const Json& payload,
             int64_t now) {
  HttpRequest request;
  request.url = TextOf(payload, "url");
  request.body = TextOf(payload, "body");
  if (request.body.empty()) request.body = "{}";
  request.timeout_ms = settings.timeout_ms;
  request.ca_file = settings.ca_file;
  request.headers = {"Content-Type: application/json", "Idempotency-Key: " + action.key};
  if (!settings.secret.empty()) {
    request.headers.push_back("Saiten-Signature: " +
                              Signature(settings.secret, now / rt::kMicrosPerSecond, request.body));
  }
  for (int redirects = 0;; ++redirects) {
    if (auto refused = RefuseCall(wire, allow, {{"url", request.url}})) {
      if (redirects == 0) return *refused;
      return Refused({"it was redirected to a place that is not in `[outbox] allow` of saiten.toml",
                      "リダイレクト先がsaiten.tomlの`[outbox] allow`にありません"});
    }
    const HttpAnswer answer = wire.Post(request);
    const bool redirect = (answer.code == 307 || answer.code == 308) && !answer.location.empty();
    if (!redirect || redirects == kMaxRedirects) return Judge(action, payload, answer);
    request.url = answer.location;
  }
}

}  // namespace saiten::outbox
