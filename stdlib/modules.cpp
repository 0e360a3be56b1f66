#include "stdlib/modules.h"

namespace saiten::stdlib {

namespace {

constexpr Module kModules[] = {
#include "module_texts.inc"
};

}  // namespace

std::span<const Module> Modules() { return kModules; }

const Module* FindModule(std::string_view name) {
  for (const Module& module : kModules) {
    if (module.name == name) return &module;
  }
  return nullptr;
}

}  // namespace saiten::stdlib
