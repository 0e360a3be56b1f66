#pragma once

#include "runtime/dataset.h"

// Private to store/.
namespace saiten::store {

// The series without dead places, each record's events where `offsets` says, and its row numbers likewise. Texts keep
// their codes; the pools stay where they are.
rt::EventSeries InOrder(const rt::EventSeries& series, rt::Column& rowids);

}  // namespace saiten::store
