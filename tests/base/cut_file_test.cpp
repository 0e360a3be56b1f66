#include "base/cut_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace saiten {
namespace {

#ifndef SAITEN_SANITIZE  // the sanitizers have a handler of their own

// Reads where a mapped file was cut away.
void ReadBehindTheEnd() {
  HandleCutFiles();
  std::string path = testing::TempDir() + "saiten-cut-XXXXXX";
  const int file = mkstemp(path.data());
  unlink(path.c_str());
  constexpr size_t kSize = 1 << 16;
  if (file < 0 || ftruncate(file, kSize) != 0) std::exit(1);
  const volatile char* bytes = static_cast<const char*>(mmap(nullptr, kSize, PROT_READ, MAP_PRIVATE, file, 0));
  const MappingNote note(const_cast<const char*>(bytes), kSize);
  if (ftruncate(file, 0) != 0) std::exit(1);
  std::exit(bytes[kSize / 2] == 0 ? 0 : 1);
}

TEST(CutFile, EndsWithASentence) {
  EXPECT_EXIT(ReadBehindTheEnd(), testing::ExitedWithCode(2), "run the command again");
}

TEST(CutFile, SaysThatTheResultsAreKept) {
  EXPECT_EXIT(
      {
        SayResultsAreKept();
        ReadBehindTheEnd();
      },
      testing::ExitedWithCode(2), "the results of this run are in the database");
  EXPECT_EXIT(
      {
        SetCutFileLanguage(Language::kJapanese);
        SayResultsAreKept();
        ReadBehindTheEnd();
      },
      testing::ExitedWithCode(2), "今回の実行結果はデータベースに保存済み");
}

#endif

}  // namespace
}  // namespace saiten
