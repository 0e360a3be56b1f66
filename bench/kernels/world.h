#pragma once

#include <memory>
#include <string>

#include "driver/compile.h"
#include "runtime/dataset.h"
#include "vm/run_context.h"

// Rules over made data in memory: what the micro-benchmarks of the engines run, without any database.
namespace saiten::bench {

struct WorldSize {
  size_t records = 1'000'000;  // of each object
  size_t events = 0;           // of all events together
};

// A compiled, optimised program and data of its catalog's shape, the same every time: enums, numbers and dates spread
// evenly, a tenth unknown; texts from a thousand; every second record without events, a cube law over the others.
struct World {
  std::unique_ptr<driver::Compiled> compiled;
  rt::Dataset data;
  std::unique_ptr<vm::RunContext> context;

  const ir::Program& program() const { return compiled->lowered->program; }
};

// Ends the process where the rules have errors.
std::unique_ptr<World> MakeWorld(const std::string& rules, WorldSize size);

// The text of a file of bench/kernels.
std::string RulesFile(const std::string& name);

// `count` rules with the operators of w1.rules, all different, over the same schema.
std::string ManyRules(size_t count);

}  // namespace saiten::bench
