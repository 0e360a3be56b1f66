#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/results/write.h"
#include "store/runs/run_record.h"

namespace saiten::store {

// The results of one object in memory of their own.
struct OwnedResults {
  std::string object;
  rt::Keys keys;
  bool ids_are_text = false;
  std::vector<rt::Column> columns;  // what `view` points to
  std::vector<std::unique_ptr<EnumInfo>> labels;
  ObjectResults view;
};

// The results that a database holds, with the run that wrote them. kUsage if it holds none.
struct StoredResults {
  RunRecord run;
  RunPart part;
  std::vector<std::unique_ptr<OwnedResults>> objects;
};
Result<StoredResults> ReadResults(const std::string& path);

// Results of the same objects from several databases one behind the other. kRefused if they are not of the same shape.
Result<std::vector<std::unique_ptr<OwnedResults>>> Join(const std::vector<StoredResults>& parts);
// The rows of `results` that `take` marks.
std::unique_ptr<OwnedResults> Take(const ObjectResults& results, const std::vector<uint8_t>& take);

// Which of `shards` parts a record belongs to, from 0: XXH3 (64 bits, seed 0) of its key as text, modulo `shards`.
// Stays the same on every machine and in every version.
uint32_t ShardOf(std::string_view key, uint32_t shards);

}  // namespace saiten::store
