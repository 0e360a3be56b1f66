#include "runtime/string_pool.h"

#include <cstring>
#include <limits>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/check.h"
#include "runtime/normalize.h"

namespace saiten::rt {

namespace {

constexpr int32_t kItself = -1;
constexpr size_t kFirstChunk = 4'096;
constexpr size_t kLargestChunk = size_t{1} << 20;
constexpr size_t kFirstSlots = 16;

uint32_t HashOf(std::string_view text) {
  const uint64_t hash = XXH3_64bits(text.data(), text.size());
  return static_cast<uint32_t>(hash ^ hash >> 32);
}

// A free place for a text that is in no slot yet.
void Place(std::span<PoolSlot> slots, PoolSlot slot) {
  const size_t mask = slots.size() - 1;
  size_t at = slot.hash & mask;
  while (slots[at].code >= 0) at = (at + 1) & mask;
  slots[at] = slot;
}

}  // namespace

StringPool::StringPool(PoolImage image)
    : image_(std::move(image)), first_(static_cast<int32_t>(image_.texts.size())), prepared_(first_) {}

std::string_view StringPool::View(int32_t code) const {
  if (code < first_) return image_.texts[static_cast<size_t>(code)];
  const char* stored = texts_[static_cast<size_t>(code - first_)];
  uint32_t length = 0;
  std::memcpy(&length, stored, sizeof length);
  return {stored + sizeof length, length};
}

size_t StringPool::FindSlot(std::span<const PoolSlot> slots, std::string_view text, uint32_t hash) const {
  const size_t mask = slots.size() - 1;
  size_t at = hash & mask;
  while (slots[at].code >= 0 && (slots[at].hash != hash || View(slots[at].code) != text)) at = (at + 1) & mask;
  return at;
}

int32_t StringPool::FindInImage(std::string_view text, uint32_t hash) const {
  return image_.slots.empty() ? -1 : image_.slots[FindSlot(image_.slots, text, hash)].code;
}

int32_t StringPool::Find(std::string_view text) const {
  const uint32_t hash = HashOf(text);
  if (const int32_t code = FindInImage(text, hash); code >= 0) return code;
  return slots_.empty() ? -1 : slots_[FindSlot(slots_, text, hash)].code;
}

int32_t StringPool::Intern(std::string_view text) {
  const uint32_t hash = HashOf(text);
  if (const int32_t code = FindInImage(text, hash); code >= 0) return code;
  if ((texts_.size() + 1) * 4 > slots_.size() * 3) Grow();
  PoolSlot& slot = slots_[FindSlot(slots_, text, hash)];
  if (slot.code >= 0) return slot.code;
  SAITEN_CHECK(size() < std::numeric_limits<int32_t>::max());
  texts_.push_back(Store(text));
  slot = {hash, size() - 1};
  return slot.code;
}

void StringPool::Grow() {
  std::vector<PoolSlot> old(slots_.empty() ? kFirstSlots : slots_.size() * 2);
  old.swap(slots_);
  // All codes differ, so the texts need not be touched: the first free slot is the place.
  for (const PoolSlot& slot : old) {
    if (slot.code >= 0) Place(slots_, slot);
  }
}

PoolImage StringPool::Image() const {
  SAITEN_CHECK(prepared_ == size());
  if (texts_.empty() && first_ > 0) return image_;
  std::vector<uint64_t> offsets = {0};
  offsets.reserve(static_cast<size_t>(size()) + 1);
  size_t bytes = 0;
  for (int32_t code = 0; code < size(); ++code) offsets.push_back(bytes += View(code).size());
  std::vector<char> texts;
  texts.reserve(bytes);
  for (int32_t code = 0; code < size(); ++code) {
    const std::string_view text = View(code);
    texts.insert(texts.end(), text.begin(), text.end());
  }
  std::vector<PoolSlot> slots = slots_;
  if (first_ > 0) {
    size_t places = std::max(slots_.size(), image_.slots.size());
    while (static_cast<size_t>(size()) * 4 > places * 3) places *= 2;
    slots.assign(places, {});
    for (const PoolSlot& slot : image_.slots) {
      if (slot.code >= 0) Place(slots, slot);
    }
    for (const PoolSlot& slot : slots_) {
      if (slot.code >= 0) Place(slots, slot);
    }
  }
  std::vector<int32_t> nfkc(image_.nfkc.begin(), image_.nfkc.end());
  if (!nfkc_.empty()) {
    nfkc.resize(static_cast<size_t>(first_), kItself);
    nfkc.insert(nfkc.end(), nfkc_.begin(), nfkc_.end());
  }
  return {{std::move(offsets), std::move(texts)}, std::move(slots), std::move(nfkc)};
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
    const auto index = static_cast<size_t>(code - first_);
    if (nfkc_.size() <= index) nfkc_.resize(index + 1, kItself);
    nfkc_[index] = form;
  }
  return form;
}

void StringPool::PrepareNfkc() {
  // Forms added on the way are their own forms, which the loop then finds.
  for (; prepared_ < size(); ++prepared_) NfkcCodeOf(prepared_);
}

int32_t StringPool::NfkcCode(int32_t code) const {
  const bool of_image = code < first_;
  const std::span<const int32_t> nfkc = of_image ? std::span<const int32_t>(image_.nfkc) : nfkc_;
  const auto index = static_cast<size_t>(of_image ? code : code - first_);
  return index >= nfkc.size() || nfkc[index] == kItself ? code : nfkc[index];
}

size_t StringPool::MemoryBytes() const {
  return chunk_bytes_ + texts_.capacity() * sizeof(char*) + slots_.capacity() * sizeof(PoolSlot) +
         nfkc_.capacity() * sizeof(int32_t);
}

}  // namespace saiten::rt
