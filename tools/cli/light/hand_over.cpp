#include "tools/cli/hand_over.h"

#include <unistd.h>

#include <filesystem>

#include "driver/native.h"

namespace saiten::cli {
namespace {

char** g_argv = nullptr;

}  // namespace

void RememberCommandLine(char** argv) { g_argv = argv; }

void HandOver(const Context& context) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error || !g_argv) return;
  const std::string other = (self.parent_path() / "saiten-native").string();
  // -C has been followed already, so the other program starts from where it was given.
  if (context.Value("directory") && !context.ReturnToStart()) return;
  execv(other.c_str(), g_argv);
}

}  // namespace saiten::cli

namespace saiten::driver {

Result<const NativeApi*> LoadNative() {
  return Fail(ErrorKind::kRefused,
              {"machine code is made by saiten-native, which is not beside saiten",
               "機械語はsaiten-nativeが作りますが、saitenの隣にありません"},
              {"`--engine interp` needs no machine code", "`--engine interp`なら機械語は不要です"});
}

}  // namespace saiten::driver
