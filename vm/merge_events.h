#pragma once

#include <span>

#include "compiler/types/catalog.h"
#include "runtime/dataset.h"

namespace saiten::vm {

// One of the declarations that `event activity of contact = email_open, page_view` names, with its events.
struct EventPart {
  const EventInfo* info;
  const rt::EventSeries* series;
};

// The events of all parts as one series, by (time, arrival, part), with the fields that `info` shares with them. A
// field that a part did not load is left out.
rt::EventSeries MergeEvents(const EventInfo& info, std::span<const EventPart> parts);

}  // namespace saiten::vm
