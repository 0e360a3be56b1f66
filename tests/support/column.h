#pragma once

#include "compiler/types/catalog.h"

namespace saiten::test {

// A property or field by name and type alone, for catalogs that no table stands behind.
inline PropertyInfo Column(const char* name, Type type) {
  PropertyInfo info;
  info.name = name;
  info.type = type;
  return info;
}

}  // namespace saiten::test
