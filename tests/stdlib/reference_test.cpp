#include "stdlib/reference.h"

#include <gtest/gtest.h>

#include "stdlib/records.h"
#include "tests/support/golden.h"

namespace saiten::stdlib {
namespace {

TEST(Reference, ThePagesInDocsAreUpToDate) {
  test::ExpectGolden("docs/stdlib.md", ReferencePage(false));
  test::ExpectGolden("docs/stdlib.ja.md", ReferencePage(true));
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
