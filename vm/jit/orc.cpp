#include "vm/jit/orc.h"

#include <llvm/ExecutionEngine/Orc/CompileUtils.h>
#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/TargetParser/Host.h>

#include <atomic>
#include <cstring>
#include <mutex>

namespace saiten::jit {
namespace {

std::atomic<size_t> live_code = 0;
std::atomic<uint64_t> next_name = 0;

Error Failure(llvm::Error error, const Text& doing) {
  const std::string problem = llvm::toString(std::move(error));
  return Fail(ErrorKind::kRefused, {doing.en + ": " + problem, doing.ja + ": " + problem},
              {"run with --engine interp", "--engine interpで実行してください"});
}

std::string HostFeatures() {
  std::string list;
  for (const auto& feature : llvm::sys::getHostCPUFeatures()) {
    list += (list.empty() ? "" : ",") + std::string(feature.second ? "+" : "-") + feature.first().str();
  }
  return list;
}

std::unique_ptr<llvm::TargetMachine> MakeTarget(std::string* error) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  const std::string triple = llvm::sys::getProcessTriple();
  const llvm::Target* target = llvm::TargetRegistry::lookupTarget(triple, *error);
  if (target == nullptr) return nullptr;
  llvm::TargetOptions options;
  return std::unique_ptr<llvm::TargetMachine>(
      target->createTargetMachine(triple, llvm::sys::getHostCPUName(), HostFeatures(), options, llvm::Reloc::PIC_,
                                  llvm::CodeModel::Small, llvm::CodeGenOptLevel::Default, /*JIT=*/true));
}

}  // namespace

// LLVM's target machine, the pipeline that asks it and the linker are used by one thread at a time.
struct Machine::Parts {
  std::mutex mutex;
  std::unique_ptr<llvm::TargetMachine> target;
  std::unique_ptr<llvm::orc::LLJIT> linker;
};

struct Code::Tracked {
  llvm::orc::ResourceTrackerSP tracker;
  std::mutex* mutex;

  Tracked(llvm::orc::ResourceTrackerSP made_tracker, std::mutex* machine_mutex)
      : tracker(std::move(made_tracker)), mutex(machine_mutex) {
    ++live_code;
  }
  ~Tracked() {
    const std::lock_guard lock(*mutex);
    auto& session = tracker->getJITDylib().getExecutionSession();
    // Removing code fails only where the session has ended, which it never does before the process.
    llvm::cantFail(tracker->remove());
    tracker = nullptr;
    session.getSymbolStringPool()->clearDeadEntries();
    --live_code;
  }
};

Code::Code() = default;
Code::~Code() = default;
Code::Code(Code&&) noexcept = default;
Code& Code::operator=(Code&&) noexcept = default;

Machine::Machine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Machine::~Machine() = default;

Result<Machine*> Machine::Get() {
  static Result<Machine*> machine = []() -> Result<Machine*> {
    auto parts = std::make_unique<Parts>();
    std::string problem;
    parts->target = MakeTarget(&problem);
    if (parts->target == nullptr) {
      return Fail(ErrorKind::kRefused,
                  {"no machine code for this processor: " + problem, "このCPUの機械語を作れません: " + problem},
                  {"run with --engine interp", "--engine interpで実行してください"});
    }
    llvm::TargetMachine& target = *parts->target;
    auto linker =
        llvm::orc::LLJITBuilder()
            .setDataLayout(target.createDataLayout())
            .setJITTargetMachineBuilder(llvm::orc::JITTargetMachineBuilder(target.getTargetTriple()))
            .setLinkProcessSymbolsByDefault(false)
            .setPlatformSetUp(llvm::orc::setUpInactivePlatform)
            .setCompileFunctionCreator([&target](const llvm::orc::JITTargetMachineBuilder&)
                                           -> llvm::Expected<std::unique_ptr<llvm::orc::IRCompileLayer::IRCompiler>> {
              return std::make_unique<llvm::orc::SimpleCompiler>(target);
            })
            .create();
    if (!linker) return Failure(linker.takeError(), {"cannot start the JIT", "JITを始められません"});
    parts->linker = std::move(*linker);

    llvm::orc::SymbolMap symbols;
    const auto add = [&](std::string_view name, void* address) {
      symbols[parts->linker->mangleAndIntern(llvm::StringRef(name.data(), name.size()))] = {
          llvm::orc::ExecutorAddr::fromPtr(address), llvm::JITSymbolFlags::Exported};
    };
    for (const HostSymbol& symbol : HostSymbols()) add(symbol.name, symbol.address);
    // The code generator makes calls to these out of loops.
    add("memcpy", reinterpret_cast<void*>(&std::memcpy));
    add("memmove", reinterpret_cast<void*>(&std::memmove));
    add("memset", reinterpret_cast<void*>(&std::memset));
    if (auto error = parts->linker->getMainJITDylib().define(llvm::orc::absoluteSymbols(std::move(symbols)))) {
      return Failure(std::move(error), {"cannot start the JIT", "JITを始められません"});
    }
    // Lives as long as the process: code of static objects may be freed after every other destructor.
    return new Machine(std::move(parts));
  }();
  return machine;
}

