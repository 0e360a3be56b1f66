#pragma once

#include <compare>
#include <cstddef>
#include <iterator>

namespace saiten::rt {

// Goes through what `of[i]` gives by value for i from 0 on: an iterator for arrays that do not keep what they give.
template <typename Of>
class IndexIterator {
 public:
  using iterator_category = std::random_access_iterator_tag;
  using value_type = typename Of::value_type;
  using difference_type = ptrdiff_t;
  using pointer = const value_type*;
  using reference = value_type;

  IndexIterator() = default;
  IndexIterator(const Of* of, size_t at) : of_(of), at_(at) {}
  value_type operator*() const { return (*of_)[at_]; }
  value_type operator[](ptrdiff_t n) const { return *(*this + n); }
  IndexIterator& operator++() { return *this += 1; }
  IndexIterator operator++(int) { return {of_, at_++}; }
  IndexIterator& operator--() { return *this += -1; }
  IndexIterator operator--(int) { return {of_, at_--}; }
  IndexIterator& operator+=(ptrdiff_t n) {
    at_ = static_cast<size_t>(static_cast<ptrdiff_t>(at_) + n);
    return *this;
  }
  IndexIterator& operator-=(ptrdiff_t n) { return *this += -n; }
  friend IndexIterator operator+(IndexIterator i, ptrdiff_t n) { return i += n; }
  friend IndexIterator operator+(ptrdiff_t n, IndexIterator i) { return i += n; }
  friend IndexIterator operator-(IndexIterator i, ptrdiff_t n) { return i += -n; }
  friend ptrdiff_t operator-(IndexIterator a, IndexIterator b) {
    return static_cast<ptrdiff_t>(a.at_) - static_cast<ptrdiff_t>(b.at_);
  }
  friend bool operator==(IndexIterator a, IndexIterator b) { return a.at_ == b.at_; }
  friend auto operator<=>(IndexIterator a, IndexIterator b) { return a.at_ <=> b.at_; }

 private:
  const Of* of_ = nullptr;
  size_t at_ = 0;
};

}  // namespace saiten::rt
