#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "compiler/ir/ir.h"
#include "vm/jit/related.h"

// What generated code and the rest of the program agree on.
namespace saiten::jit {

class HelperContext;

// The one argument of a kernel's code besides its rows. lower_kernel.cpp reads it by these offsets.
struct KernelArgs {
  const void* const* inputs;      // by place in KernelNeeds::inputs
  void* const* outputs;           // the result columns, by place in Kernel::outputs
  const int64_t* uniforms;        // by place in KernelNeeds::uniforms
  const uint8_t* uniforms_known;  // 0 or 1
  std::byte* scratch;             // this thread's; KernelNeeds::scratch_bytes, aligned to 64
  HelperContext* helper;          // this thread's
};
// `end` - `begin` is a multiple of kRowStep: then a vector loop has no rest for which the same code would have to be
// made once more without vectors.
using KernelCode = void (*)(const KernelArgs* args, int64_t begin, int64_t end);
inline constexpr int kRowStep = 64;

// One array that a kernel's code reads.
struct Input {
  enum class Kind : uint8_t {
    kProperty,     // owner an object, index a property
    kResult,       // owner an object, index a result column
    kList,         // owner an object, index a list
    kField,        // owner an event, index a field
    kBegins,       // owner an event: where each record's events begin, uint32
    kEnds,         // owner an event: where they end, uint32
    kTimes,        // owner an event, as wide as Layout::times says
    kManyOffsets,  // owner an object, index a property, uint32
    kManyRows,     // owner an object, index a property, uint32
    kLift,         // owner the ValueId of an Op::kLift: its result by dictionary code, at -1 what unknown gives
    kRelatedBits,  // owner a place in KernelNeeds::related; a bit a record: index 0 known and true, 1 known
    kTestBits,     // owner the ValueId of an Op::kLift that is a test: a bit by dictionary code; before them how many
                   // codes there are, an int64
    kEventCount,   // owner an event: how many there are, an int64, or kRowStep if that is more
    kTests,        // owner a place in KernelNeeds::tests: a byte by dictionary code, at -1 the one of unknown
  };
  Kind kind;
  uint32_t owner = 0;
  uint32_t index = 0;
  friend bool operator==(const Input&, const Input&) = default;
};

// A value that is the same for all records, or what a date is compared with instead of it.
struct Uniform {
  ir::ValueId value;
  // Op::kDayStart or kDayEnd, if valid: the last date of its argument's range for which it is not above `value`
  // (`at_least`: below it), one before the range if there is none.
  ir::ValueId day;
  bool at_least = false;
  friend bool operator==(const Uniform&, const Uniform&) = default;
};

// What must be given to the code of one kernel.
struct KernelNeeds {
  std::vector<Input> inputs;
  std::vector<Uniform> uniforms;                // worked out once a run
  std::vector<std::vector<ir::ValueId>> tests;  // Op::kLift of one text each, from bit 0 of its byte on
  std::vector<RelatedTest> related;             // `code.related` i works out their bits, before all other code
  size_t scratch_bytes = 0;
};

// Rows that a kernel works on at a time, at most: their scratch values stay in the cache.
inline constexpr int kMostBlockRows = 2048;

}  // namespace saiten::jit
