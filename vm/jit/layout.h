#pragma once

#include <vector>

#include "compiler/ir/ir.h"
#include "runtime/column.h"
#include "vm/run_context.h"

// What of the data the generated code is made for: widths only, so that code stays right for other data of the same
// widths.
namespace saiten::jit {

// The width of every column that code is made for.
struct Layout {
  std::vector<std::vector<rt::Width>> properties;  // by object, property
  std::vector<std::vector<rt::Width>> results;     // by object, result column
  std::vector<std::vector<rt::Width>> fields;      // by event, field
  std::vector<rt::Width> times;                    // by event: k4 is rt::Times in seconds, k8 in microseconds

  friend bool operator==(const Layout&, const Layout&) = default;
};

// The layout of loaded data. Columns that were not loaded count as the widest.
Layout LayoutOf(const vm::RunContext& context);

// What data usually looks like, for `saiten emit` without a database.
Layout TypicalLayout(const ir::Program& program);

}  // namespace saiten::jit
