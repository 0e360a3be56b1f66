#include "stdlib/modules.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/embedded.h"

namespace saiten {
std::span<const EmbeddedFile> ModuleFiles();  // made by stdlib/CMakeLists.txt
}  // namespace saiten

namespace saiten::stdlib {

std::span<const Module> Modules() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const EmbeddedFile& file : ModuleFiles())
      all.push_back("std." + std::string(file.name.substr(0, file.name.find('.'))));
    return all;
  }();
  static const std::vector<Module> modules = [] {
    std::vector<Module> all;
    for (size_t i = 0; i < names.size(); ++i) all.push_back({names[i], ModuleFiles()[i].text});
    std::sort(all.begin(), all.end(), [](const Module& a, const Module& b) { return a.name < b.name; });
    return all;
  }();
  return modules;
}

const Module* FindModule(std::string_view name) {
  for (const Module& module : Modules()) {
    if (module.name == name) return &module;
  }
  return nullptr;
}

}  // namespace saiten::stdlib
