#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace saiten {

// `wanted` threads (0: one a core), but no more than there are pieces of work.
inline size_t ThreadsFor(size_t wanted, size_t pieces) {
  const size_t cores = std::max<size_t>(1, std::thread::hardware_concurrency());
  return std::clamp<size_t>(std::min(wanted == 0 ? cores : wanted, pieces), 1, 256);
}

// A thread that runs `work`; none (not joinable) where the system gives no more of them (`--memory`), and the caller
// has to do without.
template <typename Work>
std::thread TryThread(Work work) {
  try {
    return std::thread(std::move(work));
  } catch (const std::system_error&) {
    return {};
  }
}

// Runs `work(thread, piece)` for every piece, each once, on `threads` threads, this one among them.
template <typename Work>
void ForEachPiece(size_t pieces, size_t threads, Work work) {
  std::atomic<size_t> next{0};
  auto loop = [&](size_t thread) {
    for (size_t piece = next++; piece < pieces; piece = next++) work(thread, piece);
  };
  std::vector<std::thread> others;
  for (size_t thread = 1; thread < threads; ++thread) {
    others.push_back(TryThread([&loop, thread] { loop(thread); }));
    if (!others.back().joinable()) {
      others.pop_back();
      break;  // those that there are do the work
    }
  }
  loop(0);
  for (std::thread& other : others) other.join();
}

}  // namespace saiten
