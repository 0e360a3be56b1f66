#include "vm/jit/cache.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/vm/jit_crm.h"
#include "vm/interp/interp.h"
#include "vm/jit/jit.h"

namespace saiten::jit {
namespace {

namespace fs = std::filesystem;

class JitCache : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + "saiten_code_XXXXXX";
    ASSERT_NE(mkdtemp(root_.data()), nullptr);
    folder_ = root_ + "/made/code";
    crm_ = MakeCrm(200, 3, true);
    auto context = vm::RunContext::Create(crm_->program, crm_->data, kNow, nullptr);
    ASSERT_TRUE(context.ok());
    context_ = std::move(*context);
  }
  void TearDown() override { fs::remove_all(root_); }

  // Whether the code came from the cache; it runs and gives the interpreter's results either way.
  bool FromCache() {
    const auto code = Compile(crm_->program, LayoutOf(*context_), {.cache = folder_});
    EXPECT_TRUE(code.ok());
    rt::Results want = context_->MakeResults();
    rt::Results got = context_->MakeResults();
    vm::TrapLog traps;
    vm::Interpreter(*context_, 0, want).Run(0, 200, traps);
    EXPECT_TRUE(RunAll(*code, *context_, got, traps).ok());
    for (size_t i = 0; i < want.columns[0].size(); ++i) {
      for (size_t row = 0; row < 200; ++row) EXPECT_EQ(want.columns[0][i].Raw(row), got.columns[0][i].Raw(row));
    }
    return code->from_cache();
  }

  std::vector<fs::path> Entries() const {
    std::vector<fs::path> entries;
    if (!fs::exists(folder_)) return entries;
    for (const auto& entry : fs::directory_iterator(folder_)) entries.push_back(entry.path());
    return entries;
  }

  static void Overwrite(const fs::path& path, std::streamoff at, char byte) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at);
    file.put(byte);
  }

  std::string root_, folder_;
  std::unique_ptr<Crm> crm_;
  std::unique_ptr<vm::RunContext> context_;
};

TEST_F(JitCache, SecondTimeIsReadFromDisk) {
  EXPECT_FALSE(FromCache());
  ASSERT_EQ(Entries().size(), 1U);
  EXPECT_TRUE(FromCache());
  EXPECT_EQ(Entries().size(), 1U);
}

TEST_F(JitCache, WithoutAFolderNothingIsKept) {
  ASSERT_TRUE(Compile(crm_->program, LayoutOf(*context_)).ok());
  EXPECT_TRUE(Entries().empty());
}

