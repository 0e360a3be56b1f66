#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "compiler/ir/reads.h"
#include "flow/record.h"
#include "flow/world.h"
#include "runtime/editable.h"

namespace saiten::flow {

// Which records see that another one has changed: the ways on which kernels read related records, gone backwards. A
// relation that many records have to one is followed by an index, made when it is first asked for and kept up.
class Readers {
 public:
  // A property of a record and its values before and after a commit.
  using Changes = std::vector<std::pair<uint32_t, std::pair<Value, Value>>>;

  // `world` must outlive it.
  explicit Readers(World& world);

  // What a commit did to the relations of a record. To be told of all commits of a cycle before one of them asks.
  void Moved(RecordId record, const Changes& changes);
  // The records whose results may read this one, in the order of their numbers; one that a commit has led away from a
  // record counts as read by it still. May name the record itself.
  std::vector<RecordId> Of(RecordId record, const Changes& changes);

 private:
  // From a record that is read towards the kernel's own.
  struct Step {
    ir::Way::Kind kind = ir::Way::Kind::kToOne;
    uint32_t from = 0;    // the object that we leave
    uint32_t to = 0;      // the object that we come to
    uint32_t column = 0;  // the relation to one between them: of `to` (kToOne) or of `from` (kMany)
    friend auto operator<=>(const Step&, const Step&) = default;
  };
  struct Path {
    uint32_t reader = 0;  // the object of the kernel
    bool all = false;     // there is no way back: all of its records
    std::vector<Step> steps;
    friend auto operator<=>(const Path&, const Path&) = default;
  };
  struct Index {
    rt::Adjacency adjacency;
    std::unique_ptr<rt::AdjacencyEditor> editor;
    size_t targets = 0;
  };

  void AddPaths(const ir::Kernel& kernel);
  std::vector<uint32_t> All(uint32_t object) const;
  std::vector<uint32_t> Back(const Step& step, const std::vector<uint32_t>& rows);
  Index& IndexOf(uint32_t object, uint32_t column);

  World& world_;
  std::vector<std::vector<Path>> paths_;                    // by the object that is read
  std::map<std::pair<uint32_t, uint32_t>, Index> indexes_;  // by object and its relation to one
};

}  // namespace saiten::flow
