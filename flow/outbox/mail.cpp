#include "flow/outbox/mail.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/json.h"
#include "base/markup.h"
#include "flow/outbox/fields.h"
#include "flow/outbox/signature.h"
#include "flow/state.h"
#include "runtime/civil.h"
#include "runtime/utf8.h"

namespace saiten::outbox {
namespace {

using flow::ActionState;

// Seconds until a mail that a server did not take is tried again.
constexpr std::array<int64_t, 5> kPauses = {60, 300, 1800, 7200, 28800};
constexpr size_t kLongestAddress = 254;  // RFC 5321

// What may stand between the angle brackets of MAIL and RCPT. Which addresses exist only their server knows; what could
// end the line or name a second one is kept out here.
bool IsAddress(const std::string& text) {
  const size_t at = text.rfind('@');
  if (at == std::string::npos || at == 0 || at + 1 == text.size() || text.size() > kLongestAddress) return false;
  return rt::ValidUtf8(text) && text.find_first_of(" \t\r\n<>,;:\\\"()[]") == std::string::npos &&
         text.find('@') == at && std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

void ReplaceAll(std::string& text, std::string_view what, std::string_view with) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

// As part of a URL.
std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    escaped += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return escaped;
}

std::string InHtml(std::string_view text) {
  std::string html = InMarkup(text);
  ReplaceAll(html, "\n", "<br>\n");
  return html;
}

std::string UnsubscribeLink(const Settings& settings, const Action& action) {
  std::string link = settings.unsubscribe_url;
  ReplaceAll(link, "{key}", action.key);
  ReplaceAll(link, "{object}", Escaped(action.object));
  ReplaceAll(link, "{id}", Escaped(action.id));
  // Only who knows the secret can make another's link.
  ReplaceAll(link, "{token}", Hmac(settings.secret, "unsubscribe " + action.key));
  return link;
}

// Who sends it and where to ask, as laws want it under every message.
void AddFooter(Mail& mail, const Json& payload) {
  for (const char* field : {"sender_info", "inquiries"}) {
    const std::string line = CleanText(TextOf(payload, field));
    if (line.empty()) continue;
    const bool first = field == std::string_view("sender_info") || TextOf(payload, "sender_info").empty();
    mail.text += (first ? "\n\n-- \n" : "\n") + line;
    if (mail.html.empty()) continue;
    const std::string html = (first ? "<hr><p>" : "<p>") + InHtml(line) + "</p>\n";
    const size_t end = mail.html.rfind("</body>");
    mail.html.insert(end == std::string::npos ? mail.html.size() : end, html);
  }
}

}  // namespace

Composed Compose(const Settings& settings, const Action& action, const Json& payload, int64_t now) {
  Composed composed;
  Mail& mail = composed.mail;
  mail.from = TextOf(payload, "from");
  mail.to = TextOf(payload, "to");
  mail.reply_to = TextOf(payload, "reply_to");
  if (!IsAddress(mail.to)) {
    composed.refused = Refused({"the recipient's address is none", "宛先がメールアドレスではありません"});
    composed.refused->event = "bounce";
    composed.refused->hard = true;
    return composed;
  }
  if (!IsAddress(mail.from)) {
    composed.refused = Refused({"the sender's address is none", "差出人がメールアドレスではありません"});
    return composed;
  }
  if (!mail.reply_to.empty() && !IsAddress(mail.reply_to)) {
    composed.refused = Refused({"the address for replies is none", "返信先がメールアドレスではありません"});
    return composed;
  }
  // A line end in a value of the record would begin another header.
  mail.from_name = OneLine(TextOf(payload, "from_name"));
  mail.subject = OneLine(TextOf(payload, "subject"));
  const std::string link = UnsubscribeLink(settings, action);
  const std::string text = TextOf(payload, "body");
  const std::string html = TextOf(payload, "html");
  if (link.empty() && (text + html).find(flow::kUnsubscribeLink) != std::string::npos) {
    composed.refused = Refused({"it has a link for opting out, and `[outbox] unsubscribe_url` is not in saiten.toml",
                                "配信停止リンクがありますが、saiten.tomlに`[outbox] unsubscribe_url`がありません"});
    return composed;
  }
  mail.text = text;
  mail.html = html;
  ReplaceAll(mail.text, flow::kUnsubscribeLink, link);
  ReplaceAll(mail.html, flow::kUnsubscribeLink, InHtml(link));
  mail.text = CleanText(mail.text);
  mail.html = CleanText(mail.html);
  AddFooter(mail, payload);
  const std::string message_class = TextOf(payload, "class");
  if (message_class != "transactional" && message_class != "internal") mail.unsubscribe = link;
  mail.message_id = action.key + mail.from.substr(mail.from.rfind('@'));
  mail.date = now / rt::kMicrosPerSecond;
  return composed;
}

Outcome SendMail(Wire& wire, const Settings& settings, const Action& action, const Json& payload, int64_t now) {
  const Composed composed = Compose(settings, action, payload, now);
  if (composed.refused) return *composed.refused;
  const MailAnswer answer = wire.Send(settings.server, composed.mail);
  Outcome outcome;
  outcome.code = answer.code;
  outcome.response = answer.error;
  const Text said = answer.code != 0 ? Text{fmt::format("the mail server answered {}", answer.code),
                                            fmt::format("メールサーバーの応答は{}でした", answer.code)}
                                     : Text{"no answer of the mail server: " + answer.error,
                                            "メールサーバーの応答がありません: " + answer.error};
  switch (answer.outcome) {
    case MailAnswer::Outcome::kSent:
      outcome.state = ActionState::kSent;
      outcome.event = "delivered";
      return outcome;
    case MailAnswer::Outcome::kInDoubt:
      outcome.state = ActionState::kInDoubt;
      break;
    case MailAnswer::Outcome::kNoServer:
      outcome.state = ActionState::kNew;
      outcome.counts = false;
      outcome.no_server = true;
      break;
    case MailAnswer::Outcome::kRefused:
      outcome.state = ActionState::kFailed;
      if (answer.bad_address) outcome.event = "bounce";
      outcome.hard = true;
      break;
    case MailAnswer::Outcome::kLater: {
      const auto failures = static_cast<size_t>(action.failures);
      if (failures < kPauses.size()) {
        outcome.state = ActionState::kNew;
        outcome.pause = kPauses[failures];
      } else {
        outcome.state = ActionState::kFailed;
        outcome.event = "bounce";
      }
      break;
    }
  }
  outcome.why = said;
  return outcome;
}

}  // namespace saiten::outbox
