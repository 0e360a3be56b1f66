#include "stdlib/records.h"

#include <vector>

namespace saiten::stdlib {

FunctionTable Records() {
  static const std::vector<FunctionRecord> all = [] {
    std::vector<FunctionRecord> records;
    for (const auto& topic : {TextRecords(), NumberRecords(), DateRecords(), MoneyRecords(), SetRecords()}) {
      records.insert(records.end(), topic.begin(), topic.end());
    }
    return records;
  }();
  return FunctionTable(all);
}

}  // namespace saiten::stdlib
