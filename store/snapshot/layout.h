#pragma once

#include <cstdint>

// The bytes of a container's header, for its reader and its writer. Private to this folder.
namespace saiten::store {

inline constexpr uint64_t kPage = 4096;
inline constexpr uint64_t kMagic = 0x0a1a4e4554494153;  // "SAITEN", SUB, line end: no text file, whole after a transfer
inline constexpr uint32_t kContainerFormat = 1;
inline constexpr uint32_t kByteOrder = 0x01020304;

struct ContainerHeader {
  uint64_t magic = kMagic;
  uint32_t byte_order = kByteOrder;
  uint32_t format = kContainerFormat;
  uint32_t kind = 0;
  uint32_t version = 0;
  uint64_t size = 0;  // of the whole file
  uint64_t table_at = 0;
  uint64_t table_size = 0;
  uint64_t table_hash = 0;
  uint64_t hash = 0;  // of all before it
};

}  // namespace saiten::store
