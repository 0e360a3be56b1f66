#pragma once

#include "base/words.h"

// Ctrl-C and SIGTERM. Reading and computing end at once; a write to a database or file is first taken back, so that
// nothing is left beside it, and a second signal ends that too (what is then left behind undoes itself when the
// database is opened next).
namespace saiten {

// From now on SIGINT and SIGTERM end the process with 128 + signal and one line on stderr in the language of
// `language`. A file at its limit of size and a reader that has gone become errors of the write instead of signals.
// Called once, by main.
void HandleSignals();
void SetSignalLanguage(Language language);
// Whether the line adds that `saiten run --resume` goes on from here.
void OfferResume(bool offer);

// As long as one lives, a signal only asks the work to stop. The end of the last one ends the process if one came.
class StopScope {
 public:
  StopScope();
  ~StopScope();
  StopScope(const StopScope&) = delete;
  StopScope& operator=(const StopScope&) = delete;

  // Whether the work should be taken back and left. Cheap; from any thread.
  static bool Asked();
  // The work is in place; a signal that comes now, or came too late, says so.
  void Done();
  // Whether Done was called.
  static bool AllDone();
};

}  // namespace saiten
