#include "vm/jit/jit.h"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <regex>
#include <sstream>

#include "tests/vm/jit_crm.h"
#include "vm/interp/interp.h"
#include "vm/jit/orc.h"

namespace saiten::jit {
namespace {

struct Prepared {
  std::unique_ptr<Crm> crm;
  std::unique_ptr<vm::RunContext> context;
};

Prepared Prepare(size_t contacts, size_t rules, bool history) {
  Prepared made{MakeCrm(contacts, rules, history), nullptr};
  auto context = vm::RunContext::Create(made.crm->program, made.crm->data, kNow, nullptr);
  EXPECT_TRUE(context.ok());
  made.context = std::move(*context);
  return made;
}

// The basic blocks of a module's text whose name begins with `stem`.
std::vector<std::string> BlocksNamed(const std::string& text, const std::string& stem) {
  std::vector<std::string> blocks;
  std::istringstream lines(text);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    const bool label = !line.empty() && line[0] != ' ' && line.find(':') != std::string::npos;
    if (label) inside = line.starts_with(stem);
    if (label && inside) blocks.emplace_back();
    if (line == "}") inside = false;
    if (inside) blocks.back() += line + "\n";
  }
  return blocks;
}

// Calls of functions: not LLVM's own operations on vectors.
bool Calls(const std::string& block) {
  static const std::regex kCall(R"(\bcall\b[^@\n]*@(?!llvm\.))");
  return std::regex_search(block, kCall);
}

TEST(JitCode, RowLoopIsVectorCodeWithoutCalls) {
  for (bool history : {false, true}) {
    const Prepared made = Prepare(100, 20, history);
    const auto text = EmitLlvm(made.crm->program, LayoutOf(*made.context));
    ASSERT_TRUE(text.ok()) << text.error().message;
    const auto vectors = BlocksNamed(*text, "rows");
    ASSERT_FALSE(vectors.empty()) << *text;
    for (const std::string& block : vectors) {
      EXPECT_FALSE(Calls(block)) << block;
      EXPECT_TRUE(std::regex_search(block, std::regex(R"(<64 x i\d+>)"))) << block;
      // Masks and selects: a vector loop is one block that jumps to itself or out.
      EXPECT_EQ(block.find("switch"), std::string::npos);
    }
  }
}

TEST(JitCode, CountDoesNotTouchTheEvents) {
  // Two windows of a row: their ends are searched, and no loop over events is left.
  const Prepared made = Prepare(100, 0, true);
  const auto text = EmitLlvm(made.crm->program, LayoutOf(*made.context));
  ASSERT_TRUE(text.ok());
  EXPECT_TRUE(BlocksNamed(*text, "element").empty()) << *text;
}

TEST(JitCode, AssemblyIsPrinted) {
  const Prepared made = Prepare(1, 0, false);
  const auto text = EmitAsm(made.crm->program, TypicalLayout(made.crm->program));
  ASSERT_TRUE(text.ok()) << text.error().message;
  EXPECT_NE(text->find("kernel_0_contact:"), std::string::npos);
  EXPECT_NE(text->find("ret"), std::string::npos);
}

TEST(Jit, AgreesWithTheInterpreterOverManyBlocks) {
  const Prepared made = Prepare(10'007, 30, true);
  const auto compiled = Compile(made.crm->program, LayoutOf(*made.context));
  ASSERT_TRUE(compiled.ok()) << compiled.error().message;
  rt::Results want = made.context->MakeResults();
  rt::Results got = made.context->MakeResults();
  vm::TrapLog traps;
  vm::Interpreter(*made.context, 0, want).Run(0, 10'007, traps);
  ASSERT_TRUE(RunAll(*compiled, *made.context, got, traps).ok());
  EXPECT_EQ(traps.count(), 0U);
  for (size_t result = 0; result < want.columns[0].size(); ++result) {
    for (size_t row = 0; row < 10'007; ++row) {
      ASSERT_EQ(want.columns[0][result].Raw(row), got.columns[0][result].Raw(row)) << result << " " << row;
    }
  }
}

TEST(Jit, RunsAnyPartOfTheRows) {
  const Prepared made = Prepare(3'000, 5, true);
  const auto compiled = Compile(made.crm->program, LayoutOf(*made.context));
  ASSERT_TRUE(compiled.ok()) << compiled.error().message;
  rt::Results want = made.context->MakeResults();
  rt::Results got = made.context->MakeResults();
  vm::TrapLog traps;
  vm::Interpreter(*made.context, 0, want).Run(1'001, 2'999, traps);
  auto run = KernelRun::Prepare(*compiled, *made.context, 0, got, traps);
  ASSERT_TRUE(run.ok()) << run.error().message;
  KernelRun::Worker first(*run);
  KernelRun::Worker second(*run);
  first.Run(1'001, 1'001, traps);
  second.Run(1'500, 2'999, traps);
  first.Run(1'001, 1'500, traps);
  for (size_t row = 0; row < 3'000; ++row) {
    ASSERT_EQ(want.columns[0][1].Raw(row), got.columns[0][1].Raw(row)) << row;
  }
}

TEST(Jit, RefusesDataOfOtherWidths) {
  const Prepared made = Prepare(10, 0, false);
  Layout other = LayoutOf(*made.context);
  other.properties[0][2] = rt::Width::k8;
  const auto compiled = Compile(made.crm->program, other);
  ASSERT_TRUE(compiled.ok());
  rt::Results results = made.context->MakeResults();
  vm::TrapLog traps;
  const Status status = RunAll(*compiled, *made.context, results, traps);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find("widths"), std::string::npos);
}

TEST(Jit, StopsMakingCodeWhenAsked) {
  const Prepared made = Prepare(10, 500, true);
  const std::atomic<bool> stop = true;
  const size_t live = Machine::live();
  for (size_t threads : {1, 3}) {
    const auto compiled = Compile(made.crm->program, LayoutOf(*made.context), {.threads = threads, .stop = &stop});
    ASSERT_FALSE(compiled.ok());
    EXPECT_EQ(compiled.error().kind, ErrorKind::kRefused);
    EXPECT_EQ(Machine::live(), live);
  }
}

// Memory of this process in bytes.
size_t Resident() {
  std::ifstream file("/proc/self/statm");
  size_t total = 0;
  size_t resident = 0;
  file >> total >> resident;
  return resident * 4'096;
}

TEST(Jit, FreesItsCode) {
  const Prepared made = Prepare(10, 3, true);
  const size_t before = Machine::live();
  {
    auto compiled = Compile(made.crm->program, LayoutOf(*made.context));
    ASSERT_TRUE(compiled.ok());
    EXPECT_EQ(Machine::live(), before + 1);
    const Compiled moved = std::move(*compiled);
    EXPECT_EQ(Machine::live(), before + 1);
  }
  EXPECT_EQ(Machine::live(), before);
  const auto compile = [&](int times) {
    for (int i = 0; i < times; ++i) {
      const auto code = Compile(made.crm->program, LayoutOf(*made.context));
      ASSERT_TRUE(code.ok());
      rt::Results results = made.context->MakeResults();
      vm::TrapLog traps;
      ASSERT_TRUE(RunAll(*code, *made.context, results, traps).ok());
    }
  };
  compile(20);
#ifdef SAITEN_SANITIZE
  // The sanitizer keeps freed memory for a while; its leak check stands in for the measure.
  return;
#endif
  const size_t warm = Resident();
  compile(200);
  // One that leaked would keep its pages of code alone, 200 times 12 KiB and more, and its names and relocations.
  EXPECT_LT(Resident(), warm + 4 * 1024 * 1024);
  EXPECT_EQ(Machine::live(), before);
}

}  // namespace
}  // namespace saiten::jit
