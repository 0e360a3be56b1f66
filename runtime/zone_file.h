#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/zone_rule.h"

namespace saiten::rt {

// What a compiled zone file (TZif, RFC 8536) says, before it becomes a Zone. Times are seconds since 1970-01-01 UTC.
struct ZoneFile {
  struct Change {
    int64_t at = 0;      // from this second on ...
    int64_t offset = 0;  // ... local time is UTC + offset seconds
  };
  int64_t first_offset = 0;      // before the first change
  std::vector<Change> changes;   // rising
  std::optional<ZoneRule> rule;  // after the last change

  // Reads the bytes of a file; nullopt if they are not a sound TZif file.
  static std::optional<ZoneFile> Parse(std::string_view bytes);
};

// The folder of the system's zone data.
std::string ZoneFolder();

// A name that may be looked up below ZoneFolder(): no way out of it, none of its private parts.
bool IsZoneName(std::string_view name);

}  // namespace saiten::rt
