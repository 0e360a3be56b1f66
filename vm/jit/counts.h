#pragma once

#include <vector>

#include "vm/jit/range.h"

// Counts of events in a window that are worked out for all records of a block at once. The events of neighbouring
// records lie one behind the other, so they are gone through in one vector loop, without a look at whose they are: each
// leaves a bit, whether it counts. A record's count is the number of bits up to its last event without those up to its
// first: nothing depends on a branch. Internal to vm/jit.
namespace saiten::jit {

// The list that the value counts (Op::kCount, Op::kExists; Op::kKeepLatest between them is a limit of the number) if
// that can be done so: events of the row's own record between instants that are the same for all, with a filter that is
// worked out without branches and cannot trap. Invalid otherwise.
ir::ValueId CountedList(const ir::Kernel& kernel, const ir::Inst& inst, const std::vector<Range>& ranges,
                        const std::vector<bool>& uniform);

// What the code that counts such a list depends on besides the two ends of its window: lists with equal keys are
// counted by one function, which is given the ends. The ends themselves are told apart where the filter compares with
// them, too.
std::vector<int64_t> CountingKey(const ir::Kernel& kernel, ir::ValueId list);

// Bits of events stand in words of 64: the lower 32 are the bits, the upper ones how many are set in the words before.
inline constexpr int kEventsInWord = 32;
// Blocks with more events a record, on average, are searched record by record: most of the events need not be read.
inline constexpr int kMostEventsARow = 128;
// Tests of texts with codes below this are looked up in registers, a bit each.
inline constexpr int kCodesInRegisters = 1024;

}  // namespace saiten::jit
