#include "tests/cli/session.h"

#include <gtest/gtest.h>

#include "tests/support/golden.h"

namespace saiten::test {
namespace {

namespace fs = std::filesystem;

class CliSession : public ::testing::Test {
 public:
  explicit CliSession(fs::path path) : path_(std::move(path)) {}
  void TestBody() override {
    const Session session = ReadSession(path_);
    ASSERT_FALSE(session.steps.empty()) << path_ << " runs nothing";
    ExpectGolden(fs::relative(path_, SAITEN_SOURCE_DIR), WriteSession(RunSession(session)));
  }

 private:
  fs::path path_;
};

// One test for each file of tests/cli/golden.
const int registered = [] {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(SAITEN_SOURCE_DIR) / "tests/cli/golden")) {
    if (entry.path().extension() != ".txt") continue;
    ::testing::RegisterTest("CliSession", entry.path().stem().c_str(), nullptr, nullptr, __FILE__, __LINE__,
                            [path = entry.path()]() -> CliSession* { return new CliSession(path); });
    ++count;
  }
  return count;
}();

TEST(CliSessions, AreThere) { EXPECT_GT(registered, 0); }

}  // namespace
}  // namespace saiten::test
