#include <vector>

#include "base/parallel.h"
#include "vm/run_context.h"

namespace saiten::vm {
namespace {

using Rows = std::vector<uint32_t>;

rt::Column Some(const rt::Column& column, const Rows& rows) {
  return column.size() == 0 ? column : rt::Gather(column, rows);
}

template <typename T>
rt::Array<T> Some(const rt::Array<T>& values, const Rows& rows) {
  std::vector<T> some;
  some.reserve(values.empty() ? 0 : rows.size());
  for (size_t i = 0; !values.empty() && i < rows.size(); ++i) some.push_back(values[rows[i]]);
  return some;
}

// Where the elements that belong to `rows` lie, and the offsets of those of them.
struct Spans {
  Rows elements;
  std::vector<uint32_t> offsets;
};

Spans SpansOf(const uint32_t* begins, const uint32_t* ends, const Rows& rows) {
  Spans spans;
  spans.offsets.reserve(rows.size() + 1);
  spans.offsets.push_back(0);
  for (uint32_t row : rows) {
    for (uint32_t i = begins[row]; i < ends[row]; ++i) spans.elements.push_back(i);
    spans.offsets.push_back(static_cast<uint32_t>(spans.elements.size()));
  }
  return spans;
}

rt::Adjacency Some(const rt::Adjacency& many, const Rows& rows) {
  if (many.offsets.empty()) return {};
  Spans spans = SpansOf(many.offsets.data(), many.offsets.data() + 1, rows);
  return {.offsets = std::move(spans.offsets), .rows = Some(many.rows, spans.elements)};
}

// Texts stay where they are: the context has its pools already.
std::unique_ptr<rt::EventSeries> Some(const rt::EventSeries& series, const Rows& rows) {
  auto some = std::make_unique<rt::EventSeries>();
  some->fields.resize(series.fields.size());
  if (series.offsets.empty()) return some;
  Spans spans = SpansOf(series.Begins(), series.Ends(), rows);
  some->times = rt::Gather(series.times, spans.elements);
  some->arrival = Some(series.arrival, spans.elements);
  for (size_t i = 0; i < series.fields.size(); ++i) some->fields[i] = Some(series.fields[i], spans.elements);
  some->offsets = std::move(spans.offsets);
  return some;
}

}  // namespace

std::unique_ptr<RunContext> RunContext::Narrow(const RunContext& base, ObjectId object, std::span<const uint32_t> some,
                                               size_t threads) {
  const Rows rows(some.begin(), some.end());
  std::unique_ptr<RunContext> context = Like(base);
  const rt::Table& all = base.table(object);
  context->narrow_ = std::make_unique<rt::Table>();
  rt::Table& table = *context->narrow_;
  table.size = rows.size();
  table.columns.resize(all.columns.size());
  table.pools.resize(all.pools.size());
  table.many.resize(all.many.size());
  table.lists.resize(all.lists.size());
  context->tables_[object.index()] = &table;
  std::vector<size_t> events;
  for (size_t event = 0; event < base.series_.size(); ++event) {
    if (base.catalog().events[event].object != object) continue;
    events.push_back(event);
    context->made_.emplace_back();
  }
  const size_t columns = all.columns.size(), many = all.many.size(), lists = all.lists.size();
  const size_t pieces = columns + many + lists + events.size();
  ForEachPiece(pieces, ThreadsFor(threads, pieces), [&](size_t, size_t piece) {
    // What is largest first.
    if (piece < events.size()) {
      context->made_[piece] = Some(*base.series_[events[piece]], rows);
      context->series_[events[piece]] = context->made_[piece].get();
      return;
    }
    piece -= events.size();
    if (piece < columns) {
      table.columns[piece] = Some(all.columns[piece], rows);
    } else if (piece < columns + many) {
      table.many[piece - columns] = Some(all.many[piece - columns], rows);
    } else {
      table.lists[piece - columns - many] = Some(all.lists[piece - columns - many], rows);
    }
  });
  return context;
}

}  // namespace saiten::vm
