#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "driver/loaded.h"
#include "tools/cli/command.h"
#include "tools/cli/console.h"

namespace saiten::cli {

// "1,200,000 of 5,000,000 rows read (24 %), 400,000/s, 10 s left": `done` of `total` (0: unknown) after `seconds`.
std::string ProgressWords(driver::Progress::Phase phase, uint64_t done, uint64_t total, double seconds,
                          driver::Language language);

// Says where a long command stands: on a terminal one line that is redrawn, from the first second on; elsewhere one
// line every ten seconds: how much of how much, how fast, and how long it takes yet. Nothing with -q or --no-progress.
// Ends with the object.
class ProgressLine {
 public:
  explicit ProgressLine(Console& console);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  driver::Progress progress();
  // Makes room for a line of another kind; the progress is redrawn below it.
  void Clear();
  // Takes the line off the screen before something else is printed.
  void Stop();

 private:
  void Loop();
  void Show();

  Console& console_;
  std::atomic<int> phase_{-1};
  std::atomic<uint64_t> done_{0};
  std::atomic<uint64_t> total_{0};
  std::atomic<std::chrono::steady_clock::time_point> since_{};  // the beginning of the phase
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  bool shown_ = false;
  std::thread thread_;
};

// Says what becomes of the files that are kept beside a database.
store::CacheOptions CacheOptionsOf(Context& context, ProgressLine& line);

}  // namespace saiten::cli
