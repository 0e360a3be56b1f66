#include "driver/modules.h"

#include "base/embedded.h"

namespace saiten {
std::span<const EmbeddedFile> StdModules();  // stdlib/modules/*.rules, made by saiten_embed
}  // namespace saiten

namespace saiten::driver {
namespace {

std::string_view NameOf(const EmbeddedFile& file) { return file.name.substr(0, file.name.rfind('.')); }

}  // namespace

std::string_view ModuleText(std::string_view name) {
  for (const EmbeddedFile& file : StdModules()) {
    if (NameOf(file) == name) return file.text;
  }
  return {};
}

std::vector<std::string_view> ModuleNames() {
  std::vector<std::string_view> names;
  for (const EmbeddedFile& file : StdModules()) names.push_back(NameOf(file));
  return names;
}

}  // namespace saiten::driver
