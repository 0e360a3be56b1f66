#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "flow/outbox/wire.h"

namespace saiten::outbox {

// Where deliveries may go: `[outbox] allow` of saiten.toml. A URL stands for itself and everything below its path, on
// its host and port alone; `smtp` for the mail server of the settings.
class AllowList {
 public:
  static constexpr std::string_view kMail = "smtp";

  // kUsage: an entry is neither.
  static Result<AllowList> Parse(Wire& wire, const std::vector<std::string>& entries);

  bool mail() const { return mail_; }
  // Also false for a URL that carries a user or hides a part of its path.
  bool Permits(const Url& url) const;

 private:
  std::vector<Url> urls_;
  bool mail_ = false;
};

}  // namespace saiten::outbox
