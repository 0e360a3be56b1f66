#include <benchmark/benchmark.h>

#include <map>
#include <memory>

#include "bench/kernels/world.h"
#include "driver/execute.h"
#include "vm/jit/jit.h"

// Micro-benchmarks of the engines: what making code costs by number of rules, and what a row costs once it is made.
namespace saiten::bench {
namespace {

// The world of one benchmark; only the latest is kept, 10 M records are large.
World& WorldOf(const std::string& name, const std::string& rules, WorldSize size) {
  static std::string kept;
  static std::unique_ptr<World> world;
  const std::string key = name + " " + std::to_string(size.records) + " " + std::to_string(size.events);
  if (key != kept) {
    world.reset();
    world = MakeWorld(rules, size);
    kept = key;
  }
  return *world;
}

size_t Instructions(const ir::Program& program) {
  size_t count = 0;
  for (const ir::Kernel& kernel : program.kernels) count += kernel.insts.size();
  return count;
}

// Rules to machine code: the JIT alone, all its threads.
void Compile(benchmark::State& state) {
  const auto rules = static_cast<size_t>(state.range(0));
  const World& world = WorldOf("many" + std::to_string(rules), ManyRules(rules), {.records = 1'000});
  for (auto _ : state) {
    auto code = jit::Compile(world.program(), jit::LayoutOf(*world.context));
    if (!code.ok()) std::abort();
    benchmark::DoNotOptimize(code);
  }
  state.counters["instructions"] = static_cast<double>(Instructions(world.program()));
}
BENCHMARK(Compile)->Arg(10)->Arg(100)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond)->UseRealTime();

// Rows through code that is already there, on one thread, into columns that are already there.
void RunCode(benchmark::State& state, World& world) {
  auto code = jit::Compile(world.program(), jit::LayoutOf(*world.context));
  if (!code.ok()) std::abort();
  rt::Results results = world.context->MakeResults();
  vm::TrapLog traps;
  size_t rows = 0;
  for (auto _ : state) {
    if (!jit::RunAll(*code, *world.context, results, traps).ok()) std::abort();
  }
  for (const ir::Kernel& kernel : world.program().kernels) rows += world.context->table(kernel.object).size;
  state.SetItemsProcessed(static_cast<int64_t>(rows * static_cast<size_t>(state.iterations())));
}

void ManyRulesRows(benchmark::State& state) {
  const auto rules = static_cast<size_t>(state.range(0));
  RunCode(state, WorldOf("rows" + std::to_string(rules), ManyRules(rules), {.records = 100'000}));
}
BENCHMARK(ManyRulesRows)->Arg(10)->Arg(100)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

void Attributes(benchmark::State& state) {
  RunCode(state, WorldOf("w1", RulesFile("w1.rules"), {.records = static_cast<size_t>(state.range(0))}));
}
BENCHMARK(Attributes)->Arg(1'000'000)->Arg(10'000'000)->Unit(benchmark::kMillisecond);

void History(benchmark::State& state) {
  const auto records = static_cast<size_t>(state.range(0));
  RunCode(state, WorldOf("w2", RulesFile("w1.rules") + RulesFile("w2.rules"), {records, 10 * records}));
}
BENCHMARK(History)->Arg(1'000'000)->Arg(10'000'000)->Unit(benchmark::kMillisecond);

// The whole of Execute as a run calls it: columns made, threads started, code made.
void Execute(benchmark::State& state) {
  const auto rules = static_cast<size_t>(state.range(0));
  World& world = WorldOf("execute" + std::to_string(rules), ManyRules(rules), {.records = 1'000'000});
  for (auto _ : state) {
    auto done = driver::Execute(*world.context, {});
    if (!done.ok()) std::abort();
  }
}
BENCHMARK(Execute)->Arg(10)->Arg(100)->Arg(1'000)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace saiten::bench

BENCHMARK_MAIN();
