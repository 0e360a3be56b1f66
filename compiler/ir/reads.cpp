#include "compiler/ir/reads.h"

#include <algorithm>
#include <map>

namespace saiten::ir {
namespace {

using Nodes = std::vector<size_t>;

class Finder {
 public:
  explicit Finder(const Kernel& kernel) : kernel_(kernel) { reads_.nodes.push_back({.object = kernel.object}); }

  Reads Find() {
    FindLists(BlockId(0));
    Visit(BlockId(0));
    return std::move(reads_);
  }

 private:
  // Which list each block goes over.
  void FindLists(BlockId block) {
    for (ValueId id : kernel_[block].insts) {
      const Inst& inst = kernel_[id];
      const bool makes = inst.op == Op::kEvents || inst.op == Op::kEachEvents || inst.op == Op::kRelated;
      for (size_t i = 0; i < inst.blocks.size(); ++i) {
        const Block& inner = kernel_[inst.blocks[i]];
        lists_[inner.insts.front()] = makes ? id : inst.args[i];
        FindLists(inst.blocks[i]);
      }
    }
  }

  void Visit(BlockId block) {
    for (ValueId id : kernel_[block].insts) {
      const Inst& inst = kernel_[id];
      // Whoever has a record as an argument reads it.
      for (ValueId arg : inst.args) {
        for (size_t node : Of(arg)) {
          if (inst.op == Op::kLoadResult) reads_.nodes[node].results = true;
        }
      }
      if (inst.is_list) Of(id);
      for (BlockId inner : inst.blocks) Visit(inner);
    }
  }

  // The nodes that a record, an event or the elements of a list may be of.
  const Nodes& Of(ValueId id) {
    const auto known = of_.find(id);
    if (known != of_.end()) return known->second;
    const Type type = kernel_[id].type;
    const bool records = type.is(TypeKind::kRef) || type.is(TypeKind::kEvent);
    Nodes nodes = records ? Compute(kernel_[id], id) : Nodes();
    return of_[id] = std::move(nodes);
  }

  Nodes Compute(const Inst& inst, ValueId id) {
    using enum Way::Kind;
    const auto arg_type = [&] { return kernel_[inst.args[0]].type; };
    const Op op = inst.op;
    if (op == Op::kRow) return {0};
    if (op == Op::kElement) return Of(lists_.at(id));
    if (op == Op::kLoad) return Along(inst.args[0], {kToOne, arg_type().ref, inst.aux}, inst.type.object_id());
    if (op == Op::kLoadField) return Along(inst.args[0], {kOfEvent, arg_type().ref, inst.aux}, inst.type.object_id());
    if (op == Op::kRelated || op == Op::kEachRelated) {
      return Along(inst.args[0], {kMany, arg_type().ref, inst.aux}, inst.type.object_id());
    }
    if (op == Op::kEachRef) {
      const Way::Kind kind = arg_type().is(TypeKind::kEvent) ? kOfEvent : kToOne;
      return Along(inst.args[0], {kind, arg_type().ref, inst.aux}, inst.type.object_id());
    }
    if (op == Op::kNamed) {
      reads_.fixed.push_back(reads_.nodes.size());
      reads_.nodes.push_back({.object = inst.type.object_id()});
      return {reads_.fixed.back()};
    }
    if (op == Op::kSelect) return Either(inst.args[1], inst.args[2]);
    if (op == Op::kElse) return Either(inst.args[0], inst.args[1]);
    if (op == Op::kMinOf || op == Op::kMaxOf) return Of(kernel_[inst.blocks[0]].result);
    if (op == Op::kUnknown) return {};
    const bool same = op == Op::kEventOwner || op == Op::kEvents || op == Op::kEachEvents || op == Op::kFilter ||
                      op == Op::kDistinct || op == Op::kCapPeriod || op == Op::kCapRolling || op == Op::kKeepLatest ||
                      op == Op::kFirst || op == Op::kLast;
    if (same) return Of(inst.args[0]);
    reads_.anything = true;
    return {};
  }

  Nodes Along(ValueId from, Way way, ObjectId to) {
    Nodes nodes;
    const Nodes starts = Of(from);
    for (size_t start : starts) nodes.push_back(Child(start, way, to));
    return nodes;
  }

  size_t Child(size_t from, Way way, ObjectId to) {
    for (const Reads::Node::Edge& edge : reads_.nodes[from].edges) {
      if (edge.way == way) return edge.to;
    }
    const size_t child = reads_.nodes.size();
    reads_.nodes[from].edges.push_back({way, child});
    reads_.nodes.push_back({.object = to});
    return child;
  }

  Nodes Either(ValueId a, ValueId b) {
    Nodes nodes = Of(a);
    const Nodes others = Of(b);
    for (size_t node : others) {
      if (std::find(nodes.begin(), nodes.end(), node) == nodes.end()) nodes.push_back(node);
    }
    return nodes;
  }

  const Kernel& kernel_;
  Reads reads_;
  std::map<ValueId, ValueId> lists_;
  std::map<ValueId, Nodes> of_;
};

}  // namespace

Reads ReadsOf(const Kernel& kernel) { return Finder(kernel).Find(); }

}  // namespace saiten::ir
