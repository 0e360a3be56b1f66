#include "vm/merge_events.h"

#include <algorithm>

#include "runtime/decimal.h"

namespace saiten::vm {
namespace {

// Where a merged event comes from.
struct Origin {
  uint32_t part;
  uint32_t row;
};

std::vector<Origin> Order(std::span<const EventPart> parts, std::vector<uint32_t>& offsets) {
  std::vector<Origin> order;
  const size_t records = parts[0].series->offsets.size() - 1;
  auto key = [&](Origin o) {
    const rt::EventSeries& series = *parts[o.part].series;
    const uint32_t arrival = series.arrival.empty() ? 0 : series.arrival[o.row];
    return std::tuple(series.times[o.row], arrival, o.part, o.row);
  };
  offsets.push_back(0);
  for (size_t record = 0; record < records; ++record) {
    const size_t begin = order.size();
    for (uint32_t part = 0; part < parts.size(); ++part) {
      const rt::EventSeries& from = *parts[part].series;
      for (uint32_t row = from.BeginOf(record); row < from.EndOf(record); ++row) order.push_back({part, row});
    }
    std::sort(order.begin() + static_cast<ptrdiff_t>(begin), order.end(),
              [&](Origin a, Origin b) { return key(a) < key(b); });
    offsets.push_back(static_cast<uint32_t>(order.size()));
  }
  return order;
}

}  // namespace

rt::EventSeries MergeEvents(const EventInfo& info, std::span<const EventPart> parts) {
  rt::EventSeries merged;
  std::vector<uint32_t> offsets;
  const std::vector<Origin> order = Order(parts, offsets);
  merged.offsets = std::move(offsets);
  rt::TimesBuilder times;
  times.Reserve(order.size());
  for (Origin o : order) times.Append(parts[o.part].series->times[o.row]);
  merged.times = times.Finish();
  const bool has_arrival = std::ranges::all_of(parts, [](const EventPart& p) { return !p.series->arrival.empty(); });
  if (has_arrival) {
    std::vector<uint32_t> arrival;
    for (Origin o : order) arrival.push_back(parts[o.part].series->arrival[o.row]);
    merged.arrival = std::move(arrival);
  }
  for (const PropertyInfo& field : info.fields) {
    std::vector<const rt::Column*> columns;
    std::vector<const rt::StringPool*> pools;
    std::vector<int> scales;
    for (const EventPart& part : parts) {
      auto same = part.info->Find(field.name);
      const bool loaded =
          same && *same < part.series->fields.size() && part.series->fields[*same].size() == part.series->size();
      scales.push_back(same ? part.info->fields[*same].type.scale : 0);
      columns.push_back(loaded ? &part.series->fields[*same] : nullptr);
      pools.push_back(loaded && *same < part.series->pools.size() ? part.series->pools[*same].get() : nullptr);
    }
    const bool is_text = field.type.is(TypeKind::kText);
    auto pool = is_text ? std::make_unique<rt::StringPool>() : nullptr;
    rt::ColumnBuilder builder;
    builder.Reserve(order.size());
    for (Origin o : order) {
      const rt::Column* column = columns[o.part];
      if (!column || !column->Known(o.row)) {
        builder.AppendUnknown();
      } else if (is_text) {
        builder.Append(pool->Intern(pools[o.part]->View(static_cast<int32_t>(column->Raw(o.row)))));
      } else if (field.type.is(TypeKind::kDecimal)) {
        bool saturated = false;
        builder.Append(rt::Rescale(column->Raw(o.row), scales[o.part], field.type.scale, &saturated));
      } else {
        builder.Append(column->Raw(o.row));
      }
    }
    if (pool) pool->PrepareNfkc();
    merged.fields.push_back(builder.Finish());
    merged.pools.push_back(std::move(pool));
  }
  return merged;
}

}  // namespace saiten::vm
