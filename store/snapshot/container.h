#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "runtime/array.h"

// One file of named sections that can be mapped: what lies beside a database and may be deleted at any time.
//
//   page 0     header: magic, byte order, format, kind and its version, size of the file, place and hash of the table
//   page 1 ..  sections, each beginning on a page, padded with zeros
//   the end    table of sections: name, place, size, hash
//
// Hashes are XXH3. Numbers are little-endian; a machine of the other order finds the file foreign.
namespace saiten::store {

// What a container holds; a file of one kind is never read as another.
enum class ContainerKind : uint32_t { kSnapshot = 1, kRunState = 3 };

// A mapped file. Copies share the mapping, which lives as long as any array made from it; the file may be replaced or
// deleted meanwhile.
class Container {
 public:
  // Maps the file, checks header and table. nullopt: there is no file. Errors say in words what is wrong with it:
  // kCorrupt if it is torn, damaged, of another kind or machine, or of another `version` of its kind; kIo if it cannot
  // be read. `threads`: that compare hashes; 0: one a core.
  static Result<std::optional<Container>> Open(const std::string& path, ContainerKind kind, uint32_t version,
                                               size_t threads = 0);

  // Of all sections.
  std::vector<std::string> Names() const;
  // The bytes of a section, marked as used; nullopt if there is none. Their hash is checked by Verify.
  std::optional<std::span<const std::byte>> Find(std::string_view name);
  // A section as an array. A missing one, or one whose size is no multiple, is damage that Verify reports.
  template <typename T>
  rt::Array<T> Get(std::string_view name) {
    const auto bytes = Find(name);
    if (!bytes || bytes->size() % sizeof(T) != 0) {
      damaged_ = true;
      return {};
    }
    return {reinterpret_cast<const T*>(bytes->data()), bytes->size() / sizeof(T), mapping_};
  }
  // What keeps the mapping alive.
  std::shared_ptr<const void> owner() const { return mapping_; }

  // Compares the hashes of all sections used since the last call with what they hold. kCorrupt if one differs or was
  // missing. What a process before has compared in this very file, to which nobody has written since the machine was
  // started, is not compared again: a note beside the file says so.
  Status Verify();

  // The error for contents that are whole but cannot be.
  Error Damage() const;

  const std::string& path() const { return path_; }
  uint64_t size() const { return size_; }

 private:
  struct Section {
    uint64_t at = 0;
    uint64_t size = 0;
    uint64_t hash = 0;
  };
  Status ReadTable(const std::byte* table, size_t size);
  void ReadNote();
  void WriteNote() const;

  std::string path_;
  std::shared_ptr<std::byte> mapping_;
  uint64_t size_ = 0;
  size_t threads_ = 0;
  std::map<std::string, Section, std::less<>> sections_;
  std::set<std::string, std::less<>> used_;
  bool damaged_ = false;
  std::string identity_;  // of the file as it was opened; empty: written too recently to be told from another
  std::set<std::string, std::less<>> compared_;
};

// Writes a container under a temporary name and puts it in place as a whole; until Finish the old one stays. One
// process at a time writes a file: others wait up to five seconds for it. The temporary file of a process that was
// killed is taken over by the next one.
class ContainerWriter {
 public:
  // kIo: the folder cannot be made or written. kBusy: another process is still writing.
  static Result<ContainerWriter> Create(const std::string& path, ContainerKind kind, uint32_t version);
  ContainerWriter(ContainerWriter&& other) noexcept;
  ContainerWriter& operator=(ContainerWriter&&) = delete;
  // Removes the temporary file if Finish was not reached.
  ~ContainerWriter();

  // Names must differ. Errors are kept for Finish, so that a caller need not look at each. `room`: bytes that whoever
  // maps it may write behind the section, a hole in the file.
  void Add(std::string_view name, std::span<const std::byte> bytes, uint64_t room = 0);
  void AddBytes(std::string_view name, std::string_view bytes) { Add(name, std::as_bytes(std::span(bytes))); }
  template <typename T>
  void Add(std::string_view name, const rt::Array<T>& values, uint64_t room = 0) {
    Add(name, std::as_bytes(std::span<const T>(values)), room);
  }
  // What the file outlives. kPowerCut: it is brought to the disk before it is renamed. kKilled: the end of this
  // process; after a power cut it may be torn, which its hashes show to whoever checks all that it uses.
  enum class Durability : uint8_t { kPowerCut, kKilled };
  // Writes table and header and renames. kIo: the disk is full, for example.
  Status Finish(Durability durability = Durability::kPowerCut);

 private:
  ContainerWriter() = default;
  void Write(const void* bytes, size_t size);

  std::string path_;
  std::string temporary_;
  int file_ = -1;
  ContainerKind kind_ = ContainerKind::kSnapshot;
  uint32_t version_ = 0;
  uint64_t at_ = 0;
  std::string table_;  // entries so far
  uint64_t sections_ = 0;
  int error_ = 0;  // errno of the first write that failed
};

}  // namespace saiten::store
