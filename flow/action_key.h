#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace saiten::flow {

// What makes an action the one that it is (sem O1).
struct ActionIdentity {
  std::string_view flow;
  std::string_view object;
  std::string_view record;        // its key
  std::string_view instance_key;  // of R1; empty where the flow has none
  uint32_t number = 0;            // of the instance under that key
  std::string_view step;
  uint32_t loop = 0;
  std::string_view variant;
  uint32_t index = 0;  // of the action in the step
};

// The first 128 bits of the SHA-256 of its parts joined by 0x1F, as 32 hexadecimal digits.
std::string ActionKey(const ActionIdentity& identity);

}  // namespace saiten::flow
