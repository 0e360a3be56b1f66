#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/text_array.h"

namespace saiten::rt {

// A place of a pool's hash table.
struct PoolSlot {
  uint32_t hash = 0;
  int32_t code = -1;  // -1: free
};

// A pool laid out flat, as it can lie in a file: the same bytes on every machine of one byte order.
struct PoolImage {
  TextArray texts;        // by code
  Array<PoolSlot> slots;  // open addressing, a power of two, at most three quarters full
  Array<int32_t> nfkc;    // by code, -1 for a text that is its own NFKC form; only as long as needed
};

// An append-only dictionary of texts: each distinct byte sequence has one code 0, 1, 2 ... in order of arrival. Views
// stay valid as long as the pool lives. One thread may add; once nobody adds and PrepareNfkc has run, any number of
// threads may read.
class StringPool {
 public:
  StringPool() = default;
  // Over an image, whose texts keep their codes; more can be added behind them. The image is of a prepared pool.
  explicit StringPool(PoolImage image);
  StringPool(StringPool&&) = default;
  StringPool& operator=(StringPool&&) = default;

  // The code of `text`, which is added if it is new. At most 2^31 - 1 texts of less than 4 GiB each.
  int32_t Intern(std::string_view text);

  // The code of `text`, or -1 if it was never added.
  int32_t Find(std::string_view text) const;

  std::string_view View(int32_t code) const;
  int32_t size() const { return first_ + static_cast<int32_t>(texts_.size()); }
  // The pool laid out flat; after PrepareNfkc. One that nothing was added to since it was made over an image gives
  // that.
  PoolImage Image() const;

  // The code of the text's NFKC form, which is added if it is new: two texts compare as equal (sem N3a) exactly when
  // these are equal. NfkcCodeOf works it out when first asked, PrepareNfkc for all texts at once.
  int32_t NfkcCodeOf(int32_t code);
  void PrepareNfkc();

  // The same for readers, after PrepareNfkc.
  int32_t NfkcCode(int32_t code) const;
  std::string_view NfkcView(int32_t code) const { return View(NfkcCode(code)); }

  // Bytes of memory held, for reports.
  size_t MemoryBytes() const;

 private:
  size_t FindSlot(std::span<const PoolSlot> slots, std::string_view text, uint32_t hash) const;
  int32_t FindInImage(std::string_view text, uint32_t hash) const;
  void Grow();
  const char* Store(std::string_view text);

  PoolImage image_;    // codes below first_; everything else here is of those from first_ on
  int32_t first_ = 0;  // texts of the image
  std::vector<std::unique_ptr<char[]>> chunks_;
  size_t chunk_size_ = 0;
  size_t chunk_used_ = 0;
  size_t chunk_bytes_ = 0;
  // Each text is stored as its length (4 bytes) and its bytes; 8 bytes a text here instead of 16 for a view.
  std::vector<const char*> texts_;
  std::vector<PoolSlot> slots_;  // as in an image
  // By code less first_, as in an image; empty for most columns.
  std::vector<int32_t> nfkc_;
  int32_t prepared_ = 0;  // texts below are worked out
};

}  // namespace saiten::rt
