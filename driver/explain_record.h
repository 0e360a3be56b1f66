#pragma once

#include "driver/loaded.h"
#include "driver/why.h"

namespace saiten::driver {

struct WhyRequest {
  std::string object;
  std::string id;
  DataOptions data;
  WhyOptions options;
};

// `saiten why OBJECT ID`: loads the database, runs the rules and explains one record. kUsage if there is no such
// object, record or rule.
Result<Why> ExplainRecord(const Compiled& compiled, const WhyRequest& request);

}  // namespace saiten::driver
