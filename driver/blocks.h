#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

// Rows in pieces over threads; the same for both engines.
namespace saiten::driver {

// Rows of one piece of work: large enough that handing it out costs nothing.
inline constexpr size_t kBlockRows = 4096;

inline size_t BlocksOf(size_t rows) { return (rows + kBlockRows - 1) / kBlockRows; }

// `wanted` threads (0: one a core), but no more than there are blocks.
inline size_t ThreadsFor(size_t wanted, size_t blocks) {
  const size_t cores = std::max<size_t>(1, std::thread::hardware_concurrency());
  return std::clamp<size_t>(std::min(wanted == 0 ? cores : wanted, blocks), 1, 256);
}

// Runs `work(thread, block)` for every block, each once, on `threads` threads, this one among them.
template <typename Work>
void ForEachBlock(size_t blocks, size_t threads, Work work) {
  std::atomic<size_t> next{0};
  auto loop = [&](size_t thread) {
    for (size_t block = next++; block < blocks; block = next++) work(thread, block);
  };
  std::vector<std::thread> others;
  for (size_t thread = 1; thread < threads; ++thread) others.emplace_back(loop, thread);
  loop(0);
  for (std::thread& other : others) other.join();
}

}  // namespace saiten::driver
