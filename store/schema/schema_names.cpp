#include "store/schema/schema_names.h"

#include <algorithm>
#include <array>
#include <vector>

#include "runtime/normalize.h"
#include "runtime/utf8.h"

namespace saiten::store {
namespace {

constexpr std::array<std::string_view, 36> kReserved = {
    "and",       "or",   "not",     "in",     "is",     "if",   "then",  "else",  "match",
    "where",     "when", "per",     "for",    "on",     "true", "false", "known", "unknown",
    "otherwise", "no",   "last",    "count",  "exists", "sum",  "avg",   "since", "between",
    "contains",  "like", "matches", "starts", "ends",   "has",  "now",   "today", "event"};

bool IsUpper(char32_t c) { return c >= 'A' && c <= 'Z'; }
bool IsDigit(char32_t c) { return c >= '0' && c <= '9'; }
// Letters of ASCII, and of other scripts what is not a sign: a name with a strange sign in it is made of what is left.
bool IsLetter(char32_t c) {
  if (c < 0x80) return IsUpper(c) || (c >= 'a' && c <= 'z');
  const bool latin_sign = c < 0xc0 || c == 0xd7 || c == 0xf7;
  const bool sign = (c >= 0x2000 && c <= 0x2bff) || (c >= 0x3000 && c <= 0x3004) || (c >= 0x3008 && c <= 0x3020) ||
                    (c >= 0xfe00 && c <= 0xff0f) || (c >= 0xff1a && c <= 0xff20) || (c >= 0xff3b && c <= 0xff40) ||
                    (c >= 0xff5b && c <= 0xff65) || c >= 0x1f000;
  return !latin_sign && !sign;
}

// The words of a text: runs of letters and digits, cut before a capital that follows a small letter.
std::vector<std::string> WordsOf(std::string_view text) {
  std::vector<std::string> words(1);
  const std::string normal = rt::Nfkc(text);
  char32_t before = 0;
  for (size_t at = 0; at < normal.size();) {
    const char32_t c = rt::DecodeOne(normal, &at);
    if (!IsLetter(c) && !IsDigit(c)) {
      if (!words.back().empty()) words.emplace_back();
    } else {
      if (IsUpper(c) && before >= 'a' && before <= 'z' && !words.back().empty()) words.emplace_back();
      rt::AppendUtf8(&words.back(), c);
    }
    before = c;
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

// A name must begin with a letter and be no reserved word.
std::string Fix(std::string name, std::string_view prefix) {
  if (name.empty() || IsDigit(static_cast<unsigned char>(name[0]))) name.insert(0, prefix);
  if (std::ranges::find(kReserved, name) != kReserved.end()) name += '_';
  return name;
}

}  // namespace

std::string PropertyName(std::string_view column) {
  std::string name;
  for (const std::string& word : WordsOf(column)) {
    if (!name.empty()) name += '_';
    name += rt::Lower(word);
  }
  return Fix(std::move(name), "c_");
}

std::string ObjectName(std::string_view table) {
  std::string name = PropertyName(table);
  auto ends = [&](std::string_view end) { return name.size() > end.size() + 1 && name.ends_with(end); };
  if (name == "people") return "person";
  if (ends("ies")) {
    name.replace(name.size() - 3, 3, "y");
  } else if (ends("sses") || ends("xes") || ends("ches") || ends("shes")) {
    name.resize(name.size() - 2);
  } else if (ends("s") && !ends("ss") && !ends("us") && !ends("is")) {
    name.pop_back();
  }
  return Fix(std::move(name), "o_");
}

std::string TypeName(std::string_view text) {
  std::string name;
  for (std::string word : WordsOf(text)) {
    if (word[0] >= 'a' && word[0] <= 'z') word[0] = static_cast<char>(word[0] - 32);
    name += word;
  }
  return Fix(std::move(name), "V");
}

std::string Unique(const std::string& name, std::set<std::string>& taken) {
  std::string candidate = name;
  for (int i = 2; !taken.insert(candidate).second; ++i) candidate = name + std::to_string(i);
  return candidate;
}

std::string QuoteText(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    switch (c) {
      case '"':
      case '\\':
      case '$':
        out += '\\';
        out += c;
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += c;
    }
  }
  return out + '"';
}

}  // namespace saiten::store
