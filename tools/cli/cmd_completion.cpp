#include <set>

#include <fmt/format.h>

#include "driver/explain.h"
#include "tools/cli/commands.h"

namespace saiten::cli {
namespace {

// The words that may follow `saiten`; of `schema pull` the first.
std::string FirstWords() {
  std::set<std::string> words;
  for (const Command& command : AllCommands()) {
    if (command.run) words.insert(std::string(command.name.substr(0, command.name.find(' '))));
  }
  words.insert("help");
  return fmt::format("{}", fmt::join(words, " "));
}

std::string Flags(const std::vector<OptionSpec>& options) {
  std::string flags;
  for (const OptionSpec& option : options) {
    if (!option.not_built) flags += fmt::format("{}--{}", flags.empty() ? "" : " ", option.name);
  }
  return flags;
}

// `schema` -> `pull check`
std::string SecondWords(std::string_view first) {
  std::string words;
  for (const Command& command : AllCommands()) {
    if (command.run && command.name.starts_with(std::string(first) + " ")) {
      words += fmt::format("{}{}", words.empty() ? "" : " ", command.name.substr(first.size() + 1));
    }
  }
  return words;
}

// Flags that are followed by a value, as `|` patterns: the word behind them is no command.
std::vector<std::string> FlagsWithValue() {
  std::set<std::string> flags;
  auto add = [&](const std::vector<OptionSpec>& options) {
    for (const OptionSpec& option : options) {
      if (option.value.empty()) continue;
      flags.insert("--" + std::string(option.name));
      if (option.letter) flags.insert(std::string{'-', option.letter});
    }
  };
  add(GlobalOptions());
  for (const Command& command : AllCommands()) add(command.options);
  return {flags.begin(), flags.end()};
}

std::string AllCodes() {
  std::string codes;
  for (const driver::CodePage& page : driver::AllPages(driver::Language::kEnglish)) codes += " " + page.id;
  return codes.substr(1);
}

// What may stand behind a command, where that is known; `$objects` are those of the project.
std::string Arguments(std::string_view command) {
  if (command == "completion") return "bash zsh fish";
  if (command == "explain") return AllCodes();
  return {};
}

// `--output` takes more than its choices (`json:FILE`), so they are no choices for the parser.
std::string Choices(const OptionSpec& option) {
  if (option.name == "output") {
    std::string names = driver::ReportFormatNames();
    std::erase(names, ',');
    return names;
  }
  return fmt::format("{}", fmt::join(option.choices, " "));
}

// ` " "|"schema "`: nothing yet, or the first word of a command of two.
std::string Patterns(const std::set<std::string>& groups) {
  std::string out = " \" \"";
  for (const std::string& group : groups) out += "|\"" + group + " \"";
  return out;
}

// Reads the declarations of objects out of the rules of the folder: running the checker would keep the user waiting.
constexpr std::string_view kBashObjects =
    "_saiten_objects() {\n"
    "  grep -rhoE --include='*.rules' '^object[[:space:]]+[^[:space:]{]+' -- \"${1:-.}\" 2>/dev/null | awk '{print "
    "$2}' | "
    "sort -u\n"
    "}\n";

std::string Bash() {
  std::string out =
      "# bash completion for saiten: source <(saiten completion bash)\n" + std::string(kBashObjects) +
      "_saiten() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  local command=\"\" second=\"\" folder=\"\" flag=\"\" skip=\"\" word help=\"\"\n"
      "  # `--lang=ja` comes as three words.\n"
      "  if [[ $current == = ]]; then current=\"\"; elif [[ $previous == = ]]; then "
      "previous=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    if [[ -n $skip ]]; then\n"
      "      [[ $word == = ]] && continue\n"
      "      [[ $flag == -C || $flag == --directory ]] && folder=${word/#\\~/$HOME}\n"
      "      skip=\"\"; continue\n"
      "    fi\n"
      "    case $word in\n"
      "      " +
      fmt::format("{}", fmt::join(FlagsWithValue(), "|")) +
      ") flag=$word skip=1 ;;\n"
      "      -*|=) ;;\n"
      "      help) [[ -z $command ]] && help=1 ;;\n"
      "      *) if [[ -z $command ]]; then command=$word; elif [[ -z $second ]]; then second=$word; fi ;;\n"
      "    esac\n"
      "  done\n"
      "  local flags=\"" +
      Flags(GlobalOptions()) +
      "\" words=\"\"\n"
      "  case $previous in\n";
  std::set<std::string> seen;
  auto add_choices = [&](const std::vector<OptionSpec>& options) {
    for (const OptionSpec& option : options) {
      const std::string choices = Choices(option);
      if (choices.empty() || !seen.insert(std::string(option.name)).second) continue;
      out +=
          fmt::format("    --{}) COMPREPLY=($(compgen -W \"{}\" -- \"$current\")); return ;;\n", option.name, choices);
    }
  };
  add_choices(GlobalOptions());
  for (const Command& command : AllCommands()) add_choices(command.options);
  out +=
      "    -C|--directory) compopt -o dirnames 2>/dev/null; COMPREPLY=($(compgen -d -- \"$current\")); return ;;\n"
      "  esac\n"
      "  if [[ -n $skip ]]; then COMPREPLY=($(compgen -f -- \"$current\")); return; fi\n"
      "  case \"$command $second\" in\n    \" \") words=\"" +
      FirstWords() + "\" ;;\n";
  std::set<std::string> groups;
  for (const Command& command : AllCommands()) {
    if (!command.run) continue;
    const size_t space = command.name.find(' ');
    const std::string flags = Flags(command.options);
    if (command.name == "why") {
      out += fmt::format("    \"why \") flags=\"{} $flags\" words=$(_saiten_objects \"$folder\") ;;\n", flags);
    }
    if (space == std::string_view::npos) {
      out += fmt::format("    \"{} \"*) flags=\"{} $flags\" words=\"{}\" ;;\n", command.name, flags,
                         Arguments(command.name));
    } else {
      out += fmt::format("    \"{}\") flags=\"{} $flags\" ;;\n", command.name, flags);
      groups.insert(std::string(command.name.substr(0, space)));
    }
  }
  for (const std::string& group : groups)
    out += fmt::format("    \"{} \") words=\"{}\" ;;\n", group, SecondWords(group));
  out +=
      "  esac\n"
      "  # Behind `help` stands the name of a command and nothing more.\n"
      "  if [[ -n $help ]]; then case \"$command \" in" +
      Patterns(groups) +
      ") ;; *) words=\"\"; return ;; esac; fi\n"
      "  if [[ $current == -* ]]; then COMPREPLY=($(compgen -W \"$flags\" -- \"$current\"))\n"
      "  elif [[ -n $words ]]; then COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
      "  else compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- \"$current\")); fi\n"
      "}\n"
      "complete -F _saiten saiten\n";
  return out;
}

// zsh runs bash completions; one description serves both.
std::string Zsh() {
  return "#compdef saiten\n# zsh completion for saiten: source <(saiten completion zsh)\n"
         "autoload -U +X bashcompinit && bashcompinit\n" +
         Bash();
}

std::string Quoted(std::string_view text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("\\'") : std::string(1, c);
  return out + "'";
}

// fish's own helpers take the value of a flag (`--lang ja`) for a command, so the words are counted here.
std::string FishWords() {
  return "function __saiten_words\n"
         "  set -l skip 0\n"
         "  for word in (commandline -opc)[2..-1]\n"
         "    if test $skip = 1\n      set skip 0\n      continue\n    end\n"
         "    switch $word\n      case " +
         fmt::format("{}", fmt::join(FlagsWithValue(), " ")) +
         "\n        set skip 1\n      case '-*' help\n      case '*'\n        echo $word\n    end\n  end\nend\n"
         "function __saiten_is\n  test (__saiten_words | string join ' ') = \"$argv\"\nend\n"
         "function __saiten_in\n  string match -q -- \"$argv *\" (__saiten_words | string join ' ')' '\nend\n"
         "function __saiten_objects\n"
         "  grep -rhoE --include='*.rules' '^object[[:space:]]+[^[:space:]{]+' . 2>/dev/null | awk '{print $2}' | sort "
         "-u\n"
         "end\n";
}

std::string Fish(driver::Language language) {
  std::string out = "# fish completion for saiten: saiten completion fish | source\n" + FishWords();
  std::set<std::string> groups;
  auto add_flags = [&](const std::vector<OptionSpec>& options, const std::string& condition) {
    for (const OptionSpec& option : options) {
      if (option.not_built) continue;
      out += "complete -c saiten" + condition + fmt::format(" -l {}", option.name);
      if (option.letter) out += fmt::format(" -s {}", option.letter);
      if (const std::string choices = Choices(option); !choices.empty())
        out += fmt::format(" -x -a '{}'", choices);
      else if (!option.value.empty())
        out += " -r";
      out += " -d " + Quoted(option.help.In(language)) + "\n";
    }
  };
  add_flags(GlobalOptions(), "");
  out += "complete -c saiten -n '__saiten_is' -f -a help\n";
  for (const Command& command : AllCommands()) {
    if (!command.run) continue;
    const size_t space = command.name.find(' ');
    const std::string first(command.name.substr(0, space));
    if (space == std::string_view::npos || groups.insert(first).second) {
      out += fmt::format("complete -c saiten -n '__saiten_is' -f -a {} -d {}\n", first,
                         Quoted(space == std::string_view::npos ? command.summary.In(language) : SecondWords(first)));
    }
    if (space != std::string_view::npos) {
      out += fmt::format("complete -c saiten -n '__saiten_is {}' -f -a {} -d {}\n", first,
                         command.name.substr(space + 1), Quoted(command.summary.In(language)));
    }
    if (const std::string words = Arguments(command.name); !words.empty())
      out += fmt::format("complete -c saiten -n '__saiten_is {}' -f -a '{}'\n", command.name, words);
    if (command.name == "why") out += "complete -c saiten -n '__saiten_is why' -f -a '(__saiten_objects)'\n";
    add_flags(command.options, fmt::format(" -n '__saiten_in {}'", command.name));
  }
  return out;
}

Exit Run(Context& context) {
  const std::string& shell = context.positional()[0];
  if (shell == "bash")
    context.console().Result(Bash());
  else if (shell == "zsh")
    context.console().Result(Zsh());
  else if (shell == "fish")
    context.console().Result(Fish(context.language()));
  else
    return context.Fail(
        driver::Fail(ErrorKind::kUsage,
                     {fmt::format("no completion for `{}`: bash, zsh or fish", shell),
                      fmt::format("`{}`の補完はありません。bash、zsh、fishのいずれかを指定してください", shell)}));
  return Exit::kOk;
}

}  // namespace

Command CompletionCommand() {
  return {.name = "completion",
          .arguments = "bash|zsh|fish",
          .summary = {"what the shell needs to complete commands and flags", "シェルの補完スクリプト"},
          .examples = {{"source <(saiten completion bash)", {"now, in this shell", "いまのシェルで有効にする"}},
                       {"saiten completion fish > ~/.config/fish/completions/saiten.fish",
                        {"for good", "今後ずっと有効にする"}}},
          .min_arguments = 1,
          .max_arguments = 1,
          .run = Run};
}

}  // namespace saiten::cli
