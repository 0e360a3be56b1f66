#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "driver/words.h"

// The pages of docs/errors, which are part of the program.
namespace saiten::driver {

// A page of docs/errors as a reader of one language sees it.
struct CodePage {
  std::string id;
  std::string severity;       // `error`, `warning`, `note`: the same in every language
  std::string severity_word;  // in the language
  std::string title;          // the message, its arguments named: ‹bytes›
  std::string body;           // Markdown
};

// The page of a code ("E3104", also "e3104"); nothing if there is no such code.
std::optional<CodePage> PageOf(std::string_view id, Language language);
// Every code with its title, in the order of the table.
std::vector<CodePage> AllPages(Language language);
// The code nearest to `id`; empty if none is near.
std::string NearestCode(std::string_view id);

// The first line of the page of this code: what docs/errors/ID.md has to begin with (checked by a test).
std::string HeadingOf(std::string_view id);

}  // namespace saiten::driver
