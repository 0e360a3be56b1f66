#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "compiler/ir/flow.h"
#include "flow/value.h"
#include "flow/world.h"
#include "vm/interp/interp.h"

namespace saiten::flow {

// A result of a record that a commit changed; as stored (rt::Column::Raw).
struct ResultChange {
  uint32_t column = 0;
  Value before;
  Value after;
};

// Runs the rules' own IR for single records at single instants. Interpreters are made once for each kernel and kept as
// long as the world's context stands.
class Evaluator {
 public:
  explicit Evaluator(World& world) : world_(world) {}

  // Scores, segments, levels of one record at `now` (sem W1, second and third phase): written into the world's results.
  // `changes`, if given, gets what differs; of a record without results before, everything known does.
  void Evaluate(ObjectId object, uint32_t row, int64_t now, std::vector<ResultChange>* changes);
  // The earliest instant at which time alone may change a result of the record (sem T5); kNever if none.
  int64_t NextChange(ObjectId object, uint32_t row);

  // What an expression comes to, of its type. `inputs` are those of the flow; empty for a template's.
  Value Ask(const ir::Ask& ask, uint32_t row, int64_t now, std::span<const Value> inputs);
  bool Holds(const ir::Ask& ask, uint32_t row, int64_t now, std::span<const Value> inputs) {
    const Value value = Ask(ask, row, now, inputs);
    return value.known && value.number == 1;
  }
  // What the last Ask of that kernel read, as explanations say it: `score = 12, industry = unknown`.
  std::string Saw(uint32_t kernel, std::span<const ir::Seen> seen);
  // A value as other programs and the log read it: members by their display form, numbers plainly, instants with their
  // zone; empty for unknown.
  std::string Spell(Type type, const Value& value);
  // The same in a text for people: `2026-06-18 14:00` in the project's zone, `JPY 5,000,000`.
  std::string SpellForPeople(Type type, const Value& value);
  std::string Render(const ir::Message& message, uint32_t row, int64_t now, std::span<const Value> inputs);

  // The row of the event in its series (also of one that stands for any of several); none where it is not there.
  std::optional<uint32_t> FindEvent(EventId series, uint32_t row, int64_t time, uint32_t arrival);
  // A field of an event, kTime for its time.
  Value FieldOf(EventId event, uint32_t place, uint32_t field);

  World& world() { return world_; }

 private:
  void Renew();

  World& world_;
  uint64_t version_ = UINT64_MAX;
  std::vector<std::unique_ptr<vm::Interpreter>> kernels_;
  std::vector<std::unique_ptr<vm::Interpreter>> asked_;
  std::vector<vm::InputValue> inputs_;
};

}  // namespace saiten::flow
