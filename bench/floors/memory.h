#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

// Memory as a benchmark wants it: aligned to cache lines, in large pages where the system gives them.
namespace saiten::bench {

template <typename T>
class Array {
 public:
  Array() = default;
  explicit Array(size_t size) : size_(size) {
    // 64 entries more, so that a loop may read and write whole steps.
    const size_t bytes = ((size + 64) * sizeof(T) + kPage - 1) / kPage * kPage;
    data_.reset(static_cast<T*>(std::aligned_alloc(kPage, bytes)));
    if (data_ == nullptr) throw std::bad_alloc();
    madvise(data_.get(), bytes, MADV_HUGEPAGE);
    for (size_t i = 0; i < bytes / sizeof(T); ++i) data_.get()[i] = T{};
  }

  size_t size() const { return size_; }
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  T& operator[](size_t i) { return data_.get()[i]; }
  const T& operator[](size_t i) const { return data_.get()[i]; }

 private:
  static constexpr size_t kPage = 1 << 21;
  struct Free {
    void operator()(T* data) const { std::free(data); }
  };
  size_t size_ = 0;
  std::unique_ptr<T, Free> data_;
};

}  // namespace saiten::bench
