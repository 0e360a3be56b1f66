#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "compiler/ir/flow.h"
#include "store/sqlite/sqlite.h"

// The texts from which versions of flows can be made again while somebody is inside (sem R6): once for each set of
// rules, and gone when nobody needs them any more.
namespace saiten::flow {

// All rules of a project at one time.
struct RulesText {
  std::string hash;
  std::vector<std::pair<std::string, std::string>> files;  // path and text, in order
};

struct KeptVersion {
  std::string flow;
  std::string version;
  int64_t rules = 0;
};

// Of a database without automation: none.
Result<std::vector<KeptVersion>> ReadVersions(store::Connection& connection);
Result<RulesText> ReadRules(store::Connection& connection, int64_t rules);

// Both inside the caller's transaction: `rules` are kept for those flows whose version is not yet.
Status KeepVersions(store::Connection& connection, const ir::Automation& automation, const RulesText& rules,
                    int64_t instant);
// Forgets versions that are not the newest, have nobody inside and nobody for whom a goal may still count at `now`.
Status ForgetVersions(store::Connection& connection, const ir::Automation& automation, int64_t now);

// Where those who are inside a version go on.
struct VersionPlace {
  uint32_t flow = 0;   // of Automation::flows
  bool still = false;  // nowhere: the version cannot be made with the schema of now
};
using VersionPlaces = std::map<std::pair<std::string, std::string>, VersionPlace>;  // by flow and version

}  // namespace saiten::flow
