#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"
#include "compiler/types/catalog.h"
#include "compiler/types/function_record.h"
#include "compiler/types/needs.h"
#include "runtime/string_pool.h"

// The typed IR: what a program computes, for both engines. A kernel is for every record of one object; its
// instructions have no side effects and are in an order in which each uses only earlier ones. Loops over events and
// related records are instructions with blocks. See ir.def for the operations.
namespace saiten::ir {

using ValueId = Id<struct ValueTag>;  // an instruction of a kernel and its result
using BlockId = Id<struct BlockTag>;

// One for each row of ir.def.
enum class Op : uint8_t {
#define SAITEN_OP(name, mnemonic, args, blocks, traits) k##name,
#include "compiler/ir/ir.def"
#undef SAITEN_OP
};

// What an operation is, whatever its arguments are; the words are those of ir.def.
enum OpTraits : uint8_t {
  kPlain = 0,
  kScalar = 1,
  kStrict = 2,
  kMayTrap = 4,
  kListFirst = 8,
  kLists = 16,
  kGivesList = 32,
};

// A row of ir.def.
struct OpInfo {
  std::string_view mnemonic;
  int args;        // -1: any number
  int blocks;      // -1: any number
  uint8_t traits;  // of OpTraits

  bool Has(OpTraits trait) const { return (traits & trait) != 0; }
};
const OpInfo& InfoOf(Op op);

// What Op::kTextTest compares; its aux.
enum class TextTest : uint8_t { kContains, kContainsWord, kStartsWith, kEndsWith };

// Both ends in.
struct SumLimits {
  int64_t min = 0;
  int64_t max = 0;
  friend bool operator==(const SumLimits&, const SumLimits&) = default;
};

// One instruction; what `imm`, `imm2` and `aux` mean is said in ir.def.
struct Inst {
  Op op;
  Type type;  // of the result; of its elements if is_list. `optional` false: never unknown
  bool is_list = false;
  std::vector<ValueId> args;
  std::vector<BlockId> blocks;
  int64_t imm = 0;
  int64_t imm2 = 0;
  uint32_t aux = 0;
  std::vector<SumLimits> limits;  // kRunning: by list, or empty
  Location at;                    // what it was lowered from; of every trap it raises
  bool quiet = false;             // made for next_change: raises no traps, what it was made from does
};

// Instructions that run once for each element of a list; `result` is what the block gives. Values of enclosing blocks
// may be used inside. Block 0 of a kernel is its root: it runs once a record and has no result.
struct Block {
  std::vector<ValueId> insts;
  ValueId result;
};

// What a kernel writes: `value` into a result column of its object.
struct Output {
  ValueId value;
  uint32_t result;
};

// Straight computation for all records of an object.
struct Kernel {
  ObjectId object;
  std::vector<Inst> insts;    // by ValueId
  std::vector<Block> blocks;  // by BlockId; [0] the root
  std::vector<Output> outputs;
  // The result column with the earliest instant behind the clock at which time alone may change an output (sem T5);
  // nothing before opt::AddNextChange, and where no output depends on the clock.
  std::optional<uint32_t> next_change;

  const Inst& operator[](ValueId id) const { return insts[id.index()]; }
  Inst& operator[](ValueId id) { return insts[id.index()]; }
  const Block& operator[](BlockId id) const { return blocks[id.index()]; }
  Block& operator[](BlockId id) { return blocks[id.index()]; }
};

// A value that a run stores for each record of an object.
struct ResultColumn {
  enum class Kind : uint8_t {
    kScore,  // decimal(3)
    kBand,   // the band of a score
    kGrid,
    kSegment,     // bool
    kTable,       // one column of a decision table
    kInternal,    // wanted by another object's kernel only
    kNextChange,  // of a kernel: an instant, unknown if nothing will change
  };
  Kind kind;
  std::string name;    // of the score, grid, segment, table or let
  std::string column;  // kBand: the band's name; kTable: the column
  Type type;
  // The values it can have, for the width of its column: [min, max] in the type's units.
  int64_t min = 0;
  int64_t max = 0;
  // All of them are multiples of it, and stored divided by it.
  int64_t unit = 1;
  bool written = true;  // goes into the database (scores, bands, grids, segments)
};

// Where the texts of pool number i come from.
struct PoolSource {
  enum class Kind : uint8_t { kLiterals, kProperty, kField };
  Kind kind;
  uint32_t owner = 0;   // ObjectId or EventId
  uint32_t column = 0;  // property or field
};

// A compiled project: what to compute, in which order, over which data.
struct Program {
  const Catalog* catalog = nullptr;
  std::vector<std::vector<ResultColumn>> results;  // by object
  std::vector<Kernel> kernels;                     // in the order in which they run
  // What no run computes: each has one value that is asked of single records, at the instant and with the inputs that
  // belong to the question. No outputs; results are read as they stand.
  std::vector<Kernel> asked;
  std::vector<const FunctionRecord*> functions;  // by aux of kCall
  std::vector<PoolSource> pools;                 // [0] the literals
  rt::StringPool literals;
  std::vector<std::string> like_patterns;  // by aux of kLike, already NFKC
  std::vector<std::string> regexes;        // by aux of kMatches; valid for RE2

  // In traps the kernels that are asked are numbered behind those that run.
  const Kernel& KernelAt(size_t number) const {
    return number < kernels.size() ? kernels[number] : asked[number - kernels.size()];
  }

  Program() = default;
  Program(Program&&) = default;
  Program& operator=(Program&&) = default;
};

// Which columns, lists, events and relations the program reads: what the store must load.
Needs NeedsOf(const Program& program);

// Which values of a kernel are the same for all records: they depend on the clock and constants only. By ValueId.
std::vector<bool> UniformValues(const Kernel& kernel);

// Checks what both engines rely on (argument counts, types, order, blocks); the words of the first breach, or empty.
std::string Verify(const Program& program);

// The program as text, for `saiten emit --ir` and tests.
std::string Print(const Program& program);

}  // namespace saiten::ir
