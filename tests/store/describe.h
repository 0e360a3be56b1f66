#pragma once

#include <string>

#include "compiler/types/catalog.h"
#include "store/data_errors.h"
#include "store/load/load.h"

namespace saiten::test {

// Everything that a load gave, a line a thing; texts as texts, so that codes do not matter. Two loads are alike exactly
// if these are.
std::string Describe(const Catalog& catalog, const store::LoadedData& data, const store::DataErrors& errors);

}  // namespace saiten::test
