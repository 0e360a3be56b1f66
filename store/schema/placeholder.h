#pragma once

#include <string_view>

namespace saiten::store {

// Texts that programs and forms write where nothing was said: `N/A`, `-`, `Select`, `-- 選択 --`, `(none)`, `不明`.
bool IsPlaceholder(std::string_view text);

// A text without any digit: where a date or a number belongs, it says that there is none (`未定`).
bool IsWord(std::string_view text);

}  // namespace saiten::store
