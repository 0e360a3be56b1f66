#include "runtime/zone_file.h"

#include <cstdlib>

namespace saiten::rt {

namespace {

// A big-endian reader that never leaves its bytes: past the end it reads zeros and remembers it.
struct ByteReader {
  std::string_view bytes;
  size_t at = 0;
  bool sound = true;

  int64_t Signed(size_t width) {
    if (bytes.size() - at < width) {
      sound = false;
      return 0;
    }
    uint64_t value = (static_cast<unsigned char>(bytes[at]) & 0x80) != 0 ? ~uint64_t{0} : 0;
    for (size_t i = 0; i < width; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    at += width;
    return static_cast<int64_t>(value);
  }
  void Skip(size_t count) {
    sound = sound && bytes.size() - at >= count;
    if (sound) at += count;
  }
};

// The six counts of a TZif header.
struct Header {
  char version = 0;
  size_t universal = 0, standard = 0, leaps = 0, times = 0, types = 0, chars = 0;

  size_t BodySize(size_t time_width) const {
    return times * time_width + times + types * 6 + chars + leaps * (time_width + 4) + standard + universal;
  }
};

bool ReadHeader(ByteReader* in, Header* header) {
  if (in->bytes.size() - in->at < 44 || in->bytes.substr(in->at, 4) != "TZif") return false;
  header->version = in->bytes[in->at + 4];
  in->Skip(20);
  for (size_t* count :
       {&header->universal, &header->standard, &header->leaps, &header->times, &header->types, &header->chars}) {
    const int64_t value = in->Signed(4);
    if (value < 0) return false;
    *count = static_cast<size_t>(value);
  }
  return header->types > 0 && header->types <= 256;
}

}  // namespace

std::optional<ZoneFile> ZoneFile::Parse(std::string_view bytes) {
  ByteReader in{bytes};
  Header header;
  if (!ReadHeader(&in, &header) || header.version < '2') return std::nullopt;
  in.Skip(header.BodySize(4));  // the 32-bit part that stands first for old readers
  if (!in.sound || !ReadHeader(&in, &header) || bytes.size() - in.at < header.BodySize(8)) return std::nullopt;
  // Zone files with leap seconds count another time than everyone's databases do.
  if (header.leaps != 0) return std::nullopt;

  ZoneFile file;
  file.changes.resize(header.times);
  for (Change& change : file.changes) change.at = in.Signed(8);
  std::vector<uint8_t> type_of(header.times);
  for (uint8_t& type : type_of) type = static_cast<uint8_t>(in.Signed(1));
  std::vector<int64_t> offset_of(header.types);
  for (int64_t& offset : offset_of) {
    offset = in.Signed(4);
    in.Skip(2);
  }
  file.first_offset = offset_of[0];
  for (size_t i = 0; i < file.changes.size(); ++i) {
    if (type_of[i] >= header.types || (i > 0 && file.changes[i].at <= file.changes[i - 1].at)) return std::nullopt;
    file.changes[i].offset = offset_of[type_of[i]];
  }
  in.Skip(header.chars + header.standard + header.universal);
  for (int64_t offset : offset_of) {
    if (offset <= -26 * 3600 || offset >= 26 * 3600) return std::nullopt;
  }

  const std::string_view footer = in.sound ? bytes.substr(in.at) : std::string_view();
  if (footer.size() < 2 || footer.front() != '\n' || footer.find('\n', 1) == std::string_view::npos)
    return std::nullopt;
  const std::string_view rule = footer.substr(1, footer.find('\n', 1) - 1);
  if (!rule.empty()) {
    file.rule = ZoneRule::Parse(rule);
    if (!file.rule) return std::nullopt;
  }
  return file;
}

std::string ZoneFolder() {
  const char* folder = std::getenv("TZDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/usr/share/zoneinfo";
}

bool IsZoneName(std::string_view name) {
  if (name.empty() || name.size() > 100 || name.front() == '/' || name.back() == '/') return false;
  for (char c : name) {
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!plain && c != '/' && c != '_' && c != '-' && c != '+') return false;
  }
  // right/ counts leap seconds, posix/ is a copy, the others depend on the machine.
  for (std::string_view part : {"right", "posix", "posixrules", "localtime", "Factory"}) {
    if (name.substr(0, name.find('/')) == part) return false;
  }
  return true;
}

}  // namespace saiten::rt
