#include "stdlib/reference.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "stdlib/records.h"

namespace saiten::stdlib {
namespace {

// The page in docs/ is the one the program makes; SAITEN_UPDATE=1 in the environment rewrites it.
void ExpectPage(const std::string& name, const std::string& made) {
  const std::string path = std::string(SAITEN_SOURCE_DIR) + "/docs/" + name;
  if (std::getenv("SAITEN_UPDATE") != nullptr) std::ofstream(path, std::ios::binary) << made;
  std::ifstream stream(path, std::ios::binary);
  const std::string found{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  EXPECT_EQ(found, made) << path << " is not up to date: run this test with SAITEN_UPDATE=1";
}

TEST(Reference, ThePagesInDocsAreUpToDate) {
  ExpectPage("stdlib.md", ReferencePage(false));
  ExpectPage("stdlib.ja.md", ReferencePage(true));
}

TEST(Reference, Signatures) {
  EXPECT_EQ(SignatureOf(*Records().Find("slice")), "slice(text, start, [count])");
  EXPECT_EQ(SignatureOf(*Records().Find("min")), "min(a, b, ...)");
  EXPECT_EQ(SignatureOf(*Records().Find("contains_any")), "contains_any(text, parts)");
}

TEST(Reference, EveryFunctionAndModuleIsOnThePage) {
  const std::string page = ReferencePage(false);
  for (const FunctionRecord& record : Records().all()) {
    EXPECT_NE(page.find("### `" + SignatureOf(record) + "`"), std::string::npos) << record.name;
  }
  EXPECT_NE(page.find("### `std.calendar_jp`"), std::string::npos);
}

}  // namespace
}  // namespace saiten::stdlib
