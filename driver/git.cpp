#include "driver/git.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "driver/words.h"

extern char** environ;

namespace saiten::driver {
namespace {

namespace fs = std::filesystem;

// Closed with it.
class Pipe {
 public:
  Pipe() { opened_ = pipe2(ends_.data(), O_CLOEXEC) == 0; }
  ~Pipe() {
    CloseWriting();
    if (opened_) close(ends_[0]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  bool opened() const { return opened_; }
  int reading() const { return ends_[0]; }
  int writing() const { return ends_[1]; }
  void CloseWriting() {
    if (opened_ && ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
  bool opened_ = false;
};

// Both to their ends, side by side: whoever writes much to one must not wait for the other.
void ReadBoth(int out_fd, int err_fd, std::string& out, std::string& err) {
  std::array<pollfd, 2> open{
      {{.fd = out_fd, .events = POLLIN, .revents = 0}, {.fd = err_fd, .events = POLLIN, .revents = 0}}};
  std::array<char, 65536> buffer;
  while (open[0].fd >= 0 || open[1].fd >= 0) {
    if (poll(open.data(), open.size(), -1) < 0 && errno != EINTR) return;
    for (size_t i = 0; i < open.size(); ++i) {
      if (open[i].fd < 0 || open[i].revents == 0) continue;
      const ssize_t n = read(open[i].fd, buffer.data(), buffer.size());
      if (n > 0) {
        (i == 0 ? out : err).append(buffer.data(), static_cast<size_t>(n));
      } else if (n == 0 || errno != EINTR) {
        open[i].fd = -1;
      }
    }
  }
}

struct Answer {
  int exit_code = 0;
  std::string out;
  std::string err;
};

// `git -C folder arguments`. kIo where it cannot be started.
Result<Answer> Git(const std::string& folder, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"git", "-C", folder});
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  Pipe out, err;
  int failed = out.opened() && err.opened() ? 0 : errno;
  pid_t child = 0;
  if (failed == 0) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out.writing(), 1);
    posix_spawn_file_actions_adddup2(&actions, err.writing(), 2);
    failed = posix_spawnp(&child, "git", &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
  }
  if (failed != 0) {
    const Text why = SystemReason(failed);
    return Fail(ErrorKind::kIo,
                {fmt::format("`git` cannot be started: {}", why.en), fmt::format("`git`を起動できません: {}", why.ja)});
  }
  out.CloseWriting();
  err.CloseWriting();
  Answer answer;
  ReadBoth(out.reading(), err.reading(), answer.out, answer.err);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  answer.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return answer;
}

// Its output; kIo with what it said where it failed.
Result<std::string> OutputOf(const std::string& folder, const std::vector<std::string>& arguments) {
  SAITEN_ASSIGN_OR_RETURN(Answer answer, Git(folder, arguments));
  if (answer.exit_code == 0) return std::move(answer.out);
  while (answer.err.ends_with('\n')) answer.err.pop_back();
  return Fail(ErrorKind::kIo, {fmt::format("`git {}` failed: {}", arguments[0], answer.err),
                               fmt::format("`git {}`が失敗しました: {}", arguments[0], answer.err)});
}

Result<std::string> CommitOf(const std::string& folder, const std::string& ref) {
  SAITEN_ASSIGN_OR_RETURN(const Answer inside, Git(folder, {"rev-parse", "--git-dir"}));
  if (inside.exit_code != 0) {
    return Fail(ErrorKind::kUsage,
                {fmt::format("`{}` lies in no git repository", folder),
                 fmt::format("`{}`はgitリポジトリの中にありません", folder)},
                {"`git init` makes one", "`git init`で作成できます"});
  }
  SAITEN_ASSIGN_OR_RETURN(Answer found,
                          Git(folder, {"rev-parse", "--verify", "--quiet", "--end-of-options", ref + "^{commit}"}));
  while (found.out.ends_with('\n')) found.out.pop_back();
  if (found.exit_code == 0) return std::move(found.out);
  return Fail(
      ErrorKind::kUsage,
      {fmt::format("`{}` is no commit of this repository", ref), fmt::format("`{}`というコミットはありません", ref)},
      {"a server often fetches the last commit alone: `git fetch --unshallow`, or `fetch-depth: 0` in GitHub Actions",
       "CIでは最新のコミットしか取得していないことがあります: `git fetch --unshallow`、GitHub Actionsでは`fetch-depth: "
       "0`"});
}

std::vector<std::string> CutAtZeros(const std::string& text) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find('\0', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace

Result<Committed> ProjectAt(const Project& project, const std::string& ref) {
  SAITEN_ASSIGN_OR_RETURN(const std::string commit, CommitOf(project.root, ref));
  // Seen from the project's folder.
  SAITEN_ASSIGN_OR_RETURN(const std::string names,
                          OutputOf(project.root, {"ls-tree", "-r", "-z", "--name-only", commit}));
  const std::vector<std::string> paths = CutAtZeros(names);
  std::error_code ignored;
  const fs::path shown = fs::path(project.root).lexically_proximate(fs::canonical(".", ignored));
  Committed committed{.project = project, .sources = {}};
  committed.project.files.clear();
  for (const std::string& path : RulesAmong(paths)) {
    SAITEN_ASSIGN_OR_RETURN(std::string text, OutputOf(project.root, {"show", commit + ":./" + path}));
    committed.project.files.push_back((shown / path).lexically_normal().string());
    committed.sources.Add(committed.project.files.back(), std::move(text));
  }
  return committed;
}

}  // namespace saiten::driver
