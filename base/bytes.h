#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

// Values one behind the other as bytes, for files that only this machine reads: numbers as they lie in memory, texts
// with their length in front.
namespace saiten {

class ByteWriter {
 public:
  template <typename T>
  void Value(T value) {
    static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void Number(uint64_t number) { Value(number); }
  void Signed(int64_t number) { Value(number); }
  void Text(std::string_view text) {
    Number(text.size());
    bytes_.append(text);
  }
  void Flags(const std::vector<bool>& flags) {
    Number(flags.size());
    for (const bool flag : flags) bytes_.push_back(flag ? 1 : 0);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// Reads them again. What is not there is 0 or empty, and ok() tells so at the end. Texts are views of the bytes.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : left_(bytes) {}

  template <typename T>
  T Value() {
    T value{};
    const std::string_view bytes = Take(sizeof value);
    if (ok_) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  uint64_t Number() { return Value<uint64_t>(); }
  int64_t Signed() { return Value<int64_t>(); }
  std::string_view Text() { return Take(Number()); }
  std::vector<bool> Flags() {
    std::vector<bool> flags;
    for (const char flag : Take(Number())) flags.push_back(flag != 0);
    return flags;
  }
  // A number of things that each take a byte at least.
  size_t Count() {
    const uint64_t count = Number();
    if (count > left_.size()) ok_ = false;
    return ok_ ? static_cast<size_t>(count) : 0;
  }
  bool ok() const { return ok_; }
  bool at_end() const { return left_.empty(); }

 private:
  std::string_view Take(uint64_t size) {
    if (size > left_.size()) ok_ = false;
    if (!ok_) return {};
    const std::string_view bytes = left_.substr(0, size);
    left_.remove_prefix(size);
    return bytes;
  }
  std::string_view left_;
  bool ok_ = true;
};

}  // namespace saiten
