#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace saiten::store {

// How the bytes of a text file stand for characters.
enum class Encoding : uint8_t { kUtf8, kShiftJis, kUtf16 };
std::string_view NameOf(Encoding encoding);

// A file, gzip-compressed or not, as a stream of UTF-8. A byte order mark is left out. Bytes that stand for no
// character become U+FFFD in Shift_JIS and UTF-16 (and are counted); in UTF-8 they are handed on as they are.
class ByteSource {
 public:
  // `encoding` is "utf-8", "shift_jis", "utf-16" or empty: then it is told by the mark or by the first bytes that are
  // not ASCII. kIo: no such file; kUsage: another encoding's name; kCorrupt: neither UTF-8 nor Shift_JIS.
  static Result<ByteSource> Open(const std::string& path, std::string_view encoding);

  // Appends more text to `*out`; false at the end of the file. kCorrupt: a broken gzip file.
  Result<bool> Read(std::string* out);

  Encoding encoding() const { return encoding_; }
  uint64_t bad_characters() const { return bad_; }

 private:
  struct CloseFile {
    void operator()(void* file) const;
  };
  struct CloseDecoder {
    void operator()(void* decoder) const;
  };
  Result<size_t> ReadBytes(char* to, size_t size);
  Result<Encoding> Detect();
  Status Rewind();
  void Decode(std::string* out, bool at_end);

  std::string path_;
  std::unique_ptr<void, CloseFile> file_;
  std::unique_ptr<void, CloseDecoder> decoder_;
  Encoding encoding_ = Encoding::kUtf8;
  bool at_start_ = true;
  std::string pending_;  // bytes that are not decoded yet
  uint64_t bad_ = 0;
};

}  // namespace saiten::store
