#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"

namespace saiten::rt {

// The pattern of `matches /re/` (RE2 syntax), compiled once. Immutable, safe from any thread.
class RegexMatcher {
 public:
  // kUsage with RE2's reason for a pattern that is none. The pattern's own characters are taken in NFKC form; those
  // that NFKC turns into operators (a full-width bracket) stay characters.
  static Result<std::unique_ptr<const RegexMatcher>> Compile(std::string_view pattern);

  virtual ~RegexMatcher() = default;

  // Whether a match lies anywhere in the NFKC form `text` (sem N3a). Time grows with the text only.
  virtual bool Matches(std::string_view text) const = 0;

 protected:
  RegexMatcher() = default;
};

}  // namespace saiten::rt
