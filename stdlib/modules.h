#pragma once

#include <span>
#include <string_view>

namespace saiten::stdlib {

// A file of rules that is part of the program: `use std.lifecycle` brings it in.
struct Module {
  std::string_view name;  // "std.lifecycle"
  std::string_view text;  // the rules, as in stdlib/modules/lifecycle.rules
};

// All modules, by name.
std::span<const Module> Modules();

// The module of that name, null if there is none.
const Module* FindModule(std::string_view name);

}  // namespace saiten::stdlib
