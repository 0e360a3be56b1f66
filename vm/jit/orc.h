#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/words.h"

namespace llvm {
class Module;
}  // namespace llvm

// The only way to LLVM's optimiser, code generator and linker. Several threads may optimise and generate code at once,
// each with a machine description of its own, which are kept; linking is done by one after the other.
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

  // The address of the function that stood at place i of the names given to Link.
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
  // A few passes: what lowering leaves to LLVM is vector code and small simplifications; the O2 pipeline takes twice as
  // long and its code is not faster. Returns LLVM's complaint if the module is not well formed (our bug).
  Status Optimise(llvm::Module& module);
  // The module as text, before or after Optimise.
  static std::string Text(const llvm::Module& module);
  // The module as assembly text.
  Result<std::string> Assembly(llvm::Module& module);
  // The optimised module as an object file, to be linked in this process or, on the same machine, another one.
  Result<std::string> Object(llvm::Module& module);
  // Puts objects into memory that may be run. `names` are the functions wanted; names need not differ from those of
  // other Code.
  Result<Code> Link(std::span<const std::string> objects, std::span<const std::string> names);
  // Whether 64 bytes can be looked up in 128 at once (AVX-512 VBMI).
  static bool has_byte_tables();
  // How many Code objects hold code now; for tests.
  static size_t live();
  // `skylake-avx512 +avx2,... LLVM 19.1.7`, for `doctor` and cache keys.
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
