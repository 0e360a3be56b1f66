#pragma once

#include <string>
#include <string_view>

namespace saiten {

// `text` as it stands in HTML or XML, between tags or in a quoted attribute: none of it is markup.
std::string InMarkup(std::string_view text);

}  // namespace saiten
