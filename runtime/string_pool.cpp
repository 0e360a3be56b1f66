#include "runtime/string_pool.h"

#include <cstring>
#include <functional>
#include <limits>

#include "base/check.h"
#include "runtime/normalize.h"

namespace saiten::rt {

namespace {

constexpr int32_t kItself = -1;
constexpr size_t kFirstChunk = 4'096;
constexpr size_t kLargestChunk = size_t{1} << 20;
constexpr size_t kFirstSlots = 16;

uint32_t HashOf(std::string_view text) {
  const uint64_t hash = std::hash<std::string_view>()(text);
  return static_cast<uint32_t>(hash ^ hash >> 32);
}

}  // namespace

std::string_view StringPool::View(int32_t code) const {
  const char* stored = texts_[static_cast<size_t>(code)];
  uint32_t length = 0;
  std::memcpy(&length, stored, sizeof length);
  return {stored + sizeof length, length};
}

size_t StringPool::FindSlot(std::string_view text, uint32_t hash) const {
  const size_t mask = slots_.size() - 1;
  size_t at = hash & mask;
  while (slots_[at].code >= 0 && (slots_[at].hash != hash || View(slots_[at].code) != text)) at = (at + 1) & mask;
  return at;
}

int32_t StringPool::Find(std::string_view text) const {
  return slots_.empty() ? -1 : slots_[FindSlot(text, HashOf(text))].code;
}

int32_t StringPool::Intern(std::string_view text) {
  if ((texts_.size() + 1) * 4 > slots_.size() * 3) Grow();
  const uint32_t hash = HashOf(text);
  Slot& slot = slots_[FindSlot(text, hash)];
  if (slot.code >= 0) return slot.code;
  SAITEN_CHECK(texts_.size() < static_cast<size_t>(std::numeric_limits<int32_t>::max()));
  texts_.push_back(Store(text));
  slot = {hash, static_cast<int32_t>(texts_.size() - 1)};
  return slot.code;
}

void StringPool::Grow() {
  std::vector<Slot> old(slots_.empty() ? kFirstSlots : slots_.size() * 2);
  old.swap(slots_);
  const size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.code < 0) continue;
    // All codes differ, so the texts need not be touched: the first free slot is the place.
    size_t at = slot.hash & mask;
    while (slots_[at].code >= 0) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

const char* StringPool::Store(std::string_view text) {
  SAITEN_CHECK(text.size() <= std::numeric_limits<uint32_t>::max());
  const size_t needed = sizeof(uint32_t) + text.size();
  char* place = nullptr;
  if (needed > kLargestChunk / 4) {
    // A huge text gets a chunk of its own, put before the one in use, which keeps its room.
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(needed));
    place = chunks_.back().get();
    chunk_bytes_ += needed;
    if (chunks_.size() > 1) std::swap(chunks_[chunks_.size() - 1], chunks_[chunks_.size() - 2]);
  } else {
    if (chunk_size_ - chunk_used_ < needed) {
      size_t size = chunk_size_ == 0 ? kFirstChunk : std::min(chunk_size_ * 2, kLargestChunk);
      while (size < needed) size *= 2;
      chunks_.push_back(std::make_unique_for_overwrite<char[]>(size));
      chunk_size_ = size;
      chunk_used_ = 0;
      chunk_bytes_ += size;
    }
    place = chunks_.back().get() + chunk_used_;
    chunk_used_ += needed;
  }
  const auto length = static_cast<uint32_t>(text.size());
  std::memcpy(place, &length, sizeof length);
  if (!text.empty()) std::memcpy(place + sizeof length, text.data(), text.size());
  return place;
}

int32_t StringPool::NfkcCodeOf(int32_t code) {
  if (const int32_t known = NfkcCode(code); known != code || code < prepared_) return known;
  const std::string_view text = View(code);
  if (SurelyNfkc(text)) return code;
  const int32_t form = Intern(Nfkc(text));
  if (form != code) {
    if (nfkc_.size() <= static_cast<size_t>(code)) nfkc_.resize(static_cast<size_t>(code) + 1, kItself);
    nfkc_[static_cast<size_t>(code)] = form;
  }
  return form;
}

void StringPool::PrepareNfkc() {
  // Forms added on the way are their own forms, which the loop then finds.
  for (; prepared_ < size(); ++prepared_) NfkcCodeOf(prepared_);
}

int32_t StringPool::NfkcCode(int32_t code) const {
  const auto index = static_cast<size_t>(code);
  return index >= nfkc_.size() || nfkc_[index] == kItself ? code : nfkc_[index];
}

size_t StringPool::MemoryBytes() const {
  return chunk_bytes_ + texts_.capacity() * sizeof(char*) + slots_.capacity() * sizeof(Slot) +
         nfkc_.capacity() * sizeof(int32_t);
}

}  // namespace saiten::rt
