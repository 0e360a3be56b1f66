#pragma once

#include "compiler/types/catalog.h"
#include "compiler/types/needs.h"
#include "store/data_errors.h"
#include "store/load/loader.h"

// What of a load for many needs is the load for fewer. Private to store/.
namespace saiten::store {

// Whether a load by `stored` holds all that `wanted` asks for, with the same rows: a required relation that is followed
// leaves out records that have no partner.
bool Covers(const Catalog& catalog, const LoadPlan& stored, const LoadPlan& wanted);

// Whether what a load by `wanted` counts is of this property (field, time column; empty: the row as a whole) of this
// object, event or list.
bool Concerns(const Catalog& catalog, const LoadPlan& wanted, const DataErrorGroup& group);

// What either asks for.
Needs Union(const Catalog& catalog, const Needs& a, const Needs& b);

}  // namespace saiten::store
