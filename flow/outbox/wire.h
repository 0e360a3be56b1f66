#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What the outbox asks of the network. The definition is in a library of its own (flow/outbox/wire/), which the command
// loads when it delivers, so that no other command has libcurl and GMime in it; tests may have another. Only plain
// values cross the border. Nothing here is logged: addresses, urls and bodies are personal.
namespace saiten::outbox {

// A URL in its parts, as the one who connects reads it.
struct Url {
  std::string scheme;  // in lower case
  std::string host;    // in lower case, without the brackets of IPv6
  int port = 0;        // that of the scheme where none is written
  std::string path;    // begins with `/`, without dot segments
  bool has_user = false;
};

struct HttpRequest {
  std::string url;
  std::string body;
  std::vector<std::string> headers;  // `Name: value`
  int64_t timeout_ms = 0;            // for all of it
  std::string ca_file;               // empty: the system's
};

struct HttpAnswer {
  int code = 0;             // 0: there was none
  std::string body;         // its first bytes, as they came
  std::string error;        // why there was no answer; names no url
  std::string location;     // of a redirect, absolute; not followed
  int64_t retry_after = 0;  // seconds that the other side asks for; 0: none
};

enum class Tls : uint8_t { kRequired, kIfOffered, kNone };

// The server that takes mail.
struct MailServer {
  std::string url;  // smtp:// or smtps://
  std::string user;
  std::string password;
  Tls tls = Tls::kRequired;  // of smtp://: STARTTLS
  std::string ca_file;
  int64_t timeout_ms = 0;
};

struct Mail {
  std::string from;
  std::string from_name;
  std::string to;
  std::string reply_to;
  std::string subject;
  std::string text;
  std::string html;         // empty: text alone
  std::string message_id;   // without angle brackets
  std::string unsubscribe;  // the link of RFC 8058; empty: none
  int64_t date = 0;         // Unix seconds
};

struct MailAnswer {
  enum class Outcome : uint8_t {
    kSent,      // the server has taken it
    kLater,     // it has not, and may take it later
    kRefused,   // it never will
    kNoServer,  // there is no server that listens, or it does not let us in: nothing about this mail
    kInDoubt,   // all of it was handed over, and no answer came
  };
  Outcome outcome = Outcome::kNoServer;
  bool bad_address = false;  // kRefused: because of whom it is for
  int code = 0;              // of the server's last answer; 0: none
  std::string error;         // names no address
};

// One user at a time. Connections are kept from call to call.
class Wire {
 public:
  virtual ~Wire() = default;
  // nullopt for what is no absolute URL of http, https, smtp or smtps.
  virtual std::optional<Url> Parse(const std::string& url) = 0;
  // A POST; follows no redirect.
  virtual HttpAnswer Post(const HttpRequest& request) = 0;
  virtual MailAnswer Send(const MailServer& server, const Mail& mail) = 0;
  // The mail as it is sent.
  virtual std::string Mime(const Mail& mail) = 0;
};

// The library has one function by this name, of this type; what it gives is the caller's.
inline constexpr char kWireEntry[] = "saiten_outbox_wire";
using WireEntry = Wire*();

}  // namespace saiten::outbox
