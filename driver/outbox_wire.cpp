#include "driver/outbox_wire.h"

#include <dlfcn.h>

#include <filesystem>
#include <string>

#include "base/words.h"

namespace saiten::driver {
namespace {

constexpr char kLibrary[] = "saiten-outbox.so";

Error NotThere(const std::string& why) {
  return Fail(ErrorKind::kRefused,
              {"delivery needs saiten-outbox.so beside the program, which cannot be loaded: " + why,
               "送信にはプログラムの隣のsaiten-outbox.soが必要ですが、読み込めません: " + why},
              {"it needs libcurl and GMime: libcurl4, libgmime-3.0-0 in Debian",
               "libcurlとGMimeが必要です(Debianではlibcurl4とlibgmime-3.0-0)"});
}

}  // namespace

Result<std::unique_ptr<outbox::Wire>> LoadWire() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return NotThere("/proc");
  // Never unloaded: its objects live as long as the process.
  void* library = dlopen((self.parent_path() / kLibrary).c_str(), RTLD_NOW | RTLD_LOCAL);
  auto* entry = library == nullptr ? nullptr : reinterpret_cast<outbox::WireEntry*>(dlsym(library, outbox::kWireEntry));
  if (entry == nullptr) {
    const char* why = dlerror();
    return NotThere(why != nullptr ? why : "?");
  }
  return std::unique_ptr<outbox::Wire>(entry());
}

}  // namespace saiten::driver
