#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "compiler/ir/ir.h"
#include "runtime/results.h"
#include "vm/jit/layout.h"
#include "vm/jit/mutation.h"
#include "vm/run_context.h"
#include "vm/trap.h"

// The JIT: the kernels of a program as machine code. It writes the same results and traps as vm::Interpreter, to the
// bit. Code is made for the widths of the columns it will see, so compile after the data was loaded.
namespace saiten::jit {

struct Options {
  Mutation mutation;                        // for tests of the tests only
  size_t threads = 0;                       // that may make code; 0: all cores
  std::string cache;                        // folder of CodeCache; empty: none
  const std::atomic<bool>* stop = nullptr;  // once true, Compile soon gives up (kRefused)
};

// The machine code of all kernels of a program, for one layout of the data. Freed on destruction, when no KernelRun of
// it may be left. The program must outlive it.
class Compiled {
 public:
  ~Compiled();
  Compiled(Compiled&&) noexcept;
  Compiled& operator=(Compiled&&) noexcept;

  const Layout& layout() const;
  // Whether the code was found in the cache.
  bool from_cache() const;

 private:
  friend Result<Compiled> Compile(const ir::Program&, const Layout&, const Options&);
  friend class KernelRun;
  struct Parts;
  explicit Compiled(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// Makes the code. kRefused where LLVM cannot: run with the interpreter then. A verified program is expected.
Result<Compiled> Compile(const ir::Program& program, const Layout& layout, const Options& options = {});

// One kernel of one run: its arrays found, uniform values and tables of texts worked out once. Shared between threads;
// the code, the context and the results must outlive it. Results of kernels before this one must be complete.
class KernelRun {
 public:
  // kRefused if the data is not of the layout that the code was made for. Traps of uniform values go to `traps`.
  static Result<KernelRun> Prepare(const Compiled& compiled, const vm::RunContext& context, size_t kernel,
                                   rt::Results& results, vm::TrapLog& traps);
  ~KernelRun();
  KernelRun(KernelRun&&) noexcept;
  KernelRun& operator=(KernelRun&&) noexcept;

  // What a thread needs to run rows; each has its own.
  class Worker {
   public:
    explicit Worker(const KernelRun& run);
    ~Worker();
    Worker(Worker&&) noexcept;
    Worker& operator=(Worker&&) noexcept;
    // Computes rows [begin, end) of the kernel's object and writes its outputs.
    void Run(size_t begin, size_t end, vm::TrapLog& traps);

   private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
  };

 private:
  struct Parts;
  explicit KernelRun(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// Compiles and runs the whole program on this thread: a convenience for small programs and tests.
Status RunAll(const Compiled& compiled, const vm::RunContext& context, rt::Results& results, vm::TrapLog& traps);

// The program's code as LLVM IR (optimised or as first made) and as assembly, for `saiten emit`.
struct EmitOptions {
  bool optimised = true;
  Mutation mutation;
};
Result<std::string> EmitLlvm(const ir::Program& program, const Layout& layout, const EmitOptions& options = {});
Result<std::string> EmitAsm(const ir::Program& program, const Layout& layout);

}  // namespace saiten::jit
