#include "store/import/byte_source.h"

#include <fmt/format.h>
#include <iconv.h>
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "runtime/utf8.h"
#include "store/messages.h"

namespace saiten::store {
namespace {

constexpr size_t kChunk = size_t{1} << 18;
constexpr std::string_view kMark = "\xEF\xBB\xBF";

gzFile FileOf(void* file) { return static_cast<gzFile>(file); }

const char* IconvName(Encoding encoding) {
  switch (encoding) {
    case Encoding::kUtf8:
      return "UTF-8";
    // What Windows calls Shift_JIS has more characters (①, 髙, NEC and IBM extensions), and files come from there.
    case Encoding::kShiftJis:
      return "CP932";
    case Encoding::kUtf16:
      return "UTF-16";
  }
  SAITEN_UNREACHABLE("Encoding");
}

// True if all of `bytes` are characters of that encoding; one that is cut off at the end does not count.
bool Decodes(std::string_view bytes, Encoding encoding) {
  iconv_t decoder = iconv_open("UTF-8", IconvName(encoding));
  if (decoder == reinterpret_cast<iconv_t>(-1)) return false;
  std::string out(bytes.size() * 4 + 16, '\0');
  char* from = const_cast<char*>(bytes.data());
  size_t left = bytes.size();
  char* to = out.data();
  size_t room = out.size();
  const size_t result = iconv(decoder, &from, &left, &to, &room);
  const bool fine = result != static_cast<size_t>(-1) || errno == EINVAL;
  iconv_close(decoder);
  return fine;
}

std::string AsciiLower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

}  // namespace

std::string_view NameOf(Encoding encoding) {
  switch (encoding) {
    case Encoding::kUtf8:
      return "UTF-8";
    case Encoding::kShiftJis:
      return "Shift_JIS";
    case Encoding::kUtf16:
      return "UTF-16";
  }
  SAITEN_UNREACHABLE("Encoding");
}

void ByteSource::CloseFile::operator()(void* file) const { gzclose_r(FileOf(file)); }
void ByteSource::CloseDecoder::operator()(void* decoder) const { iconv_close(decoder); }

Result<ByteSource> ByteSource::Open(const std::string& path, std::string_view encoding) {
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) {
    return Fail(Failure::kCannotRead, {path, SystemReason(errno)});
  }
  if (S_ISDIR(info.st_mode)) return Fail(Failure::kFileIsFolder, {path});
  ByteSource source;
  source.path_ = path;
  source.file_.reset(gzopen(path.c_str(), "rb"));
  if (source.file_ == nullptr) {
    return Fail(Failure::kCannotRead, {path, SystemReason(errno)});
  }
  gzbuffer(FileOf(source.file_.get()), 1 << 17);
  const std::string name = AsciiLower(encoding);
  if (name.empty()) {
    SAITEN_ASSIGN_OR_RETURN(source.encoding_, source.Detect());
    SAITEN_RETURN_IF_ERROR(source.Rewind());
  } else if (name == "utf-8" || name == "utf8") {
    source.encoding_ = Encoding::kUtf8;
  } else if (name == "shift_jis" || name == "shift-jis" || name == "sjis" || name == "cp932" || name == "windows-31j") {
    source.encoding_ = Encoding::kShiftJis;
  } else if (name == "utf-16" || name == "utf16") {
    source.encoding_ = Encoding::kUtf16;
  } else {
    return Fail(Failure::kNoEncoding, {encoding});
  }
  if (source.encoding_ != Encoding::kUtf8) {
    iconv_t decoder = iconv_open("UTF-8", IconvName(source.encoding_));
    if (decoder == reinterpret_cast<iconv_t>(-1)) {
      return Fail(Failure::kEncodingNotHere, {NameOf(source.encoding_)});
    }
    source.decoder_.reset(decoder);
  }
  return source;
}

Result<size_t> ByteSource::ReadBytes(char* to, size_t size) {
  const int got = gzread(FileOf(file_.get()), to, static_cast<unsigned>(size));
  int code = Z_OK;
  const char* message = gzerror(FileOf(file_.get()), &code);
  if (got >= 0 && code == Z_OK) return static_cast<size_t>(got);
  if (code == Z_ERRNO) {
    return Fail(Failure::kReadFailed, {path_, SystemReason(errno)});
  }
  // A file that ends in the middle of the compressed data is told by Z_BUF_ERROR together with the last good bytes.
  std::string_view why = message;
  if (why.starts_with(path_ + ": ")) why.remove_prefix(path_.size() + 2);
  return Fail(Failure::kFileDamaged, {path_, why});
}

Result<Encoding> ByteSource::Detect() {
  std::string sample;
  while (true) {
    const size_t before = sample.size();
    sample.resize(before + kChunk);
    SAITEN_ASSIGN_OR_RETURN(const size_t got, ReadBytes(sample.data() + before, kChunk));
    sample.resize(before + got);
    if (sample.starts_with("\xFF\xFE") || sample.starts_with("\xFE\xFF")) return Encoding::kUtf16;
    if (sample.starts_with(kMark)) return Encoding::kUtf8;
    const bool ascii = rt::IsAscii(sample);
    if (ascii && got == 0) return Encoding::kUtf8;
    if (ascii) {
      sample.clear();
      continue;
    }
    // A little more than the first strange byte tells the two apart; a character may be cut off at the end.
    if (got != 0 && sample.size() < 2 * kChunk) continue;
    const size_t bad = rt::FirstBadByte(sample);
    if (bad == std::string::npos || (got != 0 && bad + 4 > sample.size())) return Encoding::kUtf8;
    if (Decodes(sample, Encoding::kShiftJis)) return Encoding::kShiftJis;
    return Fail(Failure::kUnknownEncoding, {path_});
  }
}

Status ByteSource::Rewind() {
  if (gzrewind(FileOf(file_.get())) == 0) return {};
  return Fail(Failure::kCannotReadTwice, {path_});
}

Result<bool> ByteSource::Read(std::string* out) {
  const size_t before = pending_.size();
  pending_.resize(before + kChunk);
  SAITEN_ASSIGN_OR_RETURN(const size_t got, ReadBytes(pending_.data() + before, kChunk));
  pending_.resize(before + got);
  if (encoding_ != Encoding::kUtf8) {
    Decode(out, got == 0);
    return got != 0;
  }
  std::string_view bytes = pending_;
  if (at_start_ && bytes.starts_with(kMark)) bytes.remove_prefix(kMark.size());
  at_start_ = false;
  out->append(bytes);
  pending_.clear();
  return got != 0;
}

void ByteSource::Decode(std::string* out, bool at_end) {
  char* from = pending_.data();
  size_t left = pending_.size();
  char buffer[1 << 14];
  while (left > 0) {
    char* to = buffer;
    size_t room = sizeof buffer;
    const size_t result = iconv(decoder_.get(), &from, &left, &to, &room);
    const int why = errno;
    out->append(buffer, sizeof buffer - room);
    if (result != static_cast<size_t>(-1) || why == E2BIG) continue;
    if (why == EINVAL && !at_end) break;  // the rest of the character comes with the next bytes
    rt::AppendUtf8(out, rt::kReplacement);
    ++bad_;
    ++from;
    --left;
  }
  pending_.erase(0, pending_.size() - left);
}

}  // namespace saiten::store
