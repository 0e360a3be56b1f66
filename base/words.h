#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace saiten {

// The languages that people are spoken to in.
enum class Language : uint8_t { kEnglish, kJapanese };

// Words for the user in both languages; arguments are filled in where it is made.
struct Text {
  std::string en;
  std::string ja;
  const std::string& In(Language language) const { return language == Language::kJapanese && !ja.empty() ? ja : en; }
  bool empty() const { return en.empty(); }
};

// The same in both languages: names, numbers.
Text Same(std::string_view words);
// What the system says of an errno.
Text SystemReason(int number);

// The failures that reach a person are made here or from a table of texts that ends here, so that each has both
// languages.
Error Fail(ErrorKind kind, Text message, Text hint = {});

}  // namespace saiten
