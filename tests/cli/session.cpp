#include "tests/cli/session.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

#include "tests/support/golden.h"

namespace saiten::test {
namespace {

namespace fs = std::filesystem;

void ReplaceAll(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

// What differs from run to run: the folder, and times at the end of a line.
std::string Steady(std::string text, const fs::path& folder) {
  ReplaceAll(text, fs::canonical(folder).string(), "<folder>");
  ReplaceAll(text, folder.string(), "<folder>");
  std::string out;
  std::istringstream in(text);
  bool first = true;
  for (std::string line; std::getline(in, line); first = false) {
    if (!first) out += '\n';
    static const std::regex kTime("[0-9]+(\\.[0-9]+)? s(\\)?)$");
    line = std::regex_replace(line, kTime, "<time>$2");
    out += line;
  }
  if (text.ends_with('\n')) out += '\n';
  return out;
}

Step RunStep(const Step& step, const fs::path& folder, const fs::path& scratch) {
  const fs::path out = scratch / "stdout";
  const fs::path err = scratch / "stderr";
  std::string line = step.line;
  if (step.kind == "run") {
    // Leading VAR=value words stay in front of the command.
    size_t at = 0;
    while (true) {
      const size_t end = line.find(' ', at);
      const std::string word = line.substr(at, end == std::string::npos ? std::string::npos : end - at);
      const size_t equals = word.find('=');
      if (equals == std::string::npos || equals == 0 || word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != equals)
        break;
      at = end == std::string::npos ? line.size() : end + 1;
    }
    line.insert(at, "saiten ");
  }
  const pid_t pid = fork();
  if (pid == 0) {
    if (chdir(folder.c_str()) != 0) _exit(99);
    const int in = open("/dev/null", O_RDONLY);
    const int to_out = open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int to_err = open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(in, 0);
    dup2(to_out, 1);
    dup2(to_err, 2);
    const std::string path = std::string("PATH=") + SAITEN_BINARY_DIR + "/bin:" + getenv("PATH");
    const char* environment[] = {path.c_str(), "LANG=C.UTF-8", "HOME=/nonexistent", "TZ=UTC", nullptr};
    const char* arguments[] = {"bash", "-c", line.c_str(), nullptr};
    execve("/bin/bash", const_cast<char**>(arguments), const_cast<char**>(environment));
    _exit(98);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  Step ran = step;
  ran.standard_out = Steady(ReadFile(out), folder);
  ran.standard_error = Steady(ReadFile(err), folder);
  ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ran;
}

std::string Block(const std::string& heading, const std::string& text) {
  if (text.empty()) return "";
  return "## " + heading + "\n" + text + (text.ends_with('\n') ? "" : "\n\\ no newline\n");
}

}  // namespace

Session ReadSession(const fs::path& path) {
  Session session;
  std::string* into = &session.about;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("## ")) {
      *into += line + "\n";
      continue;
    }
    const size_t space = line.find(' ', 3);
    const std::string word = line.substr(3, space == std::string::npos ? std::string::npos : space - 3);
    const std::string rest = space == std::string::npos ? "" : line.substr(space + 1);
    if (word == "file") {
      into = &session.files.emplace_back(rest, "").second;
    } else if (word == "copy") {
      session.copies.push_back(rest);
    } else if (word == "run" || word == "sh") {
      session.steps.push_back({.kind = word, .line = rest});
    } else if (word == "stdout") {
      into = &session.steps.back().standard_out;
    } else if (word == "stderr") {
      into = &session.steps.back().standard_error;
    } else if (word == "exit") {
      session.steps.back().exit_code = std::stoi(rest);
    } else {
      ADD_FAILURE() << path << ": unknown heading " << line;
    }
  }
  return session;
}

std::string WriteSession(const Session& session) {
  std::string out = session.about;
  for (const auto& [name, text] : session.files) out += "## file " + name + "\n" + text;
  for (const std::string& copy : session.copies) out += "## copy " + copy + "\n";
  for (const Step& step : session.steps) {
    out += "## " + step.kind + " " + step.line + "\n";
    out += Block("stdout", step.standard_out) + Block("stderr", step.standard_error);
    out += "## exit " + std::to_string(step.exit_code) + "\n";
  }
  return out;
}

Session RunSession(const Session& session) {
  const TempDir scratch;
  const fs::path folder = scratch / "project";
  fs::create_directories(folder);
  for (const auto& [name, text] : session.files) {
    fs::create_directories((folder / name).parent_path());
    WriteFile(folder / name, text);
  }
  for (const std::string& copy : session.copies) {
    fs::copy(fs::path(SAITEN_SOURCE_DIR) / copy, folder,
             fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  }
  Session ran = session;
  for (Step& step : ran.steps) step = RunStep(step, folder, scratch.path());
  return ran;
}

}  // namespace saiten::test
