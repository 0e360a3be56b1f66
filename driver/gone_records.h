#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "flow/durable/ledger.h"
#include "flow/durable/source_log.h"
#include "store/load/load.h"

// Records that are not in the source any more, and were there for a part of the time that a tick works off (sem O4).
namespace saiten::driver {

// Those that the last tick knew and the data do not have, and those that the log says came and went since: their keys,
// by object.
using GoneRecords = std::vector<std::vector<flow::Kept>>;
Result<GoneRecords> FindGone(flow::Ledger& ledger, flow::SourceLog& log, const rt::Dataset& data);

// False: no rule asks for the object, and nothing of it was read, so nothing can be said of its records.
bool IsRead(const rt::Dataset& data, ObjectId object);

// Puts a row for each behind all others of its object: its key, and nothing else that is known. By object: the first of
// these rows.
std::vector<uint32_t> PutBack(const Catalog& catalog, const GoneRecords& gone, store::LoadedData& data);

}  // namespace saiten::driver
