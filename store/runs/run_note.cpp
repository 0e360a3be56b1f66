#include "store/runs/run_note.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>

#include <fmt/format.h>

#include "store/cache_folder.h"
#include "store/messages.h"

namespace saiten::store {
namespace {

namespace fs = std::filesystem;

std::string FileOf(const std::string& database) { return CacheFolderOf(database) + "/running"; }

std::string HostName() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "";
}

std::string Line(std::string text) {
  std::erase(text, '\n');
  return text;
}

}  // namespace

RunNote RunNote::OfThisProcess() { return {.pid = getpid(), .host = HostName()}; }

bool RunNote::MayBeAlive() const {
  if (pid == getpid()) return true;
  return host != HostName() || pid <= 0 || kill(static_cast<pid_t>(pid), 0) == 0 || errno != ESRCH;
}

std::optional<RunNote> ReadRunNote(const std::string& database) {
  std::error_code ignored;
  if (!fs::is_regular_file(FileOf(database), ignored)) return std::nullopt;
  std::ifstream file(FileOf(database));
  std::map<std::string, std::string, std::less<>> values;
  for (std::string line; std::getline(file, line);) {
    const size_t equals = line.find('=');
    if (equals != std::string::npos) values[line.substr(0, equals)] = line.substr(equals + 1);
  }
  // The last line says that those before it are whole.
  if (values["end"] != "1") return std::nullopt;
  RunNote note{.host = values["host"],
               .rules = values["rules"],
               .engine = values["engine"],
               .shard = values["shard"],
               .failed = values["failed"] == "1"};
  for (const auto& [name, number] :
       {std::pair{"pid", &note.pid}, std::pair{"started", &note.started}, std::pair{"as_of", &note.as_of}}) {
    const std::string& text = values[name];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  }
  return note;
}

Status WriteRunNote(const std::string& database, const RunNote& note) {
  std::error_code error;
  fs::create_directories(CacheFolderOf(database), error);
  const std::string path = FileOf(database);
  if (error) return Fail(Failure::kNoteNotWritten, {path, SystemReason(error.value())});
  const std::string fresh = path + ".new";
  std::ofstream file(fresh, std::ios::trunc);
  file << fmt::format("pid={}\nhost={}\nstarted={}\nas_of={}\nrules={}\nengine={}\nshard={}\nfailed={}\nend=1\n",
                      note.pid, Line(note.host), note.started, note.as_of, Line(note.rules), Line(note.engine),
                      Line(note.shard), note.failed ? 1 : 0);
  file.close();
  if (!file || rename(fresh.c_str(), path.c_str()) != 0) {
    const Text reason = SystemReason(errno);
    return Fail(Failure::kNoteNotWritten, {path, reason});
  }
  return {};
}

void RemoveRunNote(const std::string& database) {
  std::error_code ignored;  // a note that stays is only one that says too much
  fs::remove(FileOf(database), ignored);
  fs::remove(CacheFolderOf(database), ignored);  // fails, as it should, where something else lies there
}

}  // namespace saiten::store
