#include "driver/emit.h"
#include "tools/cli/commands.h"
#include "tools/cli/show.h"

namespace saiten::cli {
namespace {

Exit Run(Context& context) {
  std::vector<driver::EmitKind> kinds;
  if (context.Flag("ast")) kinds.push_back(driver::EmitKind::kAst);
  if (context.Flag("ir")) kinds.push_back(driver::EmitKind::kIr);
  if (context.Flag("llvm")) kinds.push_back(driver::EmitKind::kLlvm);
  if (context.Flag("asm")) kinds.push_back(driver::EmitKind::kAsm);
  if (kinds.size() != 1) {
    return context.Fail(
        driver::Fail(ErrorKind::kUsage, {"say what to print: one of --ast, --ir, --llvm, --asm",
                                         "表示するものを--ast、--ir、--llvm、--asmのどれか1つで指定してください"}));
  }
  Exit exit = Exit::kOk;
  const auto to = kinds[0] == driver::EmitKind::kAst ? driver::CompileTo::kChecked : driver::CompileTo::kProgram;
  auto compiled = CompileOrExplain(context, true, to, &exit);
  if (!compiled) return exit;
  const auto text = driver::Emit(*compiled, kinds[0], !context.Flag("plain"));
  if (!text.ok()) return context.Fail(text.error());
  context.console().Result(*text);
  return exit;
}

}  // namespace

Command EmitCommand() {
  return {.name = "emit",
          .arguments = "[PATH...]",
          .summary = {"what the rules are compiled to", "コンパイル結果の表示"},
          .options = {{.name = "ast", .help = {"the syntax tree", "構文木"}},
                      {.name = "ir", .help = {"the typed IR, optimised", "型付きIR(最適化後)"}},
                      {.name = "llvm", .help = {"LLVM IR, for data as it usually looks", "LLVM IR(一般的なデータ幅)"}},
                      {.name = "asm", .help = {"assembly for this processor", "このCPUのアセンブリ"}},
                      {.name = "plain", .help = {"IR as lowered, before the optimiser", "最適化前のIR"}}},
          .examples = {{"saiten emit --ir", {"the program of both engines", "両エンジンが実行するプログラム"}}},
          .max_arguments = 100'000,
          .run = Run};
}

}  // namespace saiten::cli