void Machine::Prepare(llvm::Module& module) const {
  module.setTargetTriple(parts_->target->getTargetTriple().str());
  module.setDataLayout(parts_->target->createDataLayout());
}

Status Machine::Optimise(llvm::Module& module) {
  std::string problem;
  llvm::raw_string_ostream out(problem);
  if (llvm::verifyModule(module, &out)) {
    return Fail(ErrorKind::kRefused,
                {"generated code is not well formed: " + problem, "生成したコードが正しくありません: " + problem},
                {"please report this", "不具合として報告してください"});
  }
  const std::lock_guard lock(parts_->mutex);
  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = true;
  tuning.LoopInterleaving = getenv("ILV") != nullptr;
  tuning.SLPVectorization = false;
  llvm::PassBuilder builder(parts_->target.get(), tuning);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager calls;
  llvm::ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(calls);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, calls, modules);
  if (const char* text = getenv("PASSES")) {
    llvm::ModulePassManager passes;
    llvm::cantFail(builder.parsePassPipeline(passes, text));
    passes.run(module, modules);
    return {};
  }
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2).run(module, modules);
  return {};
}

std::string Machine::Text(const llvm::Module& module) {
  std::string text;
  llvm::raw_string_ostream out(text);
  module.print(out, nullptr);
  return text;
}

Result<std::string> Machine::Assembly(llvm::Module& module) {
  const std::lock_guard lock(parts_->mutex);
  llvm::SmallVector<char, 0> text;
  llvm::raw_svector_ostream out(text);
  llvm::legacy::PassManager passes;
  if (parts_->target->addPassesToEmitFile(passes, out, nullptr, llvm::CodeGenFileType::AssemblyFile)) {
    return Fail(ErrorKind::kRefused,
                {"this processor's assembly cannot be printed", "このCPUのアセンブリは表示できません"});
  }
  passes.run(module);
  return std::string(text.begin(), text.end());
}

Result<Code> Machine::Install(std::unique_ptr<llvm::LLVMContext> context, std::unique_ptr<llvm::Module> module,
                              std::span<const std::string> names) {
  const std::lock_guard lock(parts_->mutex);
  auto& dylib = parts_->linker->getMainJITDylib();
  auto tracker = dylib.createResourceTracker();
  if (auto error = parts_->linker->addIRModule(
          tracker, llvm::orc::ThreadSafeModule(std::move(module), llvm::orc::ThreadSafeContext(std::move(context))))) {
    return Failure(std::move(error), {"cannot make machine code", "機械語を作れません"});
  }
  std::vector<void*> addresses;
  for (const std::string& name : names) {
    auto found = parts_->linker->lookup(name);
    if (!found) {
      Error failure = Failure(found.takeError(), {"cannot make machine code", "機械語を作れません"});
      llvm::consumeError(tracker->remove());
      return failure;
    }
    addresses.push_back(found->toPtr<void*>());
  }
  Code code;
  code.tracked_ = std::make_unique<Code::Tracked>(std::move(tracker), &parts_->mutex);
  code.addresses_ = std::move(addresses);
  return code;
}

std::string Machine::UniqueName(std::string_view stem) {
  return std::string(stem) + "." + std::to_string(next_name.fetch_add(1));
}

size_t Machine::live() { return live_code; }

std::string Machine::description() const {
  return parts_->target->getTargetCPU().str() + " " + parts_->target->getTargetFeatureString().str();
}

}  // namespace saiten::jit
