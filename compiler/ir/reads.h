#pragma once

#include <cstdint>
#include <vector>

#include "compiler/ir/ir.h"

// Which records a kernel reads beside the one that it looks at, and on which ways it gets there: whoever knows what
// changed finds with it the records whose results may differ.
namespace saiten::ir {

// One step from a record to others. Events belong to their record: what they say changes with it.
struct Way {
  enum class Kind : uint8_t {
    kToOne,    // the relation `column` of object `owner`
    kMany,     // the many-relation `column` of object `owner`
    kOfEvent,  // the relation `column` of each event `owner` of the record
  };
  Kind kind = Kind::kToOne;
  uint32_t owner = 0;
  uint32_t column = 0;
  friend bool operator==(const Way&, const Way&) = default;
};

struct Reads {
  // Records that are read: [0] the kernel's own, others at the end of a way.
  struct Node {
    struct Edge {
      Way way;
      size_t to;
    };
    ObjectId object;
    bool results = false;  // results of earlier kernels are read, too
    std::vector<Edge> edges;
  };
  std::vector<Node> nodes;
  std::vector<size_t> fixed;  // nodes that are the same for all records (`user "Goro"`)
  bool anything = false;      // a way is not known: what changes anywhere may count
};

Reads ReadsOf(const Kernel& kernel);

}  // namespace saiten::ir
