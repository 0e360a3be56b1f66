#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "runtime/array.h"
#include "runtime/index_iterator.h"

namespace saiten::rt {

// Instants, mostly of events: UTC microseconds where they are read. They are kept as whole seconds in four bytes where
// all of them are such from 1970 on up to 2106, as those of most data are, and else as microseconds in eight: half of
// what is read of a history are its times.
class Times {
 public:
  using value_type = int64_t;
  using iterator = IndexIterator<Times>;
  using const_iterator = iterator;

  static constexpr int64_t kSecond = 1'000'000;        // microseconds
  static constexpr uint32_t kLastSecond = 0xfffffffe;  // so that one behind it is a number too

  Times() = default;
  // Takes the vector over where its values need eight bytes. Not explicit: times are what a finished vector becomes.
  Times(std::vector<int64_t>&& micros);  // NOLINT(google-explicit-constructor): as said
  Times(std::initializer_list<int64_t> micros) : Times(std::vector<int64_t>(micros)) {}
  explicit Times(Array<uint32_t> seconds) : seconds_(std::move(seconds)) {}
  explicit Times(Array<int64_t> micros) : in_seconds_(false), micros_(std::move(micros)) {}

  static bool IsSecond(int64_t micros) {
    return micros >= 0 && micros <= int64_t{kLastSecond} * kSecond && micros % kSecond == 0;
  }
  static uint32_t SecondOf(int64_t micros) { return static_cast<uint32_t>(micros / kSecond); }

  size_t size() const { return in_seconds() ? seconds_.size() : micros_.size(); }
  bool empty() const { return size() == 0; }
  int64_t operator[](size_t at) const { return in_seconds() ? int64_t{seconds_[at]} * kSecond : micros_[at]; }
  iterator begin() const { return {this, 0}; }
  iterator end() const { return {this, size()}; }

  // How they are kept: in `seconds`, or in `micros`; the other one is empty.
  bool in_seconds() const { return in_seconds_; }
  const Array<uint32_t>& seconds() const { return seconds_; }
  const Array<int64_t>& micros() const { return micros_; }

  friend bool operator==(const Times& a, const Times& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }
  friend bool operator==(const Times& a, const std::vector<int64_t>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  bool in_seconds_ = true;
  Array<uint32_t> seconds_;
  Array<int64_t> micros_;
};

// Collects times, in seconds for as long as they are.
class TimesBuilder {
 public:
  void Reserve(size_t size) { in_seconds_ ? seconds_.reserve(size) : micros_.reserve(size); }
  void Append(int64_t micros) {
    if (in_seconds_ && !Times::IsSecond(micros)) Widen();
    in_seconds_ ? seconds_.push_back(Times::SecondOf(micros)) : micros_.push_back(micros);
  }
  size_t size() const { return in_seconds_ ? seconds_.size() : micros_.size(); }
  Times Finish();

 private:
  void Widen();

  bool in_seconds_ = true;
  std::vector<uint32_t> seconds_;
  std::vector<int64_t> micros_;
};

// Those at these places, in this order, kept as they were.
Times Gather(const Times& times, const std::vector<uint32_t>& order);

}  // namespace saiten::rt
