#include "bench/floors/codes.h"

#include "base/check.h"

namespace saiten::bench::code {

void CheckCodes() {
  SAITEN_CHECK(kIndustries[kIt] == "IT" && kIndustries[kManufacturing] == "Manufacturing");
  SAITEN_CHECK(kTitles[kManager] == "Manager" && kTitles[kExecutive] == "Executive");
  SAITEN_CHECK(kOrigins[kLeadAddForm] == "Lead Add Form");
  SAITEN_CHECK(kSources[kGoogle] == "Google" && kSources[kOlarkChat] == "Olark Chat");
  SAITEN_CHECK(kSources[kReference] == "Reference" && kSources[kWelingak] == "Welingak Website");
  SAITEN_CHECK(kOccupations[kWorkingProfessional] == "Working Professional");
  for (size_t i = 0; i < kSpecializations.size(); ++i) {
    const bool management = kSpecializations[i].find("Management") != std::string_view::npos;
    SAITEN_CHECK(management == ((kManagementBits >> i & 1) != 0));
  }
}

}  // namespace saiten::bench::code
