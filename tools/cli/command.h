#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "driver/report.h"
#include "driver/words.h"
#include "tools/cli/console.h"
#include "tools/cli/exit_code.h"

namespace saiten::cli {

using driver::Text;

// A flag of one command or of all.
struct OptionSpec {
  std::string_view name;   // without the dashes
  char letter = 0;         // its short form
  std::string_view value;  // what stands for its value in the help; empty: a switch
  Text help;
  std::vector<std::string_view> choices;  // allowed values; empty: any
  bool repeated = false;
  bool not_built = false;  // known from the design, refused with a clear message
};

struct Example {
  std::string_view line;
  Text what;
};

class Context;

// One command, as the help, the completion and the parser see it.
struct Command {
  std::string_view name;       // "check", "schema pull"
  std::string_view arguments;  // "[PATH...]", for the usage line
  Text summary;                // one line
  Text details;                // may be empty
  std::vector<OptionSpec> options;
  std::vector<Example> examples;
  size_t min_arguments = 0;
  size_t max_arguments = 0;
  bool own_outputs = false;         // `--output` is for its results; of the rules it shows errors alone
  Exit (*run)(Context&) = nullptr;  // null: not built yet
};

// Every command, in the order of the help. Those that are not built yet are listed too.
const std::vector<Command>& AllCommands();
// The flags that every command takes.
const std::vector<OptionSpec>& GlobalOptions();
// `--db FILE`, of every command that needs the data.
OptionSpec DbOption();
// The command of this name; null if there is none.
const Command* FindCommand(std::string_view name);

// What was written on the command line or stands in SAITEN_... variables.
struct Arguments {
  std::map<std::string, std::vector<std::string>, std::less<>> options;
  std::vector<std::string> positional;
};

// A place to write diagnostics to: `json`, `full:report.txt`.
struct OutputSpec {
  driver::ReportFormat format = driver::ReportFormat::kFull;
  std::string file;  // empty: the command's usual stream
};

// The command that runs: its arguments, and where it speaks.
class Context {
 public:
  Context(const Command& command, Arguments arguments, Console& console)
      : command_(command), arguments_(std::move(arguments)), console_(console) {}

  const Command& command() const { return command_; }
  Console& console() const { return console_; }
  driver::Language language() const { return console_.language(); }
  const std::vector<std::string>& positional() const { return arguments_.positional; }

  bool Flag(std::string_view name) const;
  std::optional<std::string> Value(std::string_view name) const;
  std::vector<std::string> Values(std::string_view name) const;
  // A whole number of at least `min`, or the error that says so.
  Result<std::optional<int64_t>> Number(std::string_view name, int64_t min) const;
  // The `--output`s; one `full` to the usual stream if there are none.
  Result<std::vector<OutputSpec>> Outputs() const;

  // Says what went wrong and gives the exit code that belongs to it.
  Exit Fail(const Error& error) const;
  // In the language of the user.
  std::string_view Say(std::string_view en, std::string_view ja) const { return driver::In(language(), en, ja); }

 private:
  const Command& command_;
  Arguments arguments_;
  Console& console_;
};

}  // namespace saiten::cli
