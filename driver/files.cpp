#include "driver/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <utility>

#include <fmt/format.h>

#include "base/interrupt.h"
#include "driver/words.h"

namespace saiten::driver {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFile = size_t{1} << 30;
constexpr size_t kChunk = size_t{1} << 16;

// A file descriptor that is closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int get() const { return number_; }
  bool Close() { return close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

Error CannotRead(const std::string& path, const Text& why) {
  return Fail(ErrorKind::kIo,
              {fmt::format("cannot read {}: {}", path, why.en), fmt::format("{}を読めません: {}", path, why.ja)});
}

Error CannotWrite(const std::string& path, int number) {
  const Text why = SystemReason(number);
  return Fail(ErrorKind::kIo,
              {fmt::format("cannot write {}: {}", path, why.en), fmt::format("{}に書き込めません: {}", path, why.ja)});
}

// 0, or what the system says.
int WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

// Writes into what is there: an ordinary file is emptied first.
Status WriteInPlace(const std::string& path, std::string_view text) {
  Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666));
  if (file.get() < 0) return CannotWrite(path, errno);
  if (const int number = WriteAll(file.get(), text); number != 0 && number != EPIPE) return CannotWrite(path, number);
  if (!file.Close()) return CannotWrite(path, errno);
  return {};
}

// `path` is the file itself, not a link; `before` is what stands there, if anything does.
Status WriteBeside(const std::string& path, const struct stat* before, std::string_view text) {
  const StopScope scope;
  const std::string beside = (fs::path(path).parent_path() / fmt::format(".saiten-{}.tmp", getpid())).string();
  unlink(beside.c_str());
  Descriptor file(open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  // A file may be writable in a folder that is not.
  if (file.get() < 0) return before ? WriteInPlace(path, text) : CannotWrite(path, errno);
  auto failed = [&](int number) {
    unlink(beside.c_str());
    return CannotWrite(path, number);
  };
  if (before) {
    // Only root can give a file away; the rights are set last, since a change of the owner takes some of them back.
    if (before->st_uid != geteuid() || before->st_gid != getegid()) {
      [[maybe_unused]] const int given = fchown(file.get(), before->st_uid, before->st_gid);
    }
    if (fchmod(file.get(), before->st_mode & 07777) != 0) return failed(errno);
  }
  if (const int number = WriteAll(file.get(), text); number != 0) return failed(number);
  if (!file.Close()) return failed(errno);
  if (rename(beside.c_str(), path.c_str()) == 0) return {};
  const int number = errno;
  if (before == nullptr || number != EBUSY) return failed(number);
  // A file that is mounted by itself (in a container) cannot be replaced.
  unlink(beside.c_str());
  return WriteInPlace(path, text);
}

bool IsDatabase(const std::string& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return false;
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  std::array<char, kMagic.size()> begin{};
  std::ifstream file(path, std::ios::binary);
  file.read(begin.data(), begin.size());
  return file.gcount() == begin.size() && std::string_view(begin.data(), begin.size()) == kMagic;
}

}  // namespace

Result<std::string> ReadFile(const std::string& path) {
  // Without waiting: opening a pipe would wait for somebody to write to it.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0 && errno != ENXIO) return CannotRead(path, SystemReason(errno));
  struct stat info{};
  if (file.get() >= 0 && fstat(file.get(), &info) != 0) return CannotRead(path, SystemReason(errno));
  if (S_ISDIR(info.st_mode)) return CannotRead(path, {"it is a folder", "フォルダーです"});
  if (!S_ISREG(info.st_mode)) {
    return CannotRead(path, {"it is a pipe, a device or a socket, not a file",
                             "ファイルではなく、パイプ、デバイスまたはソケットです"});
  }
  const auto size = static_cast<size_t>(info.st_size);
  std::string text;
  if (size < kMaxFile) text.reserve(size + kChunk);
  while (true) {
    // What the system calculates when it is read says that it has no size.
    const size_t before = text.size();
    if (std::max(before, size) >= kMaxFile) {
      return CannotRead(path, {fmt::format("it has {} MB; rules are smaller than 1 GB", std::max(before, size) >> 20),
                               fmt::format("{} MBあります。ルールは1 GB未満です", std::max(before, size) >> 20)});
    }
    text.resize(before + kChunk);
    const ssize_t got = read(file.get(), text.data() + before, kChunk);
    const int number = errno;
    text.resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && number != EINTR) return CannotRead(path, SystemReason(number));
    if (got == 0) return text;
  }
}

Status CanWriteFile(const std::string& path) {
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) {
    if (errno != ENOENT) return CannotWrite(path, errno);
    const fs::path folder = fs::path(path).parent_path();
    if (faccessat(AT_FDCWD, folder.empty() ? "." : folder.c_str(), W_OK, AT_EACCESS) != 0) {
      return CannotWrite(path, errno);
    }
    return {};
  }
  if (S_ISDIR(info.st_mode)) return CannotWrite(path, EISDIR);
  if (IsDatabase(path)) {
    return Fail(ErrorKind::kRefused,
                {fmt::format("`{}` is a database: it is not replaced by a report", path),
                 fmt::format("`{}`はデータベースです。上書きしません", path)},
                {"name another file", "別のファイルを指定してください"});
  }
  if (S_ISREG(info.st_mode) && faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0) {
    return CannotWrite(path, errno);
  }
  return {};
}

Status WriteFile(const std::string& path, std::string_view text) {
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) {
    if (errno != ENOENT) return CannotWrite(path, errno);
    struct stat link{};
    const bool leads_nowhere = lstat(path.c_str(), &link) == 0;
    return leads_nowhere ? WriteInPlace(path, text) : WriteBeside(path, nullptr, text);
  }
  for (std::FILE* stream : {stdout, stderr}) {
    // `/dev/stdout` may be a file (`> out.txt`): moving another there would lose what is printed afterwards.
    struct stat standard{};
    if (fstat(fileno(stream), &standard) != 0 || standard.st_dev != info.st_dev || standard.st_ino != info.st_ino)
      continue;
    std::fflush(stream);
    if (const int number = WriteAll(fileno(stream), text); number != 0 && number != EPIPE)
      return CannotWrite(path, number);
    return {};
  }
  SAITEN_RETURN_IF_ERROR(CanWriteFile(path));
  if (!S_ISREG(info.st_mode)) return WriteInPlace(path, text);
  std::error_code error;
  const fs::path target = fs::canonical(path, error);
  if (error) return CannotWrite(path, error.value());
  return WriteBeside(target.string(), &info, text);
}

}  // namespace saiten::driver
