#include "driver/execute.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "vm/interp/interp.h"

namespace saiten::driver {
namespace {

// Rows of one piece of work: large enough that handing it out costs nothing.
constexpr size_t kBlockRows = 4096;

// Measured: making code takes about as long as interpreting this many instructions.
constexpr uint64_t kAutoWork = 40'000'000;

size_t ThreadsFor(size_t wanted, size_t blocks) {
  const size_t cores = std::max<size_t>(1, std::thread::hardware_concurrency());
  return std::clamp<size_t>(std::min(wanted == 0 ? cores : wanted, blocks), 1, 256);
}

// Runs `work(thread, block)` for every block, each once, on `threads` threads.
template <typename Work>
void ForEachBlock(size_t blocks, size_t threads, Work work) {
  std::atomic<size_t> next{0};
  auto loop = [&](size_t thread) {
    for (size_t block = next++; block < blocks; block = next++) work(thread, block);
  };
  std::vector<std::thread> others;
  for (size_t thread = 1; thread < threads; ++thread) others.emplace_back(loop, thread);
  loop(0);
  for (std::thread& other : others) other.join();
}

void Interpret(const vm::RunContext& context, const ExecuteOptions& options, Executed& out) {
  std::atomic<uint64_t> done{0};
  for (size_t kernel = 0; kernel < context.program().kernels.size(); ++kernel) {
    const size_t rows = context.table(context.program().kernels[kernel].object).size;
    const size_t blocks = (rows + kBlockRows - 1) / kBlockRows;
    if (blocks == 0) continue;
    const size_t threads = ThreadsFor(options.threads, blocks);
    std::vector<std::unique_ptr<vm::Interpreter>> interpreters;
    for (size_t i = 0; i < threads; ++i) {
      interpreters.push_back(std::make_unique<vm::Interpreter>(context, kernel, out.results));
      // What is the same for all rows traps once, not once a thread.
      vm::TrapLog repeated;
      interpreters[i]->EvaluateUniform(i == 0 ? out.traps : repeated);
    }
    std::vector<vm::TrapLog> traps(blocks);
    ForEachBlock(blocks, threads, [&](size_t thread, size_t block) {
      const size_t begin = block * kBlockRows;
      const size_t end = std::min(rows, begin + kBlockRows);
      interpreters[thread]->Run(begin, end, traps[block]);
      if (options.progress) options.progress(done += end - begin);
    });
    for (const vm::TrapLog& log : traps) out.traps.Append(log);
  }
}

}  // namespace

Engine ChooseEngine(const vm::RunContext& context) {
  uint64_t work = 0;
  for (const ir::Kernel& kernel : context.program().kernels) work += context.table(kernel.object).size * kernel.insts.size();
  return work < kAutoWork ? Engine::kInterp : Engine::kJit;
}

Result<Executed> Execute(const vm::RunContext& context, const ExecuteOptions& options) {
  Executed out{.results = context.MakeResults()};
  out.engine = options.engine == Engine::kAuto ? ChooseEngine(context) : options.engine;
  Interpret(context, options, out);
  out.engine = Engine::kInterp;
  return out;
}

}  // namespace saiten::driver
