#include "runtime/text_store.h"

#include <utility>

#include "base/check.h"
#include "runtime/normalize.h"

namespace saiten::rt {

namespace {

uint32_t PoolOf(TextHandle handle) { return static_cast<uint32_t>(static_cast<uint64_t>(handle) >> 32); }
int32_t CodeOf(TextHandle handle) { return static_cast<int32_t>(handle & 0xFFFFFFFF); }

}  // namespace

std::string_view TextStore::View(TextHandle handle) const {
  const int32_t code = CodeOf(handle);
  if (PoolOf(handle) == kScratchPool) return made_[static_cast<size_t>(code)].text;
  return pools_[PoolOf(handle)]->View(code);
}

std::string_view TextStore::Nfkc(TextHandle handle) const {
  const int32_t code = CodeOf(handle);
  if (PoolOf(handle) != kScratchPool) return pools_[PoolOf(handle)]->NfkcView(code);
  const Made& made = made_[static_cast<size_t>(code)];
  return made.differs ? made.nfkc : made.text;
}

TextHandle TextStore::Make(std::string text) {
  SAITEN_CHECK(made_.size() < 0x7fffffff);
  Made made{std::move(text), {}, false};
  if (!SurelyNfkc(made.text)) {
    made.nfkc = rt::Nfkc(made.text);
    made.differs = made.nfkc != made.text;
  }
  made_.push_back(std::move(made));
  return MakeTextHandle(kScratchPool, static_cast<int32_t>(made_.size() - 1));
}

}  // namespace saiten::rt
