#include <dlfcn.h>

#include <cstring>
#include <filesystem>
#include <string>

#include <fmt/format.h>

#include "base/words.h"
#include "driver/native.h"
#include "driver/native/build_mark.h"

namespace saiten::driver {
namespace {

constexpr char kLibrary[] = "saiten-native.so";

Error NotThere(const Text& why) {
  return Fail(ErrorKind::kRefused,
              {"machine code is made by saiten-native.so beside the program, which cannot be loaded: " + why.en,
               "機械語はプログラムの隣のsaiten-native.soが作りますが、読み込めません: " + why.ja},
              {"`--engine interp` needs no machine code", "`--engine interp`なら機械語は不要です"});
}

Result<const NativeApi*> Load() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return NotThere({"/proc is not there", "/procがありません"});
  const std::string path = (self.parent_path() / kLibrary).string();
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  const auto complaint = [] {
    const char* text = dlerror();
    return std::string(text != nullptr ? text : "?");
  };
  if (library == nullptr) {
    const std::string why = complaint();
    return NotThere({why, why});
  }
  auto* entry = reinterpret_cast<NativeEntry*>(dlsym(library, kNativeEntry));
  if (entry == nullptr) {
    const std::string why = complaint();
    return NotThere({why, why});
  }
  const NativeApi* api = entry();
  constexpr char kVersion[] = SAITEN_VERSION " build " SAITEN_BUILD_MARK;
  if (std::strcmp(api->version, kVersion) != 0) {
    const std::string version = api->version;
    return NotThere({fmt::format("it is of version {}, the program of {}", version, kVersion),
                     fmt::format("バージョンが{}で、プログラムの{}と異なります", version, kVersion)});
  }
  return api;
}

}  // namespace

Result<const NativeApi*> LoadNative() {
  static const Result<const NativeApi*> loaded = Load();  // for as long as the process lives
  return loaded;
}

}  // namespace saiten::driver
