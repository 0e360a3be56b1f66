#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

// The pieces of SQLite's documented file format (https://www.sqlite.org/fileformat2.html) that reading a table needs.
// All numbers in the file are big-endian.
namespace saiten::store::pages {

inline constexpr size_t kFileHeaderBytes = 100;  // before the b-tree header of page 1
inline constexpr uint8_t kTableInterior = 5;
inline constexpr uint8_t kTableLeaf = 13;
inline constexpr size_t kLeafHeaderBytes = 8;
inline constexpr size_t kInteriorHeaderBytes = 12;

inline uint16_t Read16(const uint8_t* at) { return static_cast<uint16_t>(at[0] << 8 | at[1]); }
inline uint32_t Read32(const uint8_t* at) {
  uint32_t value = 0;
  std::memcpy(&value, at, sizeof(value));
  return __builtin_bswap32(value);
}
// A signed number of 1, 2, 3, 4, 6 or 8 bytes. Reads the seven bytes before it too, whatever they are.
inline int64_t ReadSigned(const uint8_t* at, size_t bytes) {
  uint64_t value = 0;
  std::memcpy(&value, at + bytes - sizeof value, sizeof value);
  const unsigned unused = static_cast<unsigned>(64 - 8 * bytes);
  return static_cast<int64_t>(__builtin_bswap64(value) << unused) >> unused;
}
inline double ReadDouble(const uint8_t* at) { return std::bit_cast<double>(ReadSigned(at, 8)); }

// Reads a variable-length number from [at, end): its bytes, or 0 if it goes beyond the end.
inline size_t ReadVarint(const uint8_t* at, const uint8_t* end, uint64_t* value) {
  if (at < end && at[0] < 0x80) {
    *value = at[0];
    return 1;
  }
  uint64_t all = 0;
  for (size_t i = 0; i < 9 && at + i < end; ++i) {
    if (i == 8) {
      *value = all << 8 | at[8];
      return 9;
    }
    all = all << 7 | (at[i] & 0x7f);
    if (at[i] < 0x80) {
      *value = all;
      return i + 1;
    }
  }
  return 0;
}

// Bytes of a value of this serial type in a record. Types 10 and 11 do not occur in files.
inline uint64_t BytesOfSerial(uint64_t serial) {
  constexpr uint8_t kBytes[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
  return serial < 12 ? kBytes[serial] : (serial - 12) / 2;
}

}  // namespace saiten::store::pages
