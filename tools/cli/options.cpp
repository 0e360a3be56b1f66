#include "tools/cli/options.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <boost/program_options.hpp>

namespace saiten::cli {
namespace {

namespace po = boost::program_options;
using driver::Fail;

std::vector<const OptionSpec*> OptionsOf(const Command& command) {
  std::vector<const OptionSpec*> all;
  for (const OptionSpec& option : command.options) all.push_back(&option);
  for (const OptionSpec& option : GlobalOptions()) all.push_back(&option);
  return all;
}

Text SeeHelp(const Command& command) {
  return {fmt::format("`saiten {} --help` lists what it takes", command.name),
          fmt::format("`saiten {} --help`で使い方を表示します", command.name)};
}

Error NoSuchOption(const Command& command, const std::string& written) {
  const std::string name =
      written.substr(written.find_first_not_of('-') == std::string::npos ? 0 : written.find_first_not_of('-'));
  std::vector<std::string_view> names;
  for (const OptionSpec* option : OptionsOf(command)) names.push_back(option->name);
  const std::string_view near = driver::Nearest(name, names);
  if (near.empty()) {
    return Fail(ErrorKind::kUsage,
                {fmt::format("`saiten {}` has no option `{}`", command.name, written),
                 fmt::format("`saiten {}`に`{}`というオプションはありません", command.name, written)},
                SeeHelp(command));
  }
  return Fail(
      ErrorKind::kUsage,
      {fmt::format("`saiten {}` has no option `{}`; did you mean `--{}`?", command.name, written, near),
       fmt::format("`saiten {}`に`{}`というオプションはありません。`--{}`のことですか", command.name, written, near)},
      SeeHelp(command));
}

// An empty value is a variable of a script that was never set: taken as absent, it would give other results in silence.
Error EmptyValue(const Command& command, const std::string& written) {
  return Fail(ErrorKind::kUsage,
              {fmt::format("`{}` is empty; leave it out or give it a value", written),
               fmt::format("`{}`の値が空です。値を指定するか、取り除いてください", written)},
              SeeHelp(command));
}

Status CheckValue(const Command& command, const OptionSpec& option, const std::string& value) {
  if (!option.value.empty() && value.empty()) return EmptyValue(command, fmt::format("--{}", option.name));
  if (option.choices.empty() || std::ranges::find(option.choices, value) != option.choices.end()) return {};
  const std::string choices = fmt::format("{}", fmt::join(option.choices, ", "));
  return Fail(ErrorKind::kUsage,
              {fmt::format("`--{}` takes {}, not `{}`", option.name, choices, value),
               fmt::format("`--{}`に指定できるのは{}です(`{}`は使えません)", option.name, choices, value)},
              SeeHelp(command));
}

Status NotBuilt(const OptionSpec& option) {
  if (!option.not_built) return {};
  return Fail(ErrorKind::kUsage, {fmt::format("not built yet: `--{}` ({})", option.name, option.help.en),
                                  fmt::format("未実装です: `--{}`({})", option.name, option.help.ja)});
}

// A switch in the environment: SAITEN_DRY_RUN=1.
Result<bool> SwitchValue(const std::string& variable, const std::string& value) {
  for (const char* yes : {"1", "true", "yes", "on"})
    if (value == yes) return true;
  for (const char* no : {"0", "false", "no", "off", ""})
    if (value == no) return false;
  return Fail(ErrorKind::kUsage, {fmt::format("{} is `{}`; write 1 or 0", variable, value),
                                  fmt::format("{}の値`{}`は使えません。1か0を指定してください", variable, value)});
}

// Where a flag is absent, its variable speaks.
Status TakeEnvironment(const Command& command, const OptionSpec& option, Arguments& arguments) {
  if (arguments.options.contains(option.name)) return {};
  const std::string variable = EnvironmentName(option.name);
  const char* value = std::getenv(variable.c_str());
  if (!value) return {};
  if (option.value.empty()) {
    SAITEN_ASSIGN_OR_RETURN(const bool on, SwitchValue(variable, value));
    if (!on) return {};
  } else if (*value == '\0') {
    // What is said of the screen and of settings may be empty in every environment.
    const bool of_all_commands =
        std::ranges::find(GlobalOptions(), option.name, &OptionSpec::name) != GlobalOptions().end();
    if (of_all_commands) return {};
    return EmptyValue(command, variable);
  }
  SAITEN_RETURN_IF_ERROR(NotBuilt(option));
  SAITEN_RETURN_IF_ERROR(CheckValue(command, option, option.value.empty() ? "" : value));
  arguments.options[std::string(option.name)].push_back(value);
  return {};
}

Status CheckCount(const Command& command, const std::vector<std::string>& arguments) {
  if (arguments.size() < command.min_arguments) {
    return Fail(
        ErrorKind::kUsage,
        {fmt::format("`saiten {}` needs more arguments: saiten {} {}", command.name, command.name, command.arguments),
         fmt::format("`saiten {}`の引数が不足です: saiten {} {}", command.name, command.name, command.arguments)},
        SeeHelp(command));
  }
  if (arguments.size() <= command.max_arguments) return {};
  const std::string& extra = arguments[command.max_arguments];
  if (command.max_arguments == 0) {
    return Fail(ErrorKind::kUsage,
                {fmt::format("`saiten {}` takes no arguments, but `{}` is given", command.name, extra),
                 fmt::format("`saiten {}`に引数はありません(`{}`が余分です)", command.name, extra)},
                SeeHelp(command));
  }
  return Fail(ErrorKind::kUsage,
              {fmt::format("`{}` is one argument too many: saiten {} {}", extra, command.name, command.arguments),
               fmt::format("引数`{}`が余分です: saiten {} {}", extra, command.name, command.arguments)},
              SeeHelp(command));
}

}  // namespace

Error NoSuchGlobalOption(const std::string& written) {
  const size_t begin = written.find_first_not_of('-');
  const std::string name = written.substr(begin == std::string::npos ? 0 : begin, written.find('=') - begin);
  std::vector<std::string_view> names = {"version", "help"};
  for (const OptionSpec& option : GlobalOptions()) names.push_back(option.name);
  std::string near(driver::Nearest(name, names));
  if (written == "-V") near = "version";
  const Text hint = {"`saiten --help` lists commands and options", "`saiten --help`でコマンドとオプションを表示します"};
  if (near.empty()) {
    return Fail(ErrorKind::kUsage,
                {fmt::format("no option `{}`", written), fmt::format("`{}`というオプションはありません", written)},
                hint);
  }
  return Fail(ErrorKind::kUsage,
              {fmt::format("no option `{}`; did you mean `--{}`?", written, near),
               fmt::format("`{}`というオプションはありません。`--{}`のことですか", written, near)},
              hint);
}

bool IsGlobalOption(const std::string& written) {
  return std::ranges::any_of(GlobalOptions(), [&](const OptionSpec& option) {
    const std::string name = "--" + std::string(option.name);
    return written == name || written.starts_with(name + "=") ||
           (option.letter && written.starts_with(std::string{'-', option.letter}));
  });
}

std::string EnvironmentName(std::string_view option) {
  std::string name = "SAITEN_";
  for (char c : option) name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return name;
}

Split SplitCommand(const std::vector<std::string>& words) {
  Split split;
  std::vector<size_t> named;  // where the command's words stand
  bool skip = false;
  for (size_t i = 0; i < words.size() && named.size() < 2; ++i) {
    const std::string& word = words[i];
    if (std::exchange(skip, false)) continue;
    if (word == "--") break;
    if (word.size() > 1 && word[0] == '-') {
      for (const OptionSpec& option : GlobalOptions()) {
        const bool is_it =
            word == "--" + std::string(option.name) || (option.letter && word == std::string{'-', option.letter});
        if (is_it && !option.value.empty()) skip = true;
      }
      continue;
    }
    if (named.empty() && word == "help") {
      split.help = true;
      continue;
    }
    named.push_back(i);
  }
  for (const std::string& word : words) {
    if (word == "--") break;
    split.help |= word == "--help" || word == "-h";
    split.version |= word == "--version";
  }
  size_t taken = 0;
  if (named.size() == 2) split.command = FindCommand(words[named[0]] + " " + words[named[1]]);
  if (split.command) {
    taken = 2;
  } else if (!named.empty()) {
    split.command = FindCommand(words[named[0]]);
    if (split.command)
      taken = 1;
    else
      split.unknown = words[named[0]] + (named.size() == 2 ? " " + words[named[1]] : "");
  }
  for (size_t i = 0; i < words.size(); ++i) {
    if (std::find(named.begin(), named.begin() + static_cast<ptrdiff_t>(taken), i) ==
        named.begin() + static_cast<ptrdiff_t>(taken))
      split.rest.push_back(words[i]);
  }
  return split;
}

Result<Arguments> ParseArguments(const Command& command, const std::vector<std::string>& words) {
  po::options_description description;
  const auto options = OptionsOf(command);
  for (const OptionSpec* option : options) {
    std::string name(option->name);
    if (option->letter) name += fmt::format(",{}", option->letter);
    if (option->value.empty())
      description.add_options()(name.c_str(), "");
    else
      description.add_options()(name.c_str(), po::value<std::string>(), "");
  }
  description.add_options()("argument", po::value<std::vector<std::string>>(), "");
  po::positional_options_description positional;
  positional.add("argument", -1);

  Arguments arguments;
  try {
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    const auto parsed = po::command_line_parser(words).options(description).positional(positional).style(style).run();
    for (const auto& option : parsed.options) {
      if (option.string_key == "argument")
        arguments.positional.insert(arguments.positional.end(), option.value.begin(), option.value.end());
      else
        arguments.options[option.string_key].push_back(option.value.empty() ? "" : option.value[0]);
    }
  } catch (const po::unknown_option& e) {
    return NoSuchOption(command, e.get_option_name());
  } catch (const po::invalid_command_line_syntax& e) {
    return Fail(ErrorKind::kUsage,
                {fmt::format("`{}` needs a value", e.get_option_name()),
                 fmt::format("`{}`には値が必要です", e.get_option_name())},
                SeeHelp(command));
  } catch (const po::error& e) {
    return Fail(ErrorKind::kUsage, {e.what(), std::string("コマンドラインを読めません: ") + e.what()},
                SeeHelp(command));
  }

  for (const OptionSpec* option : options) {
    if (auto found = arguments.options.find(option->name); found != arguments.options.end()) {
      SAITEN_RETURN_IF_ERROR(NotBuilt(*option));
      if (found->second.size() > 1 && !option->repeated && !option->value.empty()) {
        return Fail(ErrorKind::kUsage,
                    {fmt::format("`--{}` is given twice", option->name),
                     fmt::format("`--{}`が2回指定されています", option->name)},
                    SeeHelp(command));
      }
      for (const std::string& value : found->second) SAITEN_RETURN_IF_ERROR(CheckValue(command, *option, value));
    }
    SAITEN_RETURN_IF_ERROR(TakeEnvironment(command, *option, arguments));
  }
  SAITEN_RETURN_IF_ERROR(CheckCount(command, arguments.positional));
  return arguments;
}

Console::Options EarlyOptions(const std::vector<std::string>& words) {
  auto value_of = [&](std::string_view name) -> std::optional<std::string> {
    const std::string flag = "--" + std::string(name);
    std::optional<std::string> value;
    for (size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
      if (words[i] == flag && i + 1 < words.size()) value = words[i + 1];
      if (words[i].starts_with(flag + "=")) value = words[i].substr(flag.size() + 1);
    }
    if (value) return value;
    const char* variable = std::getenv(EnvironmentName(name).c_str());
    return variable ? std::optional<std::string>(variable) : std::nullopt;
  };
  auto has = [&](std::string_view flag) { return std::ranges::find(words, flag) != words.end(); };

  Console::Options options;
  options.language = driver::LanguageOfEnvironment();
  if (const auto lang = value_of("lang"))
    options.language = lang == "ja" ? driver::Language::kJapanese : driver::Language::kEnglish;
  if (const auto color = value_of("color")) {
    if (color == "always") options.color = Console::ColorMode::kAlways;
    if (color == "never") options.color = Console::ColorMode::kNever;
  }
  options.json_log = value_of("log-format") == "json";
  options.progress = !has("--no-progress");
  if (has("-q") || has("--quiet")) options.verbosity = -1;
  if (has("-v") || has("--verbose")) options.verbosity = 1;
  return options;
}

}  // namespace saiten::cli
