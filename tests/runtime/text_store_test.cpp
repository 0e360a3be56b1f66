#include "runtime/text_store.h"

#include <gtest/gtest.h>

namespace saiten::rt {
namespace {

TEST(TextStore, ReadsPoolsAndKeepsWhatItMakes) {
  StringPool first;
  first.Intern("ＩＴ");
  StringPool second;
  second.Intern("plain");
  second.Intern("金融");
  first.PrepareNfkc();
  second.PrepareNfkc();
  const StringPool* const pools[] = {&first, &second};
  TextStore texts(pools);
  EXPECT_EQ(texts.View(MakeTextHandle(0, 0)), "ＩＴ");
  EXPECT_EQ(texts.Nfkc(MakeTextHandle(0, 0)), "IT");
  EXPECT_EQ(texts.View(MakeTextHandle(1, 1)), "金融");

  const TextHandle wide = texts.Make("ｶﾅ");
  const TextHandle empty = texts.Make("");
  const std::string_view view = texts.View(wide);
  for (int i = 0; i < 1'000; ++i) texts.Make(std::to_string(i));
  EXPECT_EQ(view, "ｶﾅ");
  EXPECT_EQ(texts.View(wide).data(), view.data());
  EXPECT_EQ(texts.Nfkc(wide), "カナ");
  EXPECT_EQ(texts.Nfkc(empty), "");
  texts.Reset();
  EXPECT_EQ(texts.View(texts.Make("again")), "again");
}

}  // namespace
}  // namespace saiten::rt
