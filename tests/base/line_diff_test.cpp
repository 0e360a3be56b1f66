#include "base/line_diff.h"

#include <string>

#include <gtest/gtest.h>

namespace saiten {
namespace {

std::string Diff(std::string_view before, std::string_view after) { return UnifiedDiff(before, after, "a", "b"); }

TEST(LineDiff, NothingForEqualTexts) {
  EXPECT_EQ(Diff("", ""), "");
  EXPECT_EQ(Diff("x\ny\n", "x\ny\n"), "");
}

TEST(LineDiff, OneLineInTheMiddle) {
  EXPECT_EQ(Diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"),
            "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST(LineDiff, FarApartAreTwoPlaces) {
  std::string before;
  for (int i = 1; i <= 30; ++i) before += std::to_string(i) + "\n";
  std::string after = before;
  after.replace(after.find("3\n"), 2, "three\n");
  after += "31\n";
  EXPECT_EQ(Diff(before, after),
            "--- a\n+++ b\n@@ -1,6 +1,6 @@\n 1\n 2\n-3\n+three\n 4\n 5\n 6\n"
            "@@ -28,3 +28,4 @@\n 28\n 29\n 30\n+31\n");
}

TEST(LineDiff, FromAndToNothing) {
  EXPECT_EQ(Diff("", "x\n"), "--- a\n+++ b\n@@ -0,0 +1,1 @@\n+x\n");
  EXPECT_EQ(Diff("x\n", ""), "--- a\n+++ b\n@@ -1,1 +0,0 @@\n-x\n");
  EXPECT_EQ(Diff("x", "x\n"), "--- a\n+++ b\n@@ -1,1 +1,1 @@\n-x\n\\ No newline at end of file\n+x\n");
}

// Applying a difference by hand gives the other text, whatever the two are.
TEST(LineDiff, LeadsFromOneToTheOther) {
  uint32_t state = 7;
  const auto next = [&](uint32_t bound) { return (state = state * 1664525U + 1013904223U) / 65536U % bound; };
  for (int round = 0; round < 2'000; ++round) {
    std::string texts[2];
    for (std::string& text : texts) {
      for (uint32_t i = next(12); i > 0; --i) text += std::string(1, static_cast<char>('a' + next(4))) + "\n";
    }
    std::string rebuilt;
    size_t read = 0;  // of texts[0]
    const std::string diff = Diff(texts[0], texts[1]);
    for (size_t at = diff.find("@@"); at < diff.size();) {
      const size_t end = diff.find('\n', at);
      const std::string line = diff.substr(at, end - at);
      at = end + 1;
      if (line[0] == '@') {
        const size_t begin = std::stoul(line.substr(4));
        const bool none = line.find(",0 +") != std::string::npos;
        for (const size_t upto = 2 * (none ? begin : begin - 1); read < upto; read += 2)
          rebuilt += texts[0].substr(read, 2);
      } else if (line[0] == '-') {
        EXPECT_EQ(texts[0].substr(read, 1), line.substr(1));
        read += 2;
      } else {
        if (line[0] == ' ') read += 2;
        rebuilt += line.substr(1) + "\n";
      }
    }
    EXPECT_EQ(rebuilt + texts[0].substr(read), texts[1]) << diff;
  }
}

}  // namespace
}  // namespace saiten
