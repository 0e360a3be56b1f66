#include "flow/outbox/fields.h"

#include <charconv>

#include "base/json.h"
#include "runtime/utf8.h"

namespace saiten::outbox {
namespace {

int64_t Number(std::string_view text) {
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

std::string TextOf(const Json& payload, std::string_view name) {
  const auto found = payload.find(name);
  if (found == payload.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

int64_t NumberOf(const Json& payload, std::string_view name) { return Number(TextOf(payload, name)); }

std::vector<int64_t> NumbersOf(const Json& payload, std::string_view name) {
  const std::string text = TextOf(payload, name);
  std::vector<int64_t> numbers;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    numbers.push_back(Number(std::string_view(text).substr(at, end - at)));
    at = end + 1;
  }
  return numbers;
}

std::string CleanText(std::string_view text) {
  std::string clean;
  for (size_t at = 0; at < text.size();) {
    const char32_t c = rt::DecodeOne(text, &at);
    const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
    rt::AppendUtf8(&clean, control && c != '\n' && c != '\r' && c != '\t' ? U' ' : c);
  }
  return clean;
}

std::string OneLine(std::string_view text) {
  std::string line = CleanText(text);
  for (char& c : line) {
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  }
  return line;
}

}  // namespace saiten::outbox