TEST_F(JitCache, EveryTornOrChangedFileIsMadeAnew) {
  EXPECT_FALSE(FromCache());
  const fs::path path = Entries()[0];
  const auto size = static_cast<std::streamoff>(fs::file_size(path));
  std::ifstream file(path, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  for (const std::streamoff at : {std::streamoff{0}, std::streamoff{9}, std::streamoff{41}, std::streamoff{49},
                                  std::streamoff{60}, size / 2, size - 1}) {
    Overwrite(path, at, static_cast<char>(~whole[static_cast<size_t>(at)]));
    EXPECT_FALSE(FromCache()) << at;
    EXPECT_TRUE(FromCache()) << "replaced after a change at " << at;
  }
  for (const std::streamoff left : {std::streamoff{0}, std::streamoff{7}, std::streamoff{56}, size / 2, size - 1}) {
    fs::resize_file(path, static_cast<uintmax_t>(left));
    EXPECT_FALSE(FromCache()) << left;
    EXPECT_TRUE(FromCache());
  }
  // Nothing was left lying about.
  EXPECT_EQ(Entries().size(), 1U);
}

TEST_F(JitCache, AnEntryUnderAnotherNameIsNotUsed) {
  EXPECT_FALSE(FromCache());
  const CodeCache cache(folder_);
  const std::string other(32, 'a');
  fs::copy_file(Entries()[0], folder_ + "/" + other + ".code");
  EXPECT_FALSE(cache.Load(other).has_value());
}

TEST_F(JitCache, WhatOthersMayWriteIsNotUsed) {
  EXPECT_FALSE(FromCache());
  const fs::path path = Entries()[0];
  ASSERT_EQ(chmod(path.c_str(), 0620), 0);
  EXPECT_FALSE(FromCache());
  EXPECT_TRUE(FromCache());  // the new one is this user's alone
  ASSERT_EQ(chmod(folder_.c_str(), 0777), 0);
  EXPECT_FALSE(FromCache());
  EXPECT_FALSE(FromCache());
  ASSERT_EQ(chmod(folder_.c_str(), 0700), 0);
  EXPECT_TRUE(FromCache());
  const fs::path moved = root_ + "/moved";
  fs::rename(path, moved);
  fs::create_symlink(moved, path);
  EXPECT_FALSE(FromCache());
  if (geteuid() != 0) return;
  FromCache();
  ASSERT_EQ(chown(path.c_str(), 1, 1), 0);
  EXPECT_FALSE(FromCache());
}

TEST_F(JitCache, KeyIsOfAllThatTheCodeDependsOn) {
  const Layout layout = LayoutOf(*context_);
  const auto key = [&](const Layout& of, Mutation mutation, std::string_view machine) {
    return CacheKey(crm_->program, of, mutation, machine, "build");
  };
  const std::string first = key(layout, {}, "cpu");
  EXPECT_EQ(first.size(), 32U);
  EXPECT_EQ(key(layout, {}, "cpu"), first);
  EXPECT_NE(key(layout, {}, "other"), first);
  EXPECT_NE(key(layout, {Mutation::Kind::kValue, ir::Op::kAdd}, "cpu"), first);
  EXPECT_NE(key(layout, {Mutation::Kind::kValue, ir::Op::kSub}, "cpu"),
            key(layout, {Mutation::Kind::kValue, ir::Op::kAdd}, "cpu"));
  EXPECT_NE(CacheKey(crm_->program, layout, {}, "cpu", "other build"), first);
  Layout wider = layout;
  wider.properties[0][2] = rt::Width::k8;
  EXPECT_NE(key(wider, {}, "cpu"), first);
  // Names and places in the text do not matter; numbers do.
  crm_->program.kernels[0].insts[1].at.span.begin += 7;
  crm_->program.results[0][0].name = "renamed";
  EXPECT_EQ(key(layout, {}, "cpu"), first);
  for (ir::Inst& inst : crm_->program.kernels[0].insts) {
    if (inst.op != ir::Op::kConst) continue;
    ++inst.imm;
    EXPECT_NE(key(layout, {}, "cpu"), first);
    --inst.imm;
  }
  EXPECT_EQ(key(layout, {}, "cpu"), first);
}

TEST_F(JitCache, CodeOfABuildWithoutAMarkIsNeitherKeptNorUsed) {
  EXPECT_FALSE(ThisBuild().empty());
  const std::string key = CacheKey(crm_->program, LayoutOf(*context_), {}, "cpu", "");
  EXPECT_EQ(key, "");
  const CodeCache cache(folder_);
  cache.Store(key, {});
  EXPECT_TRUE(Entries().empty());
  fs::create_directories(folder_);
  std::ofstream(folder_ + "/.code") << std::string(100, '\0');
  EXPECT_FALSE(cache.Load(key).has_value());
}

TEST_F(JitCache, ChangedRulesDoNotGetOldCode) {
  EXPECT_FALSE(FromCache());
  for (ir::Inst& inst : crm_->program.kernels[0].insts) {
    if (inst.op == ir::Op::kConst && inst.imm == 15'000) inst.imm = 14'000;
  }
  EXPECT_FALSE(FromCache());
  EXPECT_TRUE(FromCache());
  EXPECT_EQ(Entries().size(), 2U);
}

TEST_F(JitCache, OldestGoWhenItIsFull) {
  StoredCode code;
  code.objects = {std::string(1'000, 'x')};
  const CodeCache cache(folder_, 5'000);
  for (char name : {'a', 'b', 'c', 'd'}) cache.Store(std::string(32, name), code);
  EXPECT_EQ(Entries().size(), 4U);
  const auto age = [&](char name, int hours) {
    const fs::path path = folder_ + "/" + std::string(32, name) + ".code";
    fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(hours));
  };
  age('a', 4), age('b', 3), age('c', 2), age('d', 1);
  EXPECT_TRUE(cache.Load(std::string(32, 'a')).has_value());  // used now
  cache.Store(std::string(32, 'e'), code);
  EXPECT_TRUE(cache.Load(std::string(32, 'a')).has_value());
  EXPECT_FALSE(cache.Load(std::string(32, 'b')).has_value());
  EXPECT_TRUE(cache.Load(std::string(32, 'e')).has_value());
  // One that could never fit is not stored, and pushes nothing out.
  code.objects = {std::string(6'000, 'x')};
  cache.Store(std::string(32, 'f'), code);
  EXPECT_FALSE(cache.Load(std::string(32, 'f')).has_value());
  EXPECT_EQ(Entries().size(), 4U);
}

TEST_F(JitCache, ManyWritersLeaveWholeEntries) {
  StoredCode code;
  code.objects = {std::string(100'000, 'x')};
  const std::string key(32, 'a');
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const CodeCache cache(folder_);
      for (int k = 0; k < 20; ++k) {
        cache.Store(key, code);
        const auto read = cache.Load(key);
        EXPECT_TRUE(read.has_value() && read->objects == code.objects);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Entries().size(), 1U);
}

TEST_F(JitCache, AFolderThatCannotBeMadeIsNoError) {
  folder_ = "/proc/no/such/folder";
  EXPECT_FALSE(FromCache());
  EXPECT_FALSE(FromCache());
}

}  // namespace
}  // namespace saiten::jit
