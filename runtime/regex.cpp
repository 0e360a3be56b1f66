#include "runtime/regex.h"

#include <re2/re2.h>

#include <string>

#include "base/words.h"
#include "runtime/normalize.h"

namespace saiten::rt {

namespace {

constexpr bool IsAsciiByte(char c) { return static_cast<unsigned char>(c) < 0x80; }

// The pattern with its non-ASCII stretches in NFKC form; what becomes ASCII punctuation there is no operator.
std::string NormalPattern(std::string_view pattern) {
  std::string out;
  for (size_t at = 0; at < pattern.size();) {
    size_t end = at;
    while (end < pattern.size() && IsAsciiByte(pattern[end]) == IsAsciiByte(pattern[at])) ++end;
    const std::string_view stretch = pattern.substr(at, end - at);
    if (IsAsciiByte(pattern[at])) {
      out.append(stretch);
    } else {
      for (char c : Nfkc(stretch)) {
        if (IsAsciiByte(c) && std::string_view("\\.+*?()|[]{}^$-").find(c) != std::string_view::npos)
          out.push_back('\\');
        out.push_back(c);
      }
    }
    at = end;
  }
  return out;
}

class Re2Matcher final : public RegexMatcher {
 public:
  Re2Matcher(const std::string& pattern, const RE2::Options& options) : regex_(pattern, options) {}

  const RE2& regex() const { return regex_; }

  bool Matches(std::string_view text) const override {
    const re2::StringPiece piece(text.data(), text.size());
    return regex_.Match(piece, 0, piece.size(), RE2::UNANCHORED, nullptr, 0);
  }

 private:
  RE2 regex_;
};

}  // namespace

Result<std::unique_ptr<const RegexMatcher>> RegexMatcher::Compile(std::string_view pattern) {
  RE2::Options options(RE2::Quiet);
  options.set_never_capture(true);
  auto matcher = std::make_unique<Re2Matcher>(NormalPattern(pattern), options);
  if (!matcher->regex().ok()) {
    return Fail(ErrorKind::kUsage, Same(matcher->regex().error()),
                {"patterns are written in RE2 syntax", "パターンはRE2の書き方です"});
  }
  return std::unique_ptr<const RegexMatcher>(std::move(matcher));
}

}  // namespace saiten::rt
