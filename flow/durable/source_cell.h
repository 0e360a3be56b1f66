#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "flow/durable/kept.h"
#include "store/cell.h"
#include "store/sqlite/sqlite.h"

// A value as it is written into the user's own tables (sem O1a).
namespace saiten::flow {

// Nothing: NULL.
using SourceCell = std::variant<std::monostate, int64_t, double, std::string>;

// As the loader reads it back: an enum by its first spelling, else its name; dates and times as ISO 8601, instants in
// UTC; numbers as numbers, unless the cell holds a text now; a relation by the key of its target.
SourceCell SpellForSource(const KeptValues& values, const PropertyInfo& property, const Value& value,
                          const store::Cell& now);

// In memory of its own.
SourceCell CopyOf(const store::Cell& cell);
// `cell` must live until the next step is done.
void Bind(store::Statement& statement, int at, const SourceCell& cell);

}  // namespace saiten::flow
