#include "flow/outbox/wire/smtp.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "flow/outbox/wire/mime.h"

namespace saiten::outbox {
namespace {

struct Upload {
  std::string text;
  size_t at = 0;
  bool all_given = false;
};

size_t Give(char* bytes, size_t size, size_t count, void* from) {
  auto& upload = *static_cast<Upload*>(from);
  const size_t length = std::min(size * count, upload.text.size() - upload.at);
  std::memcpy(bytes, upload.text.data() + upload.at, length);
  upload.at += length;
  // From here on the end of the message may be on its way.
  upload.all_given = upload.all_given || length == 0;
  return length;
}

// How far the conversation came, as told by the commands that were said.
struct Talk {
  bool mail = false;       // MAIL FROM
  bool recipient = false;  // RCPT TO
  bool data = false;       // DATA
};

int Listen(CURL*, curl_infotype type, char* bytes, size_t size, void* to) {
  auto& talk = *static_cast<Talk*>(to);
  const std::string_view said(bytes, size);
  if (type != CURLINFO_HEADER_OUT) return 0;
  talk.mail = talk.mail || said.starts_with("MAIL FROM");
  talk.recipient = talk.recipient || said.starts_with("RCPT TO");
  talk.data = talk.data || said.starts_with("DATA");
  return 0;
}

constexpr int kFailures = 400;
constexpr int kForGood = 500;

}  // namespace

MailAnswer SendOver(CurlHandle& curl, const MailServer& server, const Mail& mail) {
  using Outcome = MailAnswer::Outcome;
  curl.Reset(server.url, server.timeout_ms, server.ca_file);
  curl.Set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  // curl says QUIT to a server that was silent behind the message, and would wait two minutes for the answer.
  curl.Set(CURLOPT_SERVER_RESPONSE_TIMEOUT, static_cast<long>((server.timeout_ms + 999) / 1000));
  if (!server.user.empty()) {
    curl.Set(CURLOPT_USERNAME, server.user.c_str());
    curl.Set(CURLOPT_PASSWORD, server.password.c_str());
  }
  switch (server.tls) {
    case Tls::kRequired:
      curl.Set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
      break;
    case Tls::kIfOffered:
      curl.Set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_TRY));
      break;
    case Tls::kNone:
      curl.Set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_NONE));
      break;
  }
  const std::string from = "<" + mail.from + ">";
  const Lines recipients(curl_slist_append(nullptr, ("<" + mail.to + ">").c_str()));
  curl.Set(CURLOPT_MAIL_FROM, from.c_str());
  curl.Set(CURLOPT_MAIL_RCPT, recipients.get());
  Upload upload{.text = BuildMime(mail)};
  curl.Set(CURLOPT_UPLOAD, 1L);
  curl.Set(CURLOPT_READFUNCTION, Give);
  curl.Set(CURLOPT_READDATA, &upload);
  Talk talk;
  curl.Set(CURLOPT_VERBOSE, 1L);
  curl.Set(CURLOPT_DEBUGFUNCTION, Listen);
  curl.Set(CURLOPT_DEBUGDATA, &talk);
  const CURLcode done = curl.Perform();
  MailAnswer answer;
  answer.code = curl.Code();
  if (done == CURLE_OK) {
    answer.outcome = Outcome::kSent;
    return answer;
  }
  answer.error = curl_easy_strerror(done);
  curl.Renew();
  // What went well before the silence is no answer to what came last.
  if (answer.code < kFailures) answer.code = 0;
  if (upload.all_given && answer.code == 0) {
    answer.outcome = Outcome::kInDoubt;
  } else if (!talk.mail) {
    answer.outcome = Outcome::kNoServer;
  } else if (answer.code >= kForGood) {
    answer.outcome = Outcome::kRefused;
    answer.bad_address = talk.recipient && !talk.data;
  } else {
    answer.outcome = Outcome::kLater;
  }
  return answer;
}

}  // namespace saiten::outbox
