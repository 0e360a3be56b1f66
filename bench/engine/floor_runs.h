#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/floors/attributes.h"
#include "bench/floors/history.h"
#include "compiler/types/catalog.h"
#include "runtime/dataset.h"

// The hand-written loops over a population in memory, on all threads.
namespace saiten::bench {

// A named column of answers: milli-points, numbers of bands, or 1 for members; one a contact.
using Answer = std::function<int32_t(size_t row)>;

class FloorRuns {
 public:
  // `item`: w1, w2 or w2_plain. Copies the columns into the narrowest ones.
  FloorRuns(const std::string& item, const Catalog& catalog, const rt::Dataset& data, size_t threads);

  // Names of the layouts.
  std::vector<std::string> names() const;
  // Runs one once; the seconds it took.
  double Run(const std::string& name);
  // What the last Run found.
  std::map<std::string, Answer> answers() const;
  // Bytes that the leanest layout must at least touch; 0 where that depends on the data.
  size_t bytes_touched() const { return in_.bytes_read() + scores_.bytes_written(); }

 private:
  Attributes in_;
  std::unique_ptr<Histories> histories_;
  AttributeScores scores_;
  std::unique_ptr<HistoryScores> history_scores_;
  size_t threads_;
};

// Seconds to read `bytes` of memory once with all threads, the best of several.
double ReadSeconds(size_t bytes, size_t threads);

}  // namespace saiten::bench
