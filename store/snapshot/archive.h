#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "runtime/column.h"
#include "runtime/string_pool.h"
#include "store/snapshot/container.h"

// The two directions of one description (contents.h): numbers go into the section `contents`, arrays into sections of
// their own. Private to this folder.
namespace saiten::store {

class SaveArchive {
 public:
  explicit SaveArchive(ContainerWriter& out) : out_(out) {}

  void Number(uint64_t number) { contents_.Number(number); }
  void Number(int64_t number) { contents_.Signed(number); }
  void Flag(bool flag) { contents_.Number(flag ? 1 : 0); }
  void Text(const std::string& text) { contents_.Text(text); }
  template <typename T>
  size_t Size(const T& items, size_t size) {
    contents_.Number(size);
    return std::min(items.size(), size);
  }
  template <typename T>
  void Array(const std::string& name, const rt::Array<T>& array, bool, uint64_t room = 0) {
    contents_.Number(array.size());
    if (!array.empty()) out_.Add(name, array, room * sizeof(T));
  }
  // `room`: values that may be added behind it once it is mapped.
  void Column(const std::string& name, const rt::Column& column, bool, uint64_t room = 0) {
    contents_.Number(column.size());
    contents_.Number(static_cast<uint64_t>(column.width()));
    if (column.size() == 0) return;
    const auto bytes = static_cast<size_t>(BytesOf(column.width()));
    out_.Add(name, std::span(static_cast<const std::byte*>(column.data()), column.size() * bytes), room * bytes);
  }
  void Pool(const std::string& name, const std::unique_ptr<rt::StringPool>& pool, bool) {
    Flag(pool != nullptr);
    if (pool == nullptr) return;
    const rt::PoolImage image = pool->Image();
    Array(name + ".offsets", image.texts.offsets, true);
    Array(name + ".bytes", image.texts.bytes, true);
    Array(name + ".slots", image.slots, true);
    Array(name + ".nfkc", image.nfkc, true);
  }
  const std::string& contents() const { return contents_.bytes(); }

 private:
  ContainerWriter& out_;
  ByteWriter contents_;
};

// Reads in the same order; what is not wanted is passed over and stays empty.
class MapArchive {
 public:
  MapArchive(Container& in, std::string_view contents) : in_(in), contents_(contents) {}

  void Number(uint64_t& number) { number = contents_.Number(); }
  void Number(int64_t& number) { number = contents_.Signed(); }
  void Flag(bool& flag) { flag = contents_.Number() != 0; }
  void Text(std::string& text) { text = contents_.Text(); }
  // Makes room for `size` items, as many as the schema has now; what is behind those that were kept stays empty.
  template <typename T>
  size_t Size(T& items, size_t size) {
    items.resize(std::max(size, items.size()));
    const uint64_t kept = contents_.Number();
    ok_ = ok_ && kept <= items.size();
    return ok_ ? static_cast<size_t>(kept) : 0;
  }
  template <typename T>
  void Array(const std::string& name, rt::Array<T>& array, bool wanted, uint64_t = 0) {
    const uint64_t size = contents_.Number();
    if (size == 0 || !wanted) return;
    array = in_.Get<T>(name);
    ok_ = ok_ && array.size() == size;
  }
  void Column(const std::string& name, rt::Column& column, bool wanted, uint64_t = 0) {
    const uint64_t size = contents_.Number();
    const auto width = static_cast<rt::Width>(contents_.Number());
    if (size == 0 || !wanted) return;
    const auto bytes = in_.Get<std::byte>(name);
    ok_ = ok_ && bytes.size() == size * static_cast<size_t>(BytesOf(width));
    // The memory is the mapping's, and lives as long.
    if (ok_) column = rt::Column(width, size, std::shared_ptr<const void>(in_.owner(), bytes.data()));
  }
  void Pool(const std::string& name, std::unique_ptr<rt::StringPool>& pool, bool wanted) {
    bool is_there = false;
    Flag(is_there);
    if (!is_there) return;
    rt::PoolImage image;
    Array(name + ".offsets", image.texts.offsets, wanted);
    Array(name + ".bytes", image.texts.bytes, wanted);
    Array(name + ".slots", image.slots, wanted);
    Array(name + ".nfkc", image.nfkc, wanted);
    if (wanted) pool = std::make_unique<rt::StringPool>(std::move(image));
  }
  std::shared_ptr<const void> memory() const { return in_.owner(); }
  bool ok() const { return ok_ && contents_.ok(); }
  bool at_end() const { return contents_.at_end(); }

 private:
  Container& in_;
  ByteReader contents_;
  bool ok_ = true;
};

}  // namespace saiten::store
