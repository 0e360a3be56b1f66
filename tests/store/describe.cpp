#include "tests/store/describe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "store/snapshot/in_order.h"

namespace saiten::test {
namespace {

std::vector<int64_t> Numbers(const rt::Column& column) {
  std::vector<int64_t> numbers;
  for (size_t row = 0; row < column.size(); ++row) numbers.push_back(column.Raw(row));
  return numbers;
}

std::string Values(const rt::Column& column, const rt::StringPool* pool) {
  std::string out;
  for (size_t row = 0; row < column.size(); ++row) {
    const int64_t value = column.Raw(row);
    if (!column.Known(row)) {
      out += " ?";
    } else if (pool == nullptr) {
      out += fmt::format(" {}", value);
    } else {
      const auto code = static_cast<int32_t>(value);
      out += fmt::format(" {}~{}", pool->View(code), pool->NfkcView(code));
      EXPECT_EQ(pool->Find(pool->View(code)), code);
    }
  }
  return out;
}

std::string Of(const std::vector<rt::Column>& columns, const std::vector<std::unique_ptr<rt::StringPool>>* pools) {
  std::string out;
  for (size_t i = 0; i < columns.size(); ++i) {
    const rt::StringPool* pool = pools != nullptr && i < pools->size() ? (*pools)[i].get() : nullptr;
    out += fmt::format("  {}:{}\n", i, Values(columns[i], pool));
  }
  return out;
}

std::string Table(const rt::Table& table, const store::LoadedData::Object& report) {
  std::string out = fmt::format("size {} rows {} quarantined {} text ids {} pools {} many {}\n  rowids {}\n  keys",
                                table.size, report.rows, report.quarantined, report.ids_are_text, table.pools.size(),
                                table.many.size(), fmt::join(report.rowids, " "));
  for (size_t row = 0; row < table.keys.size(); ++row) out += " " + table.keys.Spell(row);
  out += table.keys.is_text ? " (texts)\n" : "\n";
  out += Of(table.columns, &table.pools);
  for (size_t p = 0; p < table.many.size(); ++p) {
    if (table.many[p].offsets.empty()) continue;
    out += fmt::format("  many {}: {} / {}\n", p, fmt::join(table.many[p].offsets, " "),
                       fmt::join(table.many[p].rows, " "));
  }
  return out + " lists\n" + Of(table.lists, nullptr);
}

std::string Series(const rt::EventSeries& series, const store::LoadedData::Event& report) {
  if (!series.in_order()) {
    store::LoadedData::Event ordered_report = report;
    rt::EventSeries ordered = store::InOrder(series, ordered_report.rowids);
    for (const auto& pool : series.pools) {
      ordered.pools.push_back(pool == nullptr ? nullptr : std::make_unique<rt::StringPool>(pool->Image()));
    }
    return Series(ordered, ordered_report);
  }
  return fmt::format(
             "rows {} kept {} duplicates {} without {} quarantined {} future {} pools {}\n  rowids {}\n  offsets {}\n  "
             "times {}\n  arrival {}\n",
             report.rows, report.kept, report.duplicates, report.without_record, report.quarantined, report.future,
             series.pools.size(), fmt::join(Numbers(report.rowids), " "), fmt::join(series.offsets, " "),
             fmt::join(series.times, " "), fmt::join(series.arrival, " ")) +
         Of(series.fields, &series.pools);
}

}  // namespace

std::string Describe(const Catalog& catalog, const store::LoadedData& data, const store::DataErrors& errors) {
  std::string out;
  for (size_t i = 0; i < data.data.tables.size(); ++i) {
    out += "object " + catalog.objects[i].name + " " + Table(data.data.tables[i], data.objects[i]);
  }
  for (size_t i = 0; i < data.data.events.size(); ++i) {
    out += "event " + catalog.events[i].name + " " + Series(data.data.events[i], data.events[i]);
  }
  for (const store::DataErrorGroup& group : errors.groups()) {
    out += fmt::format("error {} {}.{} {} {}:", NameOf(group.kind), group.subject, group.property, group.count,
                       group.leaves_out);
    for (const auto& example : group.examples) out += " " + example.key + "=" + example.value;
    out += "\n";
  }
  return out;
}

}  // namespace saiten::test
