#pragma once

#include <cstdint>

#include "compiler/types/catalog.h"

namespace saiten::store {

// A number for everything in a schema that decides what a load gives: tables, columns, types, spellings, conditions.
// Labels, places in files and what rules add (bands, grids) are not part of it: changing them keeps a snapshot.
uint64_t SchemaHash(const Catalog& catalog);

// Properties that the schema declares; those behind them stand for bands of the run before and are never kept.
size_t DeclaredProperties(const ObjectInfo& object);

}  // namespace saiten::store
