#include "compiler/lower/fuse.h"

#include <algorithm>
#include <map>

#include "base/check.h"

namespace saiten::lower {
namespace {

// A result column: object, column.
using Column = std::pair<uint32_t, uint32_t>;

Column ColumnOf(const ir::Kernel& kernel, const ir::Inst& load) { return {kernel[load.args[0]].type.ref, load.aux}; }

// How many kernels must run before: results of other records are complete only behind their kernel.
std::vector<size_t> Levels(const std::vector<Item>& items) {
  std::map<Column, size_t> level_of;
  std::vector<size_t> levels;
  for (const Item& item : items) {
    size_t level = 0;
    for (const ir::Inst& inst : item.kernel.insts) {
      if (inst.op != ir::Op::kLoadResult) continue;
      auto found = level_of.find(ColumnOf(item.kernel, inst));
      SAITEN_CHECK(found != level_of.end());
      const bool own = item.kernel[inst.args[0]].op == ir::Op::kRow;
      level = std::max(level, found->second + (own ? 0 : 1));
    }
    for (const ir::Output& output : item.kernel.outputs) {
      level_of[{item.kernel.object.value, output.result}] = level;
    }
    levels.push_back(level);
  }
  return levels;
}

// The kernel that several items become.
class Joined {
 public:
  explicit Joined(ObjectId object) {
    kernel_.object = object;
    kernel_.blocks.emplace_back();
  }

  void Add(Item& item) {
    const ir::Kernel& from = item.kernel;
    std::vector<ValueId> renamed(from.insts.size());
    AddBlock(from, ir::BlockId(0), ir::BlockId(0), renamed);
    for (const ir::Output& output : from.outputs) {
      const ValueId value = renamed[output.value.index()];
      kernel_.outputs.push_back({value, output.result});
      written_[output.result] = value;
    }
    Rename(item.trace, renamed);
  }

  ir::Kernel Take() { return std::move(kernel_); }

 private:
  void AddBlock(const ir::Kernel& from, ir::BlockId source, ir::BlockId target, std::vector<ValueId>& renamed) {
    for (ValueId id : from[source].insts) {
      ValueId& name = renamed[id.index()];
      const ir::Inst& inst = from[id];
      if (inst.op == ir::Op::kRow && row_.valid()) {
        name = row_;
        continue;
      }
      if (inst.op == ir::Op::kLoadResult && from[inst.args[0]].op == ir::Op::kRow) {
        if (auto written = written_.find(inst.aux); written != written_.end()) {
          name = written->second;
          continue;
        }
      }
      ir::Inst copy = inst;
      for (ValueId& arg : copy.args) arg = renamed[arg.index()];
      for (ir::BlockId& block : copy.blocks) {
        const ir::BlockId inner(kernel_.blocks.size());
        kernel_.blocks.emplace_back();
        AddBlock(from, block, inner, renamed);
        kernel_[inner].result = renamed[from[block].result.index()];
        block = inner;
      }
      name = ValueId(kernel_.insts.size());
      if (inst.op == ir::Op::kRow) row_ = name;
      kernel_.insts.push_back(std::move(copy));
      kernel_[target].insts.push_back(name);
    }
  }

  static void Rename(ValueId& id, const std::vector<ValueId>& renamed) {
    if (id.valid()) id = renamed[id.index()];
  }
  static void Rename(ScoreNode& node, const std::vector<ValueId>& renamed) {
    for (ValueId* id : {&node.condition, &node.raw, &node.steps, &node.matching, &node.list, &node.raw_each,
                        &node.points_each, &node.sum, &node.points}) {
      Rename(*id, renamed);
    }
    for (ScoreNode& child : node.children) Rename(child, renamed);
  }
  static void Rename(ItemTrace& trace, const std::vector<ValueId>& renamed) {
    for (TracedExpr& traced : trace.exprs) Rename(traced.value, renamed);
    for (ValueId& condition : trace.conditions) Rename(condition, renamed);
    for (ValueId& column : trace.columns) Rename(column, renamed);
    Rename(trace.score, renamed);
    Rename(trace.reset_after, renamed);
    for (ValueId* id : {&trace.previous_band, &trace.pure_band, &trace.band, &trace.value}) Rename(*id, renamed);
  }

  ir::Kernel kernel_;
  ValueId row_;
  std::map<uint32_t, ValueId> written_;  // by result column
};

}  // namespace

void Fuse(std::vector<Item>& items, ir::Program& program) {
  const std::vector<size_t> levels = Levels(items);
  // By (level, object); levels in the order in which they run.
  std::map<std::pair<size_t, uint32_t>, std::vector<size_t>> groups;
  for (size_t i = 0; i < items.size(); ++i) groups[{levels[i], items[i].kernel.object.value}].push_back(i);
  for (const auto& [key, members] : groups) {
    Joined joined{ObjectId(key.second)};
    for (size_t i : members) {
      joined.Add(items[i]);
      items[i].trace.kernel = static_cast<uint32_t>(program.kernels.size());
    }
    program.kernels.push_back(joined.Take());
  }
}

}  // namespace saiten::lower
