#include "tools/cli/cli.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "base/cut_file.h"
#include "base/interrupt.h"
#include "base/memory_limit.h"
#include "tools/cli/command.h"
#include "tools/cli/help.h"
#include "tools/cli/options.h"
#include "tools/cli/version.h"

namespace saiten::cli {
namespace {

Error NotBuilt(const Command& command) {
  return driver::Fail(ErrorKind::kUsage,
                      {fmt::format("not built yet: `saiten {}` ({})", command.name, command.summary.en),
                       fmt::format("未実装です: `saiten {}`({})", command.name, command.summary.ja)},
                      {"`saiten --help` lists what is there", "`saiten --help`で使えるコマンドを表示します"});
}

Exit CallCommand(const Command& command, const std::vector<std::string>& rest, Console& console) {
  const Context early(command, {}, console);
  if (!command.run) return early.Fail(NotBuilt(command));
  auto arguments = ParseArguments(command, rest);
  if (!arguments.ok()) return early.Fail(arguments.error());
  Context context(command, std::move(arguments).value(), console);
  if (const auto directory = context.Value("directory"); directory && chdir(directory->c_str()) != 0) {
    const Text why = SystemReason(errno);
    return context.Fail(
        driver::Fail(ErrorKind::kUsage, {fmt::format("cannot go to the folder `{}`: {}", *directory, why.en),
                                         fmt::format("フォルダー`{}`に移動できません: {}", *directory, why.ja)}));
  }
  if (const auto outputs = context.Outputs(); !outputs.ok()) return context.Fail(outputs.error());
  return command.run(context);
}

Exit Dispatch(const std::vector<std::string>& words, Console& console) {
  static const Command none{.name = ""};
  const Context context(none, {}, console);
  const Split split = SplitCommand(words);
  if (!split.unknown.empty()) {
    const std::string first = split.unknown.substr(0, split.unknown.find(' '));
    return context.Fail(NoSuchCommand(first));
  }
  if (split.help) {
    console.Result(split.command ? HelpOf(*split.command, console.language()) : GeneralHelp(console.language()));
    return Exit::kOk;
  }
  if (split.version) {
    bool json = false;
    for (const std::string& word : words) json |= word == "--json";
    console.Result(VersionText(json));
    return Exit::kOk;
  }
  if (!split.command) {
    for (const std::string& word : words) {
      if (word.size() > 1 && word[0] == '-' && !IsGlobalOption(word)) return context.Fail(NoSuchGlobalOption(word));
    }
    if (!words.empty()) {
      return context.Fail(
          driver::Fail(ErrorKind::kUsage, {"no command is named", "コマンドが指定されていません"},
                       {"`saiten --help` lists the commands", "`saiten --help`でコマンドの一覧を表示します"}));
    }
    console.Result(GeneralHelp(console.language()));
    return Exit::kOk;
  }
  return CallCommand(*split.command, split.rest, console);
}

}  // namespace

Exit RunCli(const std::vector<std::string>& words) {
  Console console(EarlyOptions(words));
  SetSignalLanguage(console.language());
  SetCutFileLanguage(console.language());
  HandleNoMemory(console.language());
  const Exit exit = Dispatch(words, console);
  if (!console.Flush()) {
    console.Failure(driver::In(console.language(), "cannot write the result", "結果を書き込めません"));
    return Exit::kNotDone;
  }
  return exit;
}

}  // namespace saiten::cli
