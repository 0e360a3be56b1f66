#include "vm/jit/orc.h"

#include <llvm/Config/llvm-config.h>
#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/ErrorHandling.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/Transforms/IPO/AlwaysInliner.h>
#include <llvm/Transforms/InstCombine/InstCombine.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/SROA.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>

#include <atomic>
#include <cstring>
#include <mutex>
#include <optional>

#include "base/memory_limit.h"

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

void OnNoMemory(void*, const char*, bool) { EndForNoMemory(); }

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

struct Machine::Parts {
  std::mutex mutex;  // of `free`
  std::vector<std::unique_ptr<llvm::TargetMachine>> free;
  std::mutex link_mutex;
  std::unique_ptr<llvm::orc::LLJIT> linker;
  std::string triple, cpu, features;
  std::optional<llvm::DataLayout> layout;

  // A machine description for this thread alone until it is given back.
  std::unique_ptr<llvm::TargetMachine> Take() {
    {
      const std::lock_guard lock(mutex);
      if (!free.empty()) {
        auto target = std::move(free.back());
        free.pop_back();
        return target;
      }
    }
    std::string error;
    return MakeTarget(&error);
  }
  void GiveBack(std::unique_ptr<llvm::TargetMachine> target) {
    const std::lock_guard lock(mutex);
    free.push_back(std::move(target));
  }
};

namespace {

// A target machine for as long as this lives.
class Borrowed {
 public:
  explicit Borrowed(Machine::Parts& parts) : parts_(parts), target_(parts.Take()) {}
  ~Borrowed() { parts_.GiveBack(std::move(target_)); }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  llvm::TargetMachine& operator*() { return *target_; }

 private:
  Machine::Parts& parts_;
  std::unique_ptr<llvm::TargetMachine> target_;
};

void RunPasses(llvm::Module& module, llvm::TargetMachine& target) {
  llvm::PassBuilder builder(&target);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager calls;
  llvm::ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(calls);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, calls, modules);
  llvm::FunctionPassManager passes;
  passes.addPass(llvm::SROAPass(llvm::SROAOptions::ModifyCFG));
  passes.addPass(llvm::EarlyCSEPass());
  passes.addPass(llvm::InstCombinePass());
  passes.addPass(llvm::SimplifyCFGPass());
  llvm::ModulePassManager all;
  all.addPass(llvm::AlwaysInlinerPass());
  all.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(passes)));
  all.run(module, modules);
}

}  // namespace

// A library of its own in the linker's session, so that names of other code do not matter.
struct Code::Tracked {
  llvm::orc::JITDylib& library;
  llvm::orc::ExecutionSession& session;
  std::mutex& mutex;

