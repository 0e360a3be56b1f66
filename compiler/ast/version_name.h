#pragma once

#include <string_view>

// `NAME@VERSION`: a declaration of older rules that stands beside those of now, because somebody is still inside a
// workflow that reads it (sem R6). Nobody can write such a name.
namespace saiten::ast {

inline constexpr char kVersionSign = '@';

// The name as its author wrote it.
constexpr std::string_view PlainName(std::string_view name) { return name.substr(0, name.find(kVersionSign)); }
constexpr bool IsOldVersion(std::string_view name) { return name.find(kVersionSign) != std::string_view::npos; }

}  // namespace saiten::ast
