#include "store/load/series_part.h"

namespace saiten::store {

void MakeChanges(rt::EventSeries& series, std::vector<int64_t>& arrivals, rt::Column& rowids) {
  const rt::Column& to = series.fields[0];
  rt::StringPool* pool = series.pools[0].get();
  auto value_of = [&](size_t event) {
    return pool == nullptr ? to.Raw(event) : int64_t{pool->NfkcCodeOf(static_cast<int32_t>(to.Raw(event)))};
  };
  rt::ColumnBuilder to_kept;
  rt::ColumnBuilder from;
  std::vector<uint32_t> kept;  // events that are changes
  std::vector<uint32_t> offsets = {0};
  for (size_t owner = 0; owner + 1 < series.offsets.size(); ++owner) {
    for (uint32_t event = series.offsets[owner]; event < series.offsets[owner + 1]; ++event) {
      const bool first = event == series.offsets[owner];
      const bool known = to.Known(event);
      const bool was_known = !first && to.Known(event - 1);
      if (!first && known == was_known && (!known || value_of(event) == value_of(event - 1))) continue;
      known ? to_kept.Append(to.Raw(event)) : to_kept.AppendUnknown();
      was_known ? from.Append(to.Raw(event - 1)) : from.AppendUnknown();
      kept.push_back(event);
    }
    offsets.push_back(static_cast<uint32_t>(kept.size()));
  }
  const auto pick = [&](const auto& all) {
    std::vector<int64_t> picked;
    if (all.empty()) return picked;
    picked.reserve(kept.size());
    for (uint32_t event : kept) picked.push_back(all[event]);
    return picked;
  };
  arrivals = pick(arrivals);
  if (rowids.size() > 0) rowids = rt::Gather(rowids, kept);
  series.fields[0] = to_kept.Finish();
  series.fields[1] = from.Finish();
  if (pool != nullptr) {
    // The engines look for a column's texts in the column's own pool.
    series.pools[1] = std::make_unique<rt::StringPool>();
    for (int32_t code = 0; code < pool->size(); ++code) series.pools[1]->Intern(pool->View(code));
  }
  series.times = rt::Gather(series.times, kept);
  series.offsets = std::move(offsets);
}

}  // namespace saiten::store
