#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/ir.h"
#include "vm/jit/abi.h"
#include "vm/jit/layout.h"
#include "vm/jit/mutation.h"

// Machine code kept on disk between processes. An entry is a file of its own, named by what it was made from; deleting
// any of them costs only time. A file is used only if this user owns it and nobody else may write it or its folder, and
// if its checksum holds; what is torn, foreign or of another version is made anew and replaced.
namespace saiten::jit {

// What a program's code is made of: object files, and what each kernel's code must be given.
struct StoredCode {
  std::vector<KernelNeeds> needs;  // by kernel
  std::vector<std::string> objects;
};

// 32 hex digits of everything that the code depends on: operations, types and numbers of the program (names, places in
// the text and data do not matter), the widths of the columns, the processor with LLVM's version (`machine`), and this
// very build of Saiten. Empty if that has no mark: what cannot be told from another build's is not kept.
std::string CacheKey(const ir::Program& program, const Layout& layout, Mutation mutation, std::string_view machine,
                     std::string_view build);
// The mark that the linker put into this program or library: other contents, another mark. Empty if it put none.
std::string ThisBuild();

// A folder of entries. Several processes may use one at once.
class CodeCache {
 public:
  // Bytes that all entries may take; the ones not used for longest go first.
  static constexpr size_t kMostBytes = 64 << 20;

  // `folder` is made, for this user alone, when something is stored.
  explicit CodeCache(std::string folder, size_t most_bytes = kMostBytes)
      : folder_(std::move(folder)), most_bytes_(most_bytes) {}

  // nullopt: not there, or not to be trusted.
  std::optional<StoredCode> Load(const std::string& key) const;
  // Best effort: a full or read-only disk means that code is made again next time.
  void Store(const std::string& key, const StoredCode& code) const;

  // The user's: $XDG_CACHE_HOME/saiten/code, or ~/.cache/saiten/code; empty where there is no home.
  static std::string UserFolder();

 private:
  void Shrink() const;
  std::string PathOf(const std::string& key) const { return folder_ + "/" + key + ".code"; }

  std::string folder_;
  size_t most_bytes_;
};

}  // namespace saiten::jit
