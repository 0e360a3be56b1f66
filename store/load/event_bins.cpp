#include "store/load/event_bins.h"

#include <sys/mman.h>

#include <algorithm>

#include "base/check.h"
#include "base/memory_limit.h"

namespace saiten::store {
namespace {

constexpr size_t kMostBins = 256;
constexpr size_t kPage = 4096;
// The first block of a bin, and the largest one.
constexpr size_t kFirstBlock = kPage;
constexpr size_t kLargestBlock = 16 * kPage;
constexpr size_t kFirstArea = 2 * kLargestBlock;
constexpr size_t kLargestArea = size_t{4} << 20;

template <typename T>
void StoreAt(std::byte* at, T value) {
  std::memcpy(at, &value, sizeof value);
}

}  // namespace

BinShape::BinShape(size_t owners) : owners_(static_cast<uint32_t>(owners)) {
  const size_t last = owners == 0 ? 0 : owners - 1;
  while ((last >> shift_) >= kMostBins) ++shift_;
  bins_ = (last >> shift_) + 1;
}

EventBins::EventBins(const BinShape& shape, size_t columns) : shape_(shape), bins_(shape.bins()) {
  auto format = std::make_unique<Format>();
  format->bytes = kTimeAt + sizeof(uint32_t);
  for (size_t i = 0; i < columns; ++i) {
    format->widths.push_back(rt::Width::k1);
    format->offsets.push_back(format->bytes++);
  }
  format_ = format.get();
  formats_.push_back(std::move(format));
}

EventBins::~EventBins() {
  for (const auto& [bytes, size] : areas_) munmap(bytes, size);
}

std::byte* EventBins::Add(uint32_t owner, int64_t time, std::span<const int64_t> values) {
  bool fits = !format_->seconds || rt::Times::IsSecond(time);
  for (size_t i = 0; i < values.size(); ++i) {
    const int64_t unknown = rt::UnknownOf(format_->widths[i]);
    fits = fits && (values[i] == kUnknown || (values[i] > unknown && values[i] <= -(unknown + 1)));
  }
  if (!fits) Widen(time, values);
  Bin& bin = bins_[shape_.BinOf(owner)];
  Block* block = bin.blocks.empty() ? nullptr : &bin.blocks.back();
  if (block == nullptr || block->format != format_ || block->room - block->used < format_->bytes) {
    block = &NewBlock(bin);
  }
  std::byte* const record = block->bytes + block->used;
  block->used += format_->bytes;
  ++bin.kept;
  StoreAt(record, owner);
  if (format_->seconds) {
    StoreAt(record + kTimeAt, rt::Times::SecondOf(time));
  } else {
    StoreAt(record + kTimeAt, time);
  }
  for (size_t i = 0; i < values.size(); ++i) {
    std::byte* const at = record + format_->offsets[i];
    const int64_t value = values[i] == kUnknown ? rt::UnknownOf(format_->widths[i]) : values[i];
    switch (format_->widths[i]) {
      case rt::Width::kBit:
        SAITEN_UNREACHABLE("a field as bits");
      case rt::Width::k1:
        StoreAt(at, static_cast<int8_t>(value));
        break;
      case rt::Width::k2:
        StoreAt(at, static_cast<int16_t>(value));
        break;
      case rt::Width::k4:
        StoreAt(at, static_cast<int32_t>(value));
        break;
      case rt::Width::k8:
        StoreAt(at, value);
        break;
    }
  }
  return record;
}

void EventBins::Drop(std::byte* record) {
  const uint32_t owner = OwnerOf(record);
  if (owner == KeyMap::kNone) return;
  --bins_[shape_.BinOf(owner)].kept;
  StoreAt(record, KeyMap::kNone);
}

void EventBins::Widen(int64_t time, std::span<const int64_t> values) {
  auto wider = std::make_unique<Format>(*format_);
  wider->seconds = wider->seconds && rt::Times::IsSecond(time);
  wider->bytes = kTimeAt + (wider->seconds ? sizeof(uint32_t) : sizeof(int64_t));
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] != kUnknown) {
      wider->widths[i] = std::max(wider->widths[i], rt::WidthFor(values[i], values[i]));
    }
    wider->offsets[i] = wider->bytes;
    wider->bytes += static_cast<uint32_t>(rt::BytesOf(wider->widths[i]));
  }
  SAITEN_CHECK(wider->bytes <= kFirstBlock);
  format_ = wider.get();
  formats_.push_back(std::move(wider));
}

EventBins::Block& EventBins::NewBlock(Bin& bin) {
  const size_t bytes = bin.blocks.empty() ? kFirstBlock : std::min(bin.blocks.back().room * 4, kLargestBlock);
  return bin.blocks.emplace_back(Block{.format = format_, .bytes = TakeMemory(bytes), .room = bytes});
}

std::byte* EventBins::TakeMemory(size_t bytes) {
  if (areas_.empty() || areas_.back().second - area_used_ < bytes) {
    const size_t size = areas_.empty() ? kFirstArea : std::min(areas_.back().second * 2, kLargestArea);
    void* const made = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (made == MAP_FAILED) EndForNoMemory();
    areas_.emplace_back(static_cast<std::byte*>(made), size);
    area_used_ = 0;
  }
  std::byte* const taken = areas_.back().first + area_used_;
  area_used_ += bytes;
  return taken;
}

void EventBins::Free(size_t bin) {
  for (const Block& block : bins_[bin].blocks) madvise(block.bytes, block.room, MADV_DONTNEED);
  bins_[bin].blocks = {};
}

}  // namespace saiten::store
