#include <set>

#include <fmt/format.h>

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

std::string Bash() {
  std::string out =
      "# bash completion for saiten: source <(saiten completion bash)\n"
      "_saiten() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command=\"\" second=\"\" word\n"
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    [[ $word == -* ]] && continue\n"
      "    if [[ -z $command ]]; then command=$word; elif [[ -z $second ]]; then second=$word; fi\n"
      "  done\n"
      "  local flags=\"" +
      Flags(GlobalOptions()) +
      "\" words=\"\"\n"
      "  case $previous in\n";
  std::set<std::string> seen;
  auto add_choices = [&](const std::vector<OptionSpec>& options) {
    for (const OptionSpec& option : options) {
      if (option.choices.empty() || !seen.insert(std::string(option.name)).second) continue;
      out += fmt::format("    --{}) COMPREPLY=($(compgen -W \"{}\" -- \"$current\")); return ;;\n", option.name,
                         fmt::join(option.choices, " "));
    }
  };
  add_choices(GlobalOptions());
  for (const Command& command : AllCommands()) add_choices(command.options);
  out += "  esac\n  case \"$command $second\" in\n    \" \") words=\"" + FirstWords() + "\" ;;\n";
  std::set<std::string> groups;
  for (const Command& command : AllCommands()) {
    if (!command.run) continue;
    const size_t space = command.name.find(' ');
    const std::string flags = Flags(command.options);
    if (space == std::string_view::npos) {
      const std::string words = command.name == "completion" ? "bash zsh fish" : "";
      out += fmt::format("    \"{} \"*) flags=\"{} $flags\" words=\"{}\" ;;\n", command.name, flags, words);
    } else {
      out += fmt::format("    \"{}\") flags=\"{} $flags\" ;;\n", command.name, flags);
      groups.insert(std::string(command.name.substr(0, space)));
    }
  }
  for (const std::string& group : groups)
    out += fmt::format("    \"{} \") words=\"{}\" ;;\n", group, SecondWords(group));
  out +=
      "  esac\n"
      "  if [[ $current == -* ]]; then COMPREPLY=($(compgen -W \"$flags\" -- \"$current\"))\n"
      "  elif [[ -n $words ]]; then COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
      "  else COMPREPLY=($(compgen -f -- \"$current\")); fi\n"
      "}\n"
      "complete -o filenames -F _saiten saiten\n";
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

std::string Fish(driver::Language language) {
  std::string out = "# fish completion for saiten: saiten completion fish | source\n";
  std::set<std::string> groups;
  auto add_flags = [&](const std::vector<OptionSpec>& options, const std::string& condition) {
    for (const OptionSpec& option : options) {
      if (option.not_built) continue;
      out += "complete -c saiten" + condition + fmt::format(" -l {}", option.name);
      if (option.letter) out += fmt::format(" -s {}", option.letter);
      if (!option.choices.empty())
        out += fmt::format(" -x -a '{}'", fmt::join(option.choices, " "));
      else if (!option.value.empty())
        out += " -r";
      out += " -d " + Quoted(option.help.In(language)) + "\n";
    }
  };
  add_flags(GlobalOptions(), "");
  for (const Command& command : AllCommands()) {
    if (!command.run) continue;
    const size_t space = command.name.find(' ');
    const std::string first(command.name.substr(0, space));
    if (space == std::string_view::npos || groups.insert(first).second) {
      out += fmt::format("complete -c saiten -n __fish_use_subcommand -f -a {} -d {}\n", first,
                         Quoted(space == std::string_view::npos ? command.summary.In(language) : SecondWords(first)));
    }
    std::string condition = fmt::format(" -n '__fish_seen_subcommand_from {}'", first);
    if (space != std::string_view::npos) {
      const std::string second(command.name.substr(space + 1));
      out += fmt::format("complete -c saiten -n '__fish_seen_subcommand_from {}' -f -a {} -d {}\n", first, second,
                         Quoted(command.summary.In(language)));
      condition =
          fmt::format(" -n '__fish_seen_subcommand_from {}; and __fish_seen_subcommand_from {}'", first, second);
    }
    add_flags(command.options, condition);
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
