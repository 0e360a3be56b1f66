#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.h"

// Everything that store/ says to people, in both languages, from one table (messages.def).
namespace saiten::store {

enum class Failure : uint8_t {
#define SAITEN_STORE_ERROR(name, kind, en, hint_en, ja, hint_ja) name,
#define SAITEN_STORE_WORDS(name, en, ja)
#include "store/messages.def"
#undef SAITEN_STORE_ERROR
#undef SAITEN_STORE_WORDS
};

enum class Words : uint8_t {
#define SAITEN_STORE_ERROR(name, kind, en, hint_en, ja, hint_ja)
#define SAITEN_STORE_WORDS(name, en, ja) name,
#include "store/messages.def"
#undef SAITEN_STORE_ERROR
#undef SAITEN_STORE_WORDS
};

// What a text is filled with: names and numbers are the same in both languages, words are not.
struct Argument {
  Argument(const Text& text) : text(text) {}                         // NOLINT(google-explicit-constructor)
  Argument(std::string_view name) : text(Same(name)) {}              // NOLINT(google-explicit-constructor)
  Argument(const std::string& name) : text(Same(name)) {}            // NOLINT(google-explicit-constructor)
  Argument(const char* name) : text(Same(name)) {}                   // NOLINT(google-explicit-constructor)
  Argument(std::integral auto n) : text(Same(std::to_string(n))) {}  // NOLINT(google-explicit-constructor)
  Text text;
};

Error Fail(Failure failure, const std::vector<Argument>& arguments);
Text Say(Words words, const std::vector<Argument>& arguments = {});

// A row of the table, for the test that walks all of them.
struct MessageRow {
  std::string_view name;
  bool is_error = false;
  std::string_view en, hint_en, ja, hint_ja;
};
const std::vector<MessageRow>& AllMessages();

}  // namespace saiten::store
