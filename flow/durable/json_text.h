#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace saiten::flow {

// An object of JSON as text, member by member in the order given. Written for every row of the log, where a tree of
// values in between would cost most of the time of writing it.
class JsonText {
 public:
  void Add(std::string_view name, std::string_view text);
  void Add(std::string_view name, const std::string& text) { Add(name, std::string_view(text)); }
  void Add(std::string_view name, const char* text) { Add(name, std::string_view(text)); }
  void Add(std::string_view name, int64_t number);
  void Add(std::string_view name, bool value);
  void Add(std::string_view name, const JsonText& object);
  void AddNull(std::string_view name);

  bool empty() const { return text_.empty(); }
  // `{}` of an empty one.
  std::string Text() const { return "{" + text_ + "}"; }

 private:
  void AddName(std::string_view name);
  void AddQuoted(std::string_view text);

  std::string text_;  // without its braces
};

}  // namespace saiten::flow
