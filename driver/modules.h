#pragma once

#include <string_view>
#include <vector>

// The modules of the standard library that `use std.NAME` brings in; they are part of the program.
namespace saiten::driver {

// The text of `NAME` of `std.NAME`; null data if there is no such module.
std::string_view ModuleText(std::string_view name);
std::vector<std::string_view> ModuleNames();

}  // namespace saiten::driver
