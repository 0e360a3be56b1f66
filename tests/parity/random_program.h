#pragma once

#include <cstdint>

#include "compiler/ir/ir.h"
#include "tests/parity/world.h"

namespace saiten::parity {

// A well-typed program over MakeCatalog: `kernels` kernels over contacts and companies, later ones reading results of
// earlier ones. The same seed gives the same program.
ir::Program RandomProgram(uint64_t seed, const Catalog& catalog, int kernels);

}  // namespace saiten::parity
