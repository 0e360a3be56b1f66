#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/words.h"

namespace llvm {
class LLVMContext;
class Module;
}  // namespace llvm

// The only way to LLVM's optimiser, code generator and linker. There is one machine description and one linker a
// process; calls from several threads wait for each other.
namespace saiten::jit {

// A function of the program that generated code may call, by the name that the code uses for it.
struct HostSymbol {
  std::string_view name;
  void* address;
};

// Machine code in memory. Frees it on destruction; nobody may be running it then.
class Code {
 public:
  Code();
  ~Code();
  Code(Code&&) noexcept;
  Code& operator=(Code&&) noexcept;

  // The address of the function that stood at place i of the names given to Install.
  void* operator[](size_t i) const { return addresses_[i]; }

 private:
  friend class Machine;
  struct Tracked;
  std::unique_ptr<Tracked> tracked_;
  std::vector<void*> addresses_;
};

// The process's machine: the host's processor with its features named explicitly.
class Machine {
 public:
  // The one of the process; made at the first call. kRefused if this processor has no code generator.
  static Result<Machine*> Get();

  // Gives the module the machine's target, so that types have the sizes that the code will see.
  void Prepare(llvm::Module& module) const;
  // The O2 pipeline with vectorisation for this processor. Returns LLVM's complaint if the module is not well formed
  // (our bug).
  Status Optimise(llvm::Module& module);
  // The module as text, before or after Optimise.
  static std::string Text(const llvm::Module& module);
  // The module as assembly text.
  Result<std::string> Assembly(llvm::Module& module);
  // Turns the module into code. `names` are the functions wanted; their names must be used once in a process, see
  // UniqueName.
  Result<Code> Install(std::unique_ptr<llvm::LLVMContext> context, std::unique_ptr<llvm::Module> module,
                       std::span<const std::string> names);
  // `stem` made unique within the process.
  static std::string UniqueName(std::string_view stem);
  // How many Code objects hold code now; for tests.
  static size_t live();
  // `skylake-avx512 +avx2 ...`, for `doctor` and cache keys.
  std::string description() const;

  struct Parts;
  explicit Machine(std::unique_ptr<Parts> parts);
  ~Machine();

 private:
  std::unique_ptr<Parts> parts_;
};

// All functions that generated code may call; defined in helpers.cpp.
std::span<const HostSymbol> HostSymbols();

}  // namespace saiten::jit
