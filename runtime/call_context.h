#pragma once

#include <cstdint>
#include <span>

#include "runtime/calendar.h"
#include "runtime/text_store.h"
#include "runtime/zone.h"

namespace saiten::rt {

// What library functions and calendar operations see of a run. Nothing in it depends on the thread or the machine's
// clock (sem T1).
struct CallContext {
  const Zone* zone = nullptr;           // the project's zone; null where a project names none (then nothing needs it)
  std::span<const Calendar> calendars;  // in the order of the catalog
  int64_t now = 0;                      // UTC microseconds
  TextStore* texts = nullptr;           // this thread's
  bool* saturated = nullptr;  // set where a result was held at the end of its range (R9001); null: nobody asks
};

}  // namespace saiten::rt
