#include "store/pages/table_leaves.h"

#include "store/pages/format.h"

namespace saiten::store::pages {
namespace {

// SQLite itself gives up at this depth.
constexpr size_t kMaxDepth = 20;

class LeafFinder {
 public:
  explicit LeafFinder(const PageFile& file) : file_(file) {}

  // Of an interior page all children are leaves, or none is: only the first one of each page is looked at.
  bool Visit(uint32_t page, int64_t last_rowid, size_t depth) {
    if (depth > kMaxDepth || ++visited_ > file_.pages()) return false;
    std::vector<uint8_t> bytes(file_.page_size());
    if (!file_.Read(page, 1, bytes.data())) return false;
    const size_t start = page == 1 ? kFileHeaderBytes : 0;
    if (bytes[start] == kTableLeaf) {
      leaves_.push_back({page, last_rowid});
      return true;
    }
    if (bytes[start] != kTableInterior) return false;
    const size_t cells = Read16(&bytes[start + 3]);
    const size_t pointers = start + kInteriorHeaderBytes;
    if (pointers + 2 * cells > file_.usable()) return false;
    std::vector<Leaf> children;
    for (size_t i = 0; i < cells; ++i) {
      const size_t at = Read16(&bytes[pointers + 2 * i]);
      uint64_t key = 0;
      if (at + 4 >= file_.usable() || ReadVarint(&bytes[at + 4], bytes.data() + file_.usable(), &key) == 0)
        return false;
      children.push_back({Read32(&bytes[at]), static_cast<int64_t>(key)});
    }
    children.push_back({Read32(&bytes[start + 8]), last_rowid});
    const auto type = TypeOf(children[0].page);
    if (!type) return false;
    if (*type == kTableLeaf) {
      if (leaves_.size() + children.size() > file_.pages()) return false;
      leaves_.insert(leaves_.end(), children.begin(), children.end());
      return true;
    }
    for (const Leaf& child : children) {
      if (!Visit(child.page, child.last_rowid, depth + 1)) return false;
    }
    return true;
  }

  std::vector<Leaf> Take() { return std::move(leaves_); }

 private:
  std::optional<uint8_t> TypeOf(uint32_t page) const {
    std::vector<uint8_t> bytes(file_.page_size());
    if (page == 1 || !file_.Read(page, 1, bytes.data())) return std::nullopt;
    return bytes[0];
  }

  const PageFile& file_;
  std::vector<Leaf> leaves_;
  uint32_t visited_ = 0;
};

}  // namespace

std::optional<std::vector<Leaf>> LeavesOf(const PageFile& file, uint32_t root) {
  LeafFinder finder(file);
  if (!finder.Visit(root, std::numeric_limits<int64_t>::max(), 0)) return std::nullopt;
  std::vector<Leaf> leaves = finder.Take();
  for (size_t i = 1; i < leaves.size(); ++i) {
    if (leaves[i - 1].last_rowid >= leaves[i].last_rowid) return std::nullopt;
  }
  return leaves;
}

}  // namespace saiten::store::pages
