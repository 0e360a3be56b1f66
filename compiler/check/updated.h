#pragma once

#include <string_view>
#include <vector>

#include "compiler/diag/diagnostic.h"
#include "compiler/types/catalog.h"

namespace saiten::check {

// `updated "column"` of an object or event that reads from `table`: the column is one of times where a property reads
// it too (E2027), and a table has one such column, whoever names it (E2026). Objects and events that are resolved
// already are looked at; does nothing where `column` is empty.
void CheckUpdated(const Catalog& catalog, std::string_view table, std::string_view column,
                  const std::vector<PropertyInfo>& properties, Location at, diag::Sink& sink);

}  // namespace saiten::check
