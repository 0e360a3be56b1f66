#include "driver/native.h"

#include <atomic>
#include <memory>

#include "driver/blocks.h"
#include "vm/jit/abi.h"
#include "vm/jit/jit.h"
#include "vm/jit/orc.h"

namespace saiten::driver {
namespace {

Status RunNative(const vm::RunContext& context, const ExecuteOptions& options, Incremental* incremental,
                 Executed& out) {
  SAITEN_ASSIGN_OR_RETURN(const jit::Compiled code, jit::Compile(context.program(), jit::LayoutOf(context)));
  std::atomic<uint64_t> done{0};
  for (size_t kernel = 0; kernel < context.program().kernels.size(); ++kernel) {
    const size_t rows = context.table(context.program().kernels[kernel].object).size;
    const size_t blocks = BlocksOf(rows);
    if (blocks == 0) continue;
    SAITEN_ASSIGN_OR_RETURN(const jit::KernelRun run,
                            jit::KernelRun::Prepare(code, context, kernel, out.results, out.traps));
    const size_t threads = ThreadsFor(options.threads, blocks);
    std::vector<std::unique_ptr<jit::KernelRun::Worker>> workers;
    for (size_t i = 0; i < threads; ++i) workers.push_back(std::make_unique<jit::KernelRun::Worker>(run));
    const RowMarks marks = incremental != nullptr ? incremental->RowsOf(kernel) : RowMarks(rows, 1);
    std::vector<vm::TrapLog> traps(blocks);
    ForEachBlock(blocks, threads, [&](size_t thread, size_t block) {
      const size_t begin = block * kBlockRows;
      const size_t end = std::min(rows, begin + kBlockRows);
      ForEachPart(marks, begin, end, jit::kRowStep,
                  [&](size_t from, size_t to) { workers[thread]->Run(from, to, traps[block]); });
      if (options.progress) options.progress(done += end - begin);
    });
    for (const vm::TrapLog& log : traps) out.traps.Append(log);
    if (incremental != nullptr) incremental->Finish(kernel, marks);
  }
  return {};
}

Result<std::string> EmitNative(const ir::Program& program, bool assembly) {
  const jit::Layout layout = jit::TypicalLayout(program);
  return assembly ? jit::EmitAsm(program, layout) : jit::EmitLlvm(program, layout);
}

Result<std::string> Description() {
  SAITEN_ASSIGN_OR_RETURN(const jit::Machine* machine, jit::Machine::Get());
  // The processor's name; its hundred features are of no use to people.
  const std::string all = machine->description();
  return all.substr(0, all.find(' '));
}

constexpr NativeApi kApi = {RunNative, EmitNative, Description};

}  // namespace

Result<const NativeApi*> LoadNative() { return &kApi; }

}  // namespace saiten::driver
