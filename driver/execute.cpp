#include "driver/execute.h"

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "driver/blocks.h"
#include "driver/native.h"
#include "vm/interp/interp.h"

namespace saiten::driver {
namespace {

// Nanoseconds of one core, as `python3 bench/engines/engines.py` shows them: to make code at all and for an
// instruction, and to interpret an instruction for a record or an event.
constexpr uint64_t kCodeBase = 40'000'000;
constexpr uint64_t kCodeEach = 400'000;
constexpr uint64_t kInterpretEach = 6;

void Interpret(const vm::RunContext& context, const ExecuteOptions& options, Incremental* incremental, Executed& out) {
  std::atomic<uint64_t> done{0};
  for (size_t kernel = 0; kernel < context.program().kernels.size(); ++kernel) {
    const size_t rows = context.table(context.program().kernels[kernel].object).size;
    const size_t blocks = BlocksOf(rows);
    if (blocks == 0) continue;
    const size_t threads = ThreadsFor(options.threads, blocks);
    std::vector<std::unique_ptr<vm::Interpreter>> interpreters;
    for (size_t i = 0; i < threads; ++i) {
      interpreters.push_back(std::make_unique<vm::Interpreter>(context, kernel, out.results));
      // What is the same for all rows traps once, not once a thread.
      vm::TrapLog repeated;
      interpreters[i]->EvaluateUniform(i == 0 ? out.traps : repeated);
    }
    const RowMarks marks = incremental != nullptr ? incremental->RowsOf(kernel) : RowMarks(rows, 1);
    std::vector<vm::TrapLog> traps(blocks);
    ForEachBlock(blocks, threads, [&](size_t thread, size_t block) {
      const size_t begin = block * kBlockRows;
      const size_t end = std::min(rows, begin + kBlockRows);
      ForEachPart(marks, begin, end, 1,
                  [&](size_t from, size_t to) { interpreters[thread]->Run(from, to, traps[block]); });
      if (options.progress) options.progress(done += end - begin);
    });
    for (const vm::TrapLog& log : traps) out.traps.Append(log);
    if (incremental != nullptr) incremental->Finish(kernel, marks);
  }
}

std::vector<EvaluatedRows> EvaluatedIn(const vm::RunContext& context, const Incremental* incremental) {
  if (incremental != nullptr) return incremental->Counts();
  std::vector<EvaluatedRows> all(context.program().results.size());
  for (const ir::Kernel& kernel : context.program().kernels) {
    all[kernel.object.index()].changed = context.table(kernel.object).size;
  }
  return all;
}

}  // namespace

Engine ChooseEngine(const vm::RunContext& context, double share) {
  const Catalog& catalog = *context.program().catalog;
  std::vector<uint64_t> items(catalog.objects.size());
  for (size_t i = 0; i < items.size(); ++i) items[i] = context.table(ObjectId(static_cast<uint32_t>(i))).size;
  for (size_t i = 0; i < catalog.events.size(); ++i) {
    const EventId event(static_cast<uint32_t>(i));
    if (catalog[event].object.valid()) items[catalog[event].object.index()] += context.series(event).times.size();
  }
  uint64_t make = kCodeBase;
  uint64_t interpret = 0;
  for (const ir::Kernel& kernel : context.program().kernels) {
    make += kCodeEach * kernel.insts.size();
    interpret += kInterpretEach * kernel.insts.size() * items[kernel.object.index()];
  }
  return static_cast<double>(interpret) * share < static_cast<double>(make) ? Engine::kInterp : Engine::kJit;
}

Result<Executed> Execute(const vm::RunContext& context, const ExecuteOptions& options) {
  Executed out{.results = context.MakeResults()};
  std::optional<Incremental> incremental;
  if (options.previous != nullptr) incremental.emplace(context, *options.previous, out.results);
  Incremental* marks = incremental ? &*incremental : nullptr;
  const double share = marks != nullptr ? marks->Share() : 1;
  out.engine = options.engine == Engine::kAuto ? ChooseEngine(context, share) : options.engine;
  if (out.engine == Engine::kJit) {
    auto native = LoadNative();
    Status ran = native.ok() ? (*native)->run(context, options, marks, out) : Status(std::move(native).error());
    if (ran.ok()) {
      out.evaluated = EvaluatedIn(context, marks);
      return out;
    }
    // Where the user did not ask for code, the interpreter gives the same results.
    if (options.engine == Engine::kJit || ran.error().kind != ErrorKind::kRefused) return std::move(ran).error();
    out = {.results = context.MakeResults()};
    if (marks != nullptr) marks = &incremental.emplace(context, *options.previous, out.results);
  }
  out.engine = Engine::kInterp;
  Interpret(context, options, marks, out);
  out.evaluated = EvaluatedIn(context, marks);
  return out;
}

}  // namespace saiten::driver
