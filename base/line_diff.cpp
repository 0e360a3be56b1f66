#include "base/line_diff.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include <fmt/format.h>

namespace saiten {
namespace {

constexpr int64_t kAround = 3;

std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

// Lines taken away and put in at one place; from 0.
struct Change {
  int64_t before = 0;
  int64_t after = 0;
  int64_t removed = 0;
  int64_t added = 0;
};
using Lines = std::span<const std::string_view>;

// More edits than these are shown as one change: nobody reads them line by line.
constexpr int64_t kMostEdits = 2'000;

// The shortest way from one text to another by Myers' greedy algorithm.
class Shortest {
 public:
  Shortest(Lines a, Lines b) : a_(a), b_(b), n_(static_cast<int64_t>(a.size())), m_(static_cast<int64_t>(b.size())) {}

  // From the last change to the first.
  std::vector<Change> Run() {
    if (n_ + m_ == 0) return {};
    int64_t edits = 0;
    while (!Reach(edits)) {
      if (++edits > kMostEdits) return {{0, 0, n_, m_}};
    }
    return WayBack(edits);
  }

 private:
  // On the diagonal k, -d <= k <= d: the furthest line of `a` after d edits, in furthest_[d].
  int64_t& At(int64_t d, int64_t k) { return furthest_[static_cast<size_t>(d)][static_cast<size_t>(k + d)]; }
  bool AddsLast(int64_t d, int64_t k) { return k == -d || (k != d && At(d - 1, k - 1) < At(d - 1, k + 1)); }

  bool Reach(int64_t d) {
    furthest_.emplace_back(static_cast<size_t>(2 * d + 1), -1);
    for (int64_t k = -d; k <= d; k += 2) {
      int64_t x = 0;
      if (d > 0) x = AddsLast(d, k) ? At(d - 1, k + 1) : At(d - 1, k - 1) + 1;
      while (x < n_ && x - k < m_ && a_[static_cast<size_t>(x)] == b_[static_cast<size_t>(x - k)]) ++x;
      At(d, k) = x;
      if (x >= n_ && x - k >= m_) return true;
    }
    return false;
  }

  std::vector<Change> WayBack(int64_t edits) {
    std::vector<Change> changes;
    int64_t k = n_ - m_;
    for (int64_t d = edits; d > 0; --d) {
      const bool adds = AddsLast(d, k);
      k += adds ? 1 : -1;
      const int64_t x = At(d - 1, k);
      const int64_t y = x - k;
      Change* last = changes.empty() ? nullptr : &changes.back();
      const bool touches = last && last->before == x + (adds ? 0 : 1) && last->after == y + (adds ? 1 : 0);
      if (!touches) {
        changes.push_back({x + (adds ? 0 : 1), y + (adds ? 1 : 0), 0, 0});
        last = &changes.back();
      }
      last->before = x;
      last->after = y;
      ++(adds ? last->added : last->removed);
    }
    return changes;
  }

  Lines a_;
  Lines b_;
  int64_t n_;
  int64_t m_;
  std::vector<std::vector<int64_t>> furthest_;
};

std::vector<Change> ChangesOf(Lines a, Lines b) {
  size_t same = 0;
  while (same < std::min(a.size(), b.size()) && a[same] == b[same]) ++same;
  a = a.subspan(same);
  b = b.subspan(same);
  while (!a.empty() && !b.empty() && a.back() == b.back()) {
    a = a.first(a.size() - 1);
    b = b.first(b.size() - 1);
  }
  std::vector<Change> changes = Shortest(a, b).Run();
  std::ranges::reverse(changes);
  for (Change& change : changes) {
    change.before += static_cast<int64_t>(same);
    change.after += static_cast<int64_t>(same);
  }
  return changes;
}

void Append(std::string& out, char sign, std::string_view line) {
  out += sign;
  out += line;
  if (!line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
}

}  // namespace

std::string UnifiedDiff(std::string_view before, std::string_view after, std::string_view before_name,
                        std::string_view after_name) {
  if (before == after) return {};
  const std::vector<std::string_view> a = LinesOf(before);
  const std::vector<std::string_view> b = LinesOf(after);
  const std::vector<Change> changes = ChangesOf(a, b);
  std::string out = fmt::format("--- {}\n+++ {}\n", before_name, after_name);
  for (size_t begin = 0; begin < changes.size();) {
    size_t end = begin + 1;
    const auto behind = [&](size_t i) { return changes[i].before + changes[i].removed; };
    while (end < changes.size() && changes[end].before - behind(end - 1) <= 2 * kAround) ++end;
    const int64_t first = std::max<int64_t>(0, changes[begin].before - kAround);
    const int64_t last = std::min(static_cast<int64_t>(a.size()), behind(end - 1) + kAround);
    const int64_t first_after = changes[begin].after - (changes[begin].before - first);
    int64_t added = 0;
    int64_t removed = 0;
    std::string body;
    int64_t line = first;
    for (size_t i = begin; i < end; ++i) {
      for (; line < changes[i].before; ++line) Append(body, ' ', a[static_cast<size_t>(line)]);
      for (int64_t r = 0; r < changes[i].removed; ++r) Append(body, '-', a[static_cast<size_t>(line++)]);
      for (int64_t r = 0; r < changes[i].added; ++r) Append(body, '+', b[static_cast<size_t>(changes[i].after + r)]);
      added += changes[i].added;
      removed += changes[i].removed;
    }
    for (; line < last; ++line) Append(body, ' ', a[static_cast<size_t>(line)]);
    const int64_t count = last - first;
    const int64_t count_after = count - removed + added;
    out += fmt::format("@@ -{},{} +{},{} @@\n{}", first + (count > 0), count, first_after + (count_after > 0),
                       count_after, body);
    begin = end;
  }
  return out;
}

}  // namespace saiten
