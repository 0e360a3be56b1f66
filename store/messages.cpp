#include "store/messages.h"

#include <fmt/args.h>
#include <fmt/format.h>

#include <array>

namespace saiten::store {
namespace {

struct ErrorRow {
  ErrorKind kind;
  std::string_view en, hint_en, ja, hint_ja;
};
constexpr auto kErrors = std::to_array<ErrorRow>({
#define SAITEN_STORE_ERROR(name, kind, en, hint_en, ja, hint_ja) {ErrorKind::kind, en, hint_en, ja, hint_ja},
#define SAITEN_STORE_WORDS(name, en, ja)
#include "store/messages.def"
#undef SAITEN_STORE_ERROR
#undef SAITEN_STORE_WORDS
});

struct WordsRow {
  std::string_view en, ja;
};
constexpr auto kWords = std::to_array<WordsRow>({
#define SAITEN_STORE_ERROR(name, kind, en, hint_en, ja, hint_ja)
#define SAITEN_STORE_WORDS(name, en, ja) {en, ja},
#include "store/messages.def"
#undef SAITEN_STORE_ERROR
#undef SAITEN_STORE_WORDS
});

Text Fill(std::string_view en, std::string_view ja, const std::vector<Argument>& arguments) {
  fmt::dynamic_format_arg_store<fmt::format_context> in_english;
  fmt::dynamic_format_arg_store<fmt::format_context> in_japanese;
  for (const Argument& argument : arguments) {
    in_english.push_back(argument.text.en);
    in_japanese.push_back(argument.text.ja);
  }
  return {fmt::vformat(en, in_english), fmt::vformat(ja, in_japanese)};
}

}  // namespace

Error Fail(Failure failure, const std::vector<Argument>& arguments) {
  const ErrorRow& row = kErrors[static_cast<size_t>(failure)];
  return saiten::Fail(row.kind, Fill(row.en, row.ja, arguments), Fill(row.hint_en, row.hint_ja, arguments));
}

Text Say(Words words, const std::vector<Argument>& arguments) {
  const WordsRow& row = kWords[static_cast<size_t>(words)];
  return Fill(row.en, row.ja, arguments);
}

const std::vector<MessageRow>& AllMessages() {
  static const std::vector<MessageRow> rows = {
#define SAITEN_STORE_ERROR(name, kind, en, hint_en, ja, hint_ja) {#name, true, en, hint_en, ja, hint_ja},
#define SAITEN_STORE_WORDS(name, en, ja) {#name, false, en, "", ja, ""},
#include "store/messages.def"
#undef SAITEN_STORE_ERROR
#undef SAITEN_STORE_WORDS
  };
  return rows;
}

}  // namespace saiten::store
