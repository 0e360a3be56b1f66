#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace saiten::store {

// Small things one behind the other: numbers of 8 bytes, texts with their length in front.
class ByteWriter {
 public:
  void Number(uint64_t number) { bytes_.append(reinterpret_cast<const char*>(&number), sizeof number); }
  void Signed(int64_t number) { Number(static_cast<uint64_t>(number)); }
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

// Reads them again. What is not there is 0 or empty, and ok() tells so at the end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : left_(bytes) {}

  uint64_t Number() {
    uint64_t number = 0;
    const std::string_view bytes = Take(sizeof number);
    if (ok_) std::memcpy(&number, bytes.data(), sizeof number);
    return number;
  }
  int64_t Signed() { return static_cast<int64_t>(Number()); }
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

}  // namespace saiten::store
