#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "bench/engine/floor_runs.h"
#include "compiler/types/catalog.h"
#include "runtime/dataset.h"

// Files that the peers read: one of raw little-endian numbers a column, and a description of all.
namespace saiten::bench {

// Writes the columns of the population to `folder`: TABLE.COLUMN.bin and columns.json, which names for each its type
// (i1, i2, i4, i8), the number that means unknown, and the texts that the numbers stand for. Of events the contact's
// row is a column, times are seconds of the epoch.
void DumpColumns(const Catalog& catalog, const rt::Dataset& data, const std::filesystem::path& folder, bool events);

// Writes each answer as NAME.i32.
void DumpAnswers(const std::map<std::string, Answer>& answers, size_t rows, const std::filesystem::path& folder);

}  // namespace saiten::bench
