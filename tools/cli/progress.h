#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "driver/loaded.h"
#include "tools/cli/console.h"

namespace saiten::cli {

// Says where a long command stands: on a terminal one line that is redrawn, from the first second on; elsewhere one
// line every ten seconds. Nothing with -q or --no-progress. Ends with the object.
class ProgressLine {
 public:
  explicit ProgressLine(Console& console);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  driver::Progress progress();
  // Takes the line off the screen before something else is printed.
  void Stop();

 private:
  void Loop();
  void Show(double seconds);

  Console& console_;
  std::atomic<int> phase_{-1};
  std::atomic<uint64_t> done_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  bool shown_ = false;
  std::thread thread_;
};

}  // namespace saiten::cli
