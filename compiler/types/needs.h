#pragma once

#include <vector>

namespace saiten {

// What of the database a program reads, numbered as in the Catalog. The store loads this and nothing else; of every
// object in `objects` also the keys.
struct Needs {
  std::vector<bool> objects;                  // has results, or is reached through a relation
  std::vector<std::vector<bool>> properties;  // by object, property (relations to one and to many included)
  std::vector<bool> events;
  std::vector<std::vector<bool>> fields;  // by event, field
  std::vector<bool> arrival;              // by event: EventSeries::arrival is read
  std::vector<bool> lists;
};

}  // namespace saiten