  Tracked(llvm::orc::JITDylib& made, llvm::orc::ExecutionSession& of, std::mutex& link_mutex)
      : library(made), session(of), mutex(link_mutex) {
    ++live_code;
  }
  Tracked(const Tracked&) = delete;
  Tracked& operator=(const Tracked&) = delete;
  ~Tracked() {
    const std::lock_guard lock(mutex);
    // Removing code fails only where the session has ended, which it never does before the process.
    llvm::cantFail(session.removeJITDylib(library));
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
    llvm::install_bad_alloc_error_handler(OnNoMemory);
    std::string problem;
    auto first = MakeTarget(&problem);
    if (first == nullptr) {
      return Fail(ErrorKind::kRefused,
                  {"no machine code for this processor: " + problem, "このCPUの機械語を作れません: " + problem},
                  {"run with --engine interp", "--engine interpで実行してください"});
    }
    parts->triple = first->getTargetTriple().str();
    parts->cpu = first->getTargetCPU().str();
    parts->features = first->getTargetFeatureString().str();
    parts->layout = first->createDataLayout();
    auto linker = llvm::orc::LLJITBuilder()
                      .setDataLayout(*parts->layout)
                      .setJITTargetMachineBuilder(llvm::orc::JITTargetMachineBuilder(first->getTargetTriple()))
                      .setLinkProcessSymbolsByDefault(false)
                      .setPlatformSetUp(llvm::orc::setUpInactivePlatform)
                      .create();
    parts->GiveBack(std::move(first));
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
  module.setTargetTriple(parts_->triple);
  module.setDataLayout(*parts_->layout);
}

Status Machine::Optimise(llvm::Module& module) {
  std::string problem;
  llvm::raw_string_ostream out(problem);
  if (llvm::verifyModule(module, &out)) {
    return Fail(ErrorKind::kRefused,
                {"generated code is not well formed: " + problem, "生成したコードが正しくありません: " + problem},
                {"please report this", "不具合として報告してください"});
  }
  Borrowed target(*parts_);
  RunPasses(module, *target);
  return {};
}

std::string Machine::Text(const llvm::Module& module) {
  std::string text;
  llvm::raw_string_ostream out(text);
  module.print(out, nullptr);
  return text;
}

namespace {

Result<std::string> Emit(llvm::Module& module, llvm::TargetMachine& target, llvm::CodeGenFileType type) {
  llvm::SmallVector<char, 0> text;
  llvm::raw_svector_ostream out(text);
  llvm::legacy::PassManager passes;
  if (target.addPassesToEmitFile(passes, out, nullptr, type, /*DisableVerify=*/true)) {
    return Fail(ErrorKind::kRefused, {"this processor's code cannot be written", "このCPUのコードは書き出せません"});
  }
  passes.run(module);
  return std::string(text.begin(), text.end());
}

}  // namespace

Result<std::string> Machine::Assembly(llvm::Module& module) {
  Borrowed target(*parts_);
  return Emit(module, *target, llvm::CodeGenFileType::AssemblyFile);
}

Result<std::string> Machine::Object(llvm::Module& module) {
  Borrowed target(*parts_);
  return Emit(module, *target, llvm::CodeGenFileType::ObjectFile);
}

Result<Code> Machine::Link(std::span<const std::string> objects, std::span<const std::string> names) {
  const std::lock_guard lock(parts_->link_mutex);
  llvm::orc::LLJIT& linker = *parts_->linker;
  const saiten::Text doing{"cannot load machine code", "機械語を読み込めません"};
  auto library = linker.createJITDylib("code." + std::to_string(next_name.fetch_add(1)));
  if (!library) return Failure(library.takeError(), doing);
  library->addToLinkOrder(linker.getMainJITDylib());
  const auto fail = [&](llvm::Error error) {
    Error failure = Failure(std::move(error), doing);
    llvm::consumeError(linker.getExecutionSession().removeJITDylib(*library));
    return failure;
  };
  for (const std::string& object : objects) {
    auto buffer = llvm::MemoryBuffer::getMemBuffer(llvm::StringRef(object), "code", /*RequiresNullTerminator=*/false);
    if (auto error = linker.addObjectFile(*library, std::move(buffer))) return fail(std::move(error));
  }
  std::vector<void*> addresses;
  for (const std::string& name : names) {
    auto found = linker.lookup(*library, name);
    if (!found) return fail(found.takeError());
    addresses.push_back(found->toPtr<void*>());
  }
  Code code;
  code.tracked_ = std::make_unique<Code::Tracked>(*library, linker.getExecutionSession(), parts_->link_mutex);
  code.addresses_ = std::move(addresses);
  return code;
}

bool Machine::has_byte_tables() {
  static const bool has = [] {
    const auto features = llvm::sys::getHostCPUFeatures();
    const auto found = features.find("avx512vbmi");
    return found != features.end() && found->second;
  }();
  return has;
}

size_t Machine::live() { return live_code; }

std::string Machine::description() const { return parts_->cpu + " " + parts_->features + " LLVM " LLVM_VERSION_STRING; }

}  // namespace saiten::jit
