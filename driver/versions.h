#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "driver/compile.h"
#include "flow/durable/versions.h"

// Versions of flows with people inside, beside the rules of now in one program (sem R6).
namespace saiten::driver {

// Texts of older rules, and what of them is wanted.
struct WantedVersion {
  std::string flow;
  std::string version;
  const flow::RulesText* rules = nullptr;
};

// The rules of now, as they are kept for later.
flow::RulesText RulesTextOf(const Compiled& compiled);

// Makes `compiled`, lowered and free of errors, anew with these versions in it: each is a flow of its own, of the same
// name, with Flow::newest; nobody enters it. The schema is that of now. Fills old_versions; a version that cannot be
// made says why there, and one whose text is not known is left out. Once for each Compiled.
void AddOldVersions(Compiled& compiled, const std::vector<WantedVersion>& wanted);

// The same for those that the database keeps.
Status AddKeptVersions(Compiled& compiled, const std::string& db);

// For the tables of automation.
flow::VersionPlaces PlacesOf(const Compiled& compiled);

}  // namespace saiten::driver
