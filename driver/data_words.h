#pragma once

#include <string>

#include "driver/words.h"
#include "store/data_errors.h"

namespace saiten::driver {

// What is wrong with the data, in the user's language: `not in the enum`.
std::string_view WordsOf(store::DataErrorKind kind, Language language);

// One line a group: `contact.industry: 3 values not in the enum, first "医界" (contact 13)`. Empty without errors.
std::string RenderDataErrors(const store::DataErrors& errors, Language language);

}  // namespace saiten::driver
