#include "vm/jit/cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <span>

#include "base/bytes.h"

namespace saiten::jit {
namespace {

namespace fs = std::filesystem;

// Raised whenever the bytes of a file mean something else.
constexpr char kMagic[8] = {'S', 'A', 'I', 'C', 'O', 'D', 'E', '1'};
// Left behind by a process that ended while it wrote; older ones are cleared away.
constexpr auto kAbandoned = std::chrono::hours(1);

struct Header {
  char magic[8];
  char key[32];
  uint64_t size;
  uint64_t checksum;  // XXH3 of the bytes behind
};

class Writer : public ByteWriter {
 public:
  template <typename T, typename Each>
  void All(const std::vector<T>& values, Each each) {
    Number(values.size());
    for (const T& value : values) each(value);
  }
  void Ids(const std::vector<ir::ValueId>& ids) {
    All(ids, [&](ir::ValueId id) { Value(id.value); });
  }
};

// Reads what Writer wrote.
class Reader : public ByteReader {
 public:
  using ByteReader::ByteReader;

  template <typename T, typename Each>
  std::vector<T> All(Each each) {
    std::vector<T> values;
    const uint64_t size = Number();
    for (uint64_t i = 0; i < size && ok(); ++i) values.push_back(each());
    return values;
  }
  ir::ValueId Id() {
    ir::ValueId id;
    id.value = Value<uint32_t>();
    return id;
  }
  std::vector<ir::ValueId> Ids() {
    return All<ir::ValueId>([&] { return Id(); });
  }
};

void WriteKernel(Writer& out, const ir::Kernel& kernel) {
  out.Value(kernel.object.value);
  out.All(kernel.insts, [&](const ir::Inst& inst) {
    out.Value(inst.op);
    out.Value(inst.type.kind);
    out.Value(inst.type.scale);
    out.Value(inst.type.optional);
    out.Value(inst.type.ref);
    out.Value(inst.is_list);
    out.Ids(inst.args);
    out.All(inst.blocks, [&](ir::BlockId block) { out.Value(block.value); });
    out.Value(inst.imm);
    out.Value(inst.imm2);
    out.Value(inst.aux);
    out.Value(inst.quiet);
    out.All(inst.limits, [&](const ir::SumLimits& limits) {
      out.Value(limits.min);
      out.Value(limits.max);
    });
  });
  out.All(kernel.blocks, [&](const ir::Block& block) {
    out.Ids(block.insts);
    out.Value(block.result.value);
  });
  out.All(kernel.outputs, [&](const ir::Output& output) {
    out.Value(output.value.value);
    out.Value(output.result);
  });
}

void WriteWidths(Writer& out, const std::vector<std::vector<rt::Width>>& widths) {
  out.All(widths,
          [&](const std::vector<rt::Width>& each) { out.All(each, [&](rt::Width width) { out.Value(width); }); });
}

// The linker's mark in one loaded object, where it is the one that holds `address`.
struct Mark {
  uintptr_t address;
  std::string bytes;
};

// For dl_iterate_phdr; 1 ends it.
int FindMark(dl_phdr_info* object, size_t, void* into) {
  auto& mark = *static_cast<Mark*>(into);
  const std::span<const ElfW(Phdr)> parts(object->dlpi_phdr, object->dlpi_phnum);
  const bool ours = std::ranges::any_of(parts, [&](const ElfW(Phdr) & part) {
    const uintptr_t begin = object->dlpi_addr + part.p_vaddr;
    return part.p_type == PT_LOAD && mark.address >= begin && mark.address - begin < part.p_memsz;
  });
  if (!ours) return 0;
  for (const ElfW(Phdr) & part : parts) {
    if (part.p_type != PT_NOTE) continue;
    const auto* notes = reinterpret_cast<const char*>(object->dlpi_addr + part.p_vaddr);
    const auto padded = [](size_t size) { return (size + 3) / 4 * 4; };
    for (size_t at = 0; at + sizeof(ElfW(Nhdr)) <= part.p_memsz;) {
      ElfW(Nhdr) note{};
      std::memcpy(&note, notes + at, sizeof note);
      const size_t name = at + sizeof note;
      const size_t bytes = name + padded(note.n_namesz);
      if (note.n_type == NT_GNU_BUILD_ID) mark.bytes.assign(notes + bytes, note.n_descsz);
      at = bytes + padded(note.n_descsz);
    }
  }
  return 1;
}

std::string Serialise(const StoredCode& code) {
  Writer out;
  out.All(code.needs, [&](const KernelNeeds& needs) {
    out.All(needs.inputs, [&](const Input& input) {
      out.Value(input.kind);
      out.Value(input.owner);
      out.Value(input.index);
    });
    out.All(needs.uniforms, [&](const Uniform& uniform) {
      out.Value(uniform.value.value);
      out.Value(uniform.day.value);
      out.Value(uniform.at_least);
    });
    out.All(needs.tests, [&](const std::vector<ir::ValueId>& tests) { out.Ids(tests); });
    out.All(needs.related, [&](const RelatedTest& related) { out.Ids({related.relation, related.test}); });
    out.Value<uint64_t>(needs.scratch_bytes);
  });
  out.All(code.objects, [&](const std::string& object) { out.Text(object); });
  return out.bytes();
}

std::optional<StoredCode> Parse(std::string_view bytes) {
  Reader in(bytes);
  StoredCode code;
  code.needs = in.All<KernelNeeds>([&] {
    KernelNeeds needs;
    needs.inputs = in.All<Input>([&] {
      Input input{};
      input.kind = in.Value<Input::Kind>();
      input.owner = in.Value<uint32_t>();
      input.index = in.Value<uint32_t>();
      return input;
    });
    needs.uniforms = in.All<Uniform>([&] {
      Uniform uniform;
      uniform.value = in.Id();
      uniform.day = in.Id();
      uniform.at_least = in.Value<bool>();
      return uniform;
    });
    needs.tests = in.All<std::vector<ir::ValueId>>([&] { return in.Ids(); });
    needs.related = in.All<RelatedTest>([&] {
      const std::vector<ir::ValueId> ids = in.Ids();
      return ids.size() == 2 ? RelatedTest{ids[0], ids[1]} : RelatedTest{};
    });
    needs.scratch_bytes = in.Value<uint64_t>();
    return needs;
  });
  code.objects = in.All<std::string>([&] { return std::string(in.Text()); });
  if (!in.at_end()) return std::nullopt;
  return code;
}

// Whether nobody but this user (and root) could have written it.
bool Ours(const struct stat& info) { return info.st_uid == geteuid() && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0; }

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

bool ReadAll(int fd, std::string& bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = read(fd, bytes.data() + done, bytes.size() - done);
    if (n <= 0) return false;
    done += static_cast<size_t>(n);
  }
  return true;
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

}  // namespace

std::string ThisBuild() {
  Mark mark{.address = reinterpret_cast<uintptr_t>(&FindMark), .bytes = {}};
  dl_iterate_phdr(FindMark, &mark);
  return mark.bytes;
}

std::string CacheKey(const ir::Program& program, const Layout& layout, Mutation mutation, std::string_view machine,
                     std::string_view build) {
  if (build.empty()) return {};
  Writer out;
  out.Text(SAITEN_VERSION);
  out.Text(build);
  out.Text(machine);
  out.Value(mutation.kind);
  out.Value(mutation.op);
  WriteWidths(out, layout.properties);
  WriteWidths(out, layout.results);
  WriteWidths(out, layout.fields);
  WriteWidths(out, {layout.times});
  out.All(program.results, [&](const std::vector<ir::ResultColumn>& columns) {
    out.All(columns, [&](const ir::ResultColumn& column) {
      out.Value(column.min);
      out.Value(column.max);
      out.Value(column.unit);
    });
  });
  out.All(program.kernels, [&](const ir::Kernel& kernel) { WriteKernel(out, kernel); });
  const XXH128_hash_t hash = XXH3_128bits(out.bytes().data(), out.bytes().size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

std::optional<StoredCode> CodeCache::Load(const std::string& key) const {
  const File folder(open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat info{};
  if (!folder || fstat(folder.fd(), &info) != 0 || !Ours(info)) return std::nullopt;
  const File file(openat(folder.fd(), (key + ".code").c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file || fstat(file.fd(), &info) != 0 || !S_ISREG(info.st_mode) || !Ours(info)) return std::nullopt;
  const auto size = static_cast<uint64_t>(info.st_size);
  if (size < sizeof(Header) || size > sizeof(Header) + most_bytes_) return std::nullopt;
  std::string bytes(size, '\0');
  if (!ReadAll(file.fd(), bytes)) return std::nullopt;
  Header header{};
  std::memcpy(&header, bytes.data(), sizeof header);
  const std::string_view payload = std::string_view(bytes).substr(sizeof header);
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0 || std::string_view(header.key, sizeof header.key) != key ||
      header.size != payload.size() || header.checksum != XXH3_64bits(payload.data(), payload.size())) {
    return std::nullopt;
  }
  auto code = Parse(payload);
  // Used now: the ones not used for longest go first.
  if (code) futimens(file.fd(), nullptr);
  return code;
}

void CodeCache::Store(const std::string& key, const StoredCode& code) const {
  const std::string payload = Serialise(code);
  if (key.size() != sizeof Header::key || payload.size() > most_bytes_) return;
  std::error_code error;
  fs::create_directories(fs::path(folder_).parent_path(), error);
  mkdir(folder_.c_str(), S_IRWXU);
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  std::memcpy(header.key, key.data(), sizeof header.key);
  header.size = payload.size();
  header.checksum = XXH3_64bits(payload.data(), payload.size());
  std::string temporary = folder_ + "/new.XXXXXX";
  const File file(mkostemp(temporary.data(), O_CLOEXEC));  // for this user alone
  if (!file) return;
  const std::string_view head(reinterpret_cast<const char*>(&header), sizeof header);
  // Not synced: a file torn by a power cut fails its checksum.
  if (!WriteAll(file.fd(), head) || !WriteAll(file.fd(), payload) ||
      rename(temporary.c_str(), PathOf(key).c_str()) != 0) {
    unlink(temporary.c_str());
    return;
  }
  Shrink();
}

void CodeCache::Shrink() const {
  struct Entry {
    fs::path path;
    fs::file_time_type used;
    uint64_t bytes;
  };
  std::vector<Entry> entries;
  uint64_t total = 0;
  std::error_code error;
  const auto now = fs::file_time_type::clock::now();
  for (fs::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;  // another process may be shrinking too
    const auto used = it->last_write_time(gone);
    const auto bytes = gone ? 0 : it->file_size(gone);
    if (gone) continue;
    const std::string name = it->path().filename().string();
    if (name.starts_with("new.") && now - used > kAbandoned) fs::remove(it->path(), gone);
    if (!name.ends_with(".code")) continue;
    entries.push_back({it->path(), used, bytes});
    total += bytes;
  }
  std::ranges::sort(entries, {}, &Entry::used);
  for (const Entry& entry : entries) {
    if (total <= most_bytes_) return;
    fs::remove(entry.path, error);
    total -= entry.bytes;
  }
}

std::string CodeCache::UserFolder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  // The specification says to ignore what is not absolute.
  if (cache != nullptr && cache[0] == '/') return std::string(cache) + "/saiten/code";
  const char* home = std::getenv("HOME");
  if (home == nullptr || home[0] != '/') return {};
  return std::string(home) + "/.cache/saiten/code";
}

}  // namespace saiten::jit
