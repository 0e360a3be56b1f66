#pragma once

#include <string>
#include <string_view>

namespace saiten {

// What changed from one text to another, line by line in unified form (`diff -u`) with three lines around each change;
// empty for equal texts. The names stand behind `---` and `+++`.
std::string UnifiedDiff(std::string_view before, std::string_view after, std::string_view before_name,
                        std::string_view after_name);

}  // namespace saiten
