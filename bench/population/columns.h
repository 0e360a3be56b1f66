#pragma once

#include <cstdint>
#include <vector>

#include "bench/population/population.h"
#include "compiler/types/catalog.h"
#include "runtime/dataset.h"

// The population as columns in memory.
namespace saiten::bench {

// As the store would load it from the database, without what no rule of the benchmark reads (addresses, names).
// The catalog must be that of bench/rules/schema.rules.
rt::Dataset MakeDataset(const Catalog& catalog, const Sizes& sizes, size_t threads);

// A property of an object or a field of an event by name; aborts where there is none.
const rt::Column& ColumnNamed(const Catalog& catalog, const rt::Dataset& data, const char* object,
                              const char* property);
const rt::StringPool& PoolNamed(const Catalog& catalog, const rt::Dataset& data, const char* object,
                                const char* property);
const rt::EventSeries& SeriesNamed(const Catalog& catalog, const rt::Dataset& data, const char* event);

}  // namespace saiten::bench
