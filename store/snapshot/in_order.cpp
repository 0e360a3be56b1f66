#include "store/snapshot/in_order.h"

namespace saiten::store {

rt::EventSeries InOrder(const rt::EventSeries& series, rt::Column& rowids) {
  std::vector<uint32_t> order;
  order.reserve(series.size());
  std::vector<uint32_t> offsets = {0};
  offsets.reserve(series.offsets.size());
  for (size_t record = 0; record + 1 < series.offsets.size(); ++record) {
    for (uint32_t at = series.BeginOf(record); at < series.EndOf(record); ++at) order.push_back(at);
    offsets.push_back(static_cast<uint32_t>(order.size()));
  }
  const auto ordered = [&]<typename T>(const rt::Array<T>& values) {
    std::vector<T> out;
    out.reserve(order.size());
    for (size_t i = 0; !values.empty() && i < order.size(); ++i) out.push_back(values[order[i]]);
    return rt::Array<T>(std::move(out));
  };
  rt::EventSeries out;
  out.offsets = std::move(offsets);
  out.times = rt::Gather(series.times, order);
  out.arrival = ordered(series.arrival);
  if (rowids.size() > 0) rowids = rt::Gather(rowids, order);
  for (const rt::Column& field : series.fields) {
    out.fields.push_back(field.size() == 0 ? rt::Column() : rt::Gather(field, order));
  }
  return out;
}

}  // namespace saiten::store
