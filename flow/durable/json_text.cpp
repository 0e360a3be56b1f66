#include "flow/durable/json_text.h"

#include "base/json.h"

#include <algorithm>

namespace saiten::flow {
namespace {

bool IsPlain(unsigned char character) {
  return character >= 0x20 && character < 0x7f && character != '"' && character != '\\';
}

}  // namespace

void JsonText::AddQuoted(std::string_view text) {
  if (std::ranges::all_of(text, IsPlain)) {
    text_ += '"';
    text_ += text;
    text_ += '"';
  } else {
    text_ += JsonLine(Json(text));
  }
}

void JsonText::AddName(std::string_view name) {
  if (!text_.empty()) text_ += ',';
  AddQuoted(name);
  text_ += ':';
}

void JsonText::Add(std::string_view name, std::string_view text) {
  AddName(name);
  AddQuoted(text);
}

void JsonText::Add(std::string_view name, int64_t number) {
  AddName(name);
  text_ += std::to_string(number);
}

void JsonText::Add(std::string_view name, bool value) {
  AddName(name);
  text_ += value ? "true" : "false";
}

void JsonText::Add(std::string_view name, const JsonText& object) {
  AddName(name);
  text_ += object.Text();
}

void JsonText::AddNull(std::string_view name) {
  AddName(name);
  text_ += "null";
}

}  // namespace saiten::flow
