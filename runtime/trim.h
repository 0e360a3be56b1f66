#pragma once

#include <string_view>

namespace saiten::rt {

// `text` without Unicode white space at both ends (U+3000 and U+00A0 among it, also U+FEFF, which exports leave
// behind). A view into `text`; bytes that are no UTF-8 are not white space.
std::string_view Trim(std::string_view text);

}  // namespace saiten::rt
