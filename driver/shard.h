#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "driver/gather.h"
#include "driver/part.h"
#include "store/results/read_results.h"

// Runs on several machines: each takes the records whose key falls to it, and what they wrote is joined afterwards.
namespace saiten::driver {

// "2/8": the second of eight parts.
struct Shard {
  uint32_t number = 0;  // from 1
  uint32_t of = 0;
  std::string Text() const { return std::to_string(number) + "/" + std::to_string(of); }
};
// kUsage: not of that form, or a part that there is not.
Result<Shard> ParseShard(const std::string& text);

// The records of a shard. `threads` 0: one a core.
Part PartOf(const Shard& shard, const vm::RunContext& context, size_t threads);
// Of `results`, the rows of the shard.
std::vector<std::unique_ptr<store::OwnedResults>> Take(const Compiled& compiled,
                                                       std::span<const store::ObjectResults> results,
                                                       const std::vector<RowFlags>& rows);

// Brings traps into the order of their places (file, line, column) and leaves out those behind the first hundred.
void SortTraps(std::vector<store::RunTrap>& traps);

struct Merged {
  store::RunRecord record;
  store::RunSummary summary;
};
// Joins the results in `parts`, each written by `run --shard i/N --results FILE`, into the database `path` as one run.
// `forget_before`: as in store::WriteOptions. kRefused: not all parts of one run.
Result<Merged> Merge(const std::string& path, const std::vector<std::string>& parts,
                     std::optional<int64_t> forget_before);

}  // namespace saiten::driver
