#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/dataset.h"
#include "store/sqlite/sqlite.h"

// Scores as they were when records were handed over (sem E1a), kept by the first run behind that instant, for good;
// read through the view `saiten_handovers(object, id, score, handed_over, points)`.
namespace saiten::store {

// One score of records of one object. By place: the row, the instant (UTC microseconds) and the milli-points.
struct Handovers {
  std::string object;
  std::string score;
  const rt::Keys* keys = nullptr;
  bool ids_are_text = false;  // LoadedData::Object
  std::vector<size_t> rows;
  std::vector<int64_t> instants;
  std::vector<int64_t> points;
};

// Adds them, inside the caller's transaction; what is kept already stays. Private to store/.
Status WriteHandovers(Connection& connection, const std::vector<Handovers>& handovers);

// Fills in the points of those that are kept; nothing at the places of others. Errors: as Connection::Open.
Result<std::vector<std::optional<int64_t>>> ReadHandovers(const std::string& path, const Handovers& wanted);

}  // namespace saiten::store
