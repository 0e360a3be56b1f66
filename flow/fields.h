#pragma once

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace saiten::flow {

// Names and values of what an action or a decision is about, in the order given. All of them lie in one text: millions
// of rows are made and thrown away.
class Fields {
 public:
  using Field = std::pair<std::string_view, std::string_view>;  // name and value

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Field;
    using difference_type = std::ptrdiff_t;
    using reference = Field;
    using pointer = void;

    Iterator() = default;
    explicit Iterator(const char* at) : at_(at) {}
    Field operator*() const { return {TextAt(at_), TextAt(Behind(at_))}; }
    Iterator& operator++() {
      at_ = Behind(Behind(at_));
      return *this;
    }
    Iterator operator++(int) {
      const Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    static uint32_t LengthAt(const char* at) {
      uint32_t length = 0;
      std::memcpy(&length, at, sizeof(length));
      return length;
    }
    static std::string_view TextAt(const char* at) { return {at + sizeof(uint32_t), LengthAt(at)}; }
    static const char* Behind(const char* at) { return at + sizeof(uint32_t) + LengthAt(at); }

    const char* at_ = nullptr;
  };

  Fields() = default;
  Fields(std::initializer_list<Field> fields) {
    for (const Field& field : fields) push_back(field);
  }

  void push_back(const Field& field) {
    if (bytes_.empty()) bytes_.reserve(kUsual);
    Append(field.first);
    Append(field.second);
  }
  bool empty() const { return bytes_.empty(); }
  Iterator begin() const { return Iterator(bytes_.data()); }
  Iterator end() const { return Iterator(bytes_.data() + bytes_.size()); }
  // The value of the first of that name; empty where there is none.
  std::string_view Find(std::string_view name) const {
    for (const auto& [each, value] : *this) {
      if (each == name) return value;
    }
    return {};
  }

 private:
  static constexpr size_t kUsual = 120;  // bytes of most rows

  void Append(std::string_view text) {
    const auto length = static_cast<uint32_t>(text.size());
    bytes_.append(reinterpret_cast<const char*>(&length), sizeof(length));
    bytes_.append(text);
  }

  std::string bytes_;  // of each name and value its length and then itself
};

}  // namespace saiten::flow
