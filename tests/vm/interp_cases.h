#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "compiler/ir/builder.h"

// Every operation of the IR with results worked out by hand: what the interpreter, the definition, has to give.
namespace saiten::test {

using Known = std::optional<int64_t>;  // nothing: unknown

// An operation on constants.
struct ScalarCase {
  ir::Op op;
  Type result;
  std::vector<std::pair<Type, Known>> args;
  Known expected;
  int64_t imm = 0;
  uint32_t aux = 0;
  bool saturated = false;
};
std::vector<ScalarCase> ScalarCases();

// An operation on the records below; `expected` by record.
struct RecordCase {
  ir::Op op;
  std::function<ir::ValueId(ir::Builder&)> build;
  std::vector<Known> expected;
};
std::vector<RecordCase> RecordCases();

// Records: thing 0 (a = 5, word "Ab", mother 0, set {0, 2}) has six pings, thing 1 (a and word unknown, mother unknown)
// none, thing 2 (a the largest number, word "ＡＢ", mother 0) one. Parents 0 and 1.
namespace thing {
enum : uint32_t { kKey, kA, kWord, kMother, kSet, kTier };
}
namespace parent {
enum : uint32_t { kKey, kThings };
}
// n is 1, 2, 4 ... in order of time, so that a sum tells which pings are in a list; tag is a, b, a, unknown, unknown,
// b; peer is 0, 1, 0, unknown, 2, 2. Times: 0 h, 1 h, 23 h, 24 h, 24 h (arrives later), 60 h behind 2026-03-01 00:00
// UTC.
namespace ping {
enum : uint32_t { kN, kTag, kPeer };
}
inline const ObjectId kThing{0};
inline const ObjectId kParent{1};
inline const EventId kPing{0};
inline constexpr int64_t kAnHour = 3'600'000'000;
inline constexpr int64_t kStart = 1'772'323'200'000'000;  // 2026-03-01 00:00 UTC
inline constexpr int64_t kNow = kStart + 72 * kAnHour;

}  // namespace saiten::test
