#include "vm/jit/jit.h"

#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>

#include <thread>

#include "vm/jit/cache.h"
#include "vm/jit/lower_program.h"
#include "vm/jit/objects.h"
#include "vm/jit/orc.h"
#include "vm/jit/parts.h"

namespace saiten::jit {
namespace {

size_t ThreadsOf(const Options& options) {
  return options.threads != 0 ? options.threads : std::max<size_t>(1, std::thread::hardware_concurrency());
}

// Instructions from which on the time to make code counts for more than a hundredth of a row's.
constexpr size_t kLarge = 2'000;
bool IsLarge(const ir::Program& program) {
  size_t instructions = 0;
  for (const ir::Kernel& kernel : program.kernels) instructions += kernel.insts.size();
  return instructions >= kLarge;
}

// The functions wanted: kernel i, and behind them what works out the bits of related records.
std::vector<std::string> NamesOf(const std::vector<KernelNeeds>& needs) {
  std::vector<std::string> names;
  for (size_t kernel = 0; kernel < needs.size(); ++kernel) names.push_back("kernel" + std::to_string(kernel));
  for (size_t kernel = 0; kernel < needs.size(); ++kernel) {
    for (size_t i = 0; i < needs[kernel].related.size(); ++i) names.push_back(RelatedName(names[kernel], i));
  }
  return names;
}

// All functions in one module, to be shown.
class OneModule : public ModuleSource {
 public:
  explicit OneModule(llvm::Module& module) : module_(module) {}
  llvm::Module& Next() override { return module_; }

 private:
  llvm::Module& module_;
};

}  // namespace

Compiled::Compiled(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Compiled::~Compiled() = default;
Compiled::Compiled(Compiled&&) noexcept = default;
Compiled& Compiled::operator=(Compiled&&) noexcept = default;

const Layout& Compiled::layout() const { return parts_->layout; }
bool Compiled::from_cache() const { return parts_->from_cache; }

Result<Compiled> Compile(const ir::Program& program, const Layout& layout, const Options& options) {
  SAITEN_ASSIGN_OR_RETURN(Machine * machine, Machine::Get());
  auto parts = std::make_unique<Compiled::Parts>();
  parts->layout = layout;
  const CodeCache cache(options.cache);
  std::string key;
  if (!options.cache.empty()) {
    key = CacheKey(program, layout, options.mutation, machine->description(), ThisBuild());
  }
  if (!key.empty()) {
    if (auto stored = cache.Load(key)) {
      auto code = machine->Link(stored->objects, NamesOf(stored->needs));
      if (code.ok() && stored->needs.size() == program.kernels.size()) {
        parts->needs = std::move(stored->needs);
        parts->code = std::move(*code);
        parts->from_cache = true;
        return Compiled(std::move(parts));
      }
    }
  }
  ObjectMaker maker(*machine, ThreadsOf(options), IsLarge(program), options.stop);
  for (uint32_t kernel = 0; kernel < program.kernels.size(); ++kernel) {
    parts->needs.push_back(
        LowerKernel(maker, program, kernel, layout, options.mutation, "kernel" + std::to_string(kernel)));
  }
  SAITEN_ASSIGN_OR_RETURN(std::vector<std::string> objects, maker.Finish());
  SAITEN_ASSIGN_OR_RETURN(parts->code, machine->Link(objects, NamesOf(parts->needs)));
  if (!key.empty()) cache.Store(key, {parts->needs, std::move(objects)});
  return Compiled(std::move(parts));
}

namespace {

// Hands the program's module, named as people would, to `print`.
template <typename Print>
Result<std::string> Emit(const ir::Program& program, const Layout& layout, const EmitOptions& options, Print print) {
  SAITEN_ASSIGN_OR_RETURN(Machine * machine, Machine::Get());
  llvm::LLVMContext context;
  llvm::Module module("saiten", context);
  machine->Prepare(module);
  OneModule source(module);
  for (uint32_t kernel = 0; kernel < program.kernels.size(); ++kernel) {
    const std::string& object = program.catalog->objects[program.kernels[kernel].object.index()].name;
    LowerKernel(source, program, kernel, layout, options.mutation, "kernel_" + std::to_string(kernel) + "_" + object);
  }
  if (options.optimised) SAITEN_RETURN_IF_ERROR(machine->Optimise(module));
  return print(*machine, module);
}

}  // namespace

Result<std::string> EmitLlvm(const ir::Program& program, const Layout& layout, const EmitOptions& options) {
  return Emit(program, layout, options,
              [](Machine&, llvm::Module& module) -> Result<std::string> { return Machine::Text(module); });
}

Result<std::string> EmitAsm(const ir::Program& program, const Layout& layout) {
  return Emit(program, layout, {}, [](Machine& machine, llvm::Module& module) { return machine.Assembly(module); });
}

}  // namespace saiten::jit
