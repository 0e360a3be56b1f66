#include "driver/native/native.h"

#include <memory>
#include <vector>

#include "driver/native/build_mark.h"
#include "vm/jit/cache.h"
#include "vm/jit/jit.h"
#include "vm/jit/orc.h"

namespace saiten::driver {
namespace {

class Kernel : public NativeKernel {
 public:
  Kernel(jit::KernelRun run, size_t threads) : run_(std::move(run)), workers_(threads) {}
  void Run(size_t thread, size_t begin, size_t end, vm::TrapLog& traps) override {
    std::unique_ptr<jit::KernelRun::Worker>& worker = workers_[thread];
    if (!worker) worker = std::make_unique<jit::KernelRun::Worker>(run_);
    worker->Run(begin, end, traps);
  }

 private:
  jit::KernelRun run_;
  std::vector<std::unique_ptr<jit::KernelRun::Worker>> workers_;  // each made by the thread that uses it
};

class Code : public NativeCode {
 public:
  explicit Code(jit::Compiled code) : code_(std::move(code)) {}
  Result<std::unique_ptr<NativeKernel>> Prepare(const vm::RunContext& context, size_t kernel, rt::Results& results,
                                                size_t threads) const override {
    vm::TrapLog told;
    SAITEN_ASSIGN_OR_RETURN(jit::KernelRun run, jit::KernelRun::Prepare(code_, context, kernel, results, told));
    return std::unique_ptr<NativeKernel>(std::make_unique<Kernel>(std::move(run), threads));
  }

 private:
  jit::Compiled code_;
};

Result<std::unique_ptr<NativeCode>> CompileNative(const vm::RunContext& context, const NativeOptions& options) {
  SAITEN_ASSIGN_OR_RETURN(jit::Compiled code,
                          jit::Compile(context.program(), jit::LayoutOf(context),
                                       {.threads = options.threads, .cache = options.cache, .stop = options.stop}));
  return std::unique_ptr<NativeCode>(std::make_unique<Code>(std::move(code)));
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

constexpr char kVersion[] = SAITEN_VERSION " build " SAITEN_BUILD_MARK;
constexpr NativeApi kApi = {kVersion, CompileNative, EmitNative, Description, jit::CodeCache::UserFolder};

}  // namespace

const NativeApi* NativeHere() { return &kApi; }

}  // namespace saiten::driver
