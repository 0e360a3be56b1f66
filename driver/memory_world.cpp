#include "driver/memory_world.h"

#include "base/check.h"

namespace saiten::driver {

MemoryWorld::MemoryWorld(const ir::Program& program, const rt::Zone* zone)
    : program_(program), zone_(zone), data_(*program.catalog) {}

const vm::RunContext& MemoryWorld::context() {
  if (!stale_) return *context_;
  stale_ = false;
  ++version_;
  auto dataset = std::make_unique<rt::Dataset>(data_.Build());
  auto context = vm::RunContext::Create(program_, *dataset, 0, zone_);
  SAITEN_CHECK(context.ok());  // its regular expressions were compiled by the check
  context_ = std::move(*context);
  dataset_ = std::move(dataset);
  // Rows are only added: those that were there keep their results.
  rt::Results results = context_->MakeResults();
  for (size_t object = 0; object < results_.columns.size(); ++object) {
    for (size_t column = 0; column < results_.columns[object].size(); ++column) {
      const rt::Column& before = results_.columns[object][column];
      for (size_t row = 0; row < before.size(); ++row) {
        if (before.Known(row)) results.columns[object][column].Set(row, before.Raw(row));
      }
    }
  }
  results_ = std::move(results);
  return *context_;
}

void MemoryWorld::Set(ObjectId object, uint32_t row, uint32_t property, flow::Value value, int64_t instant, Writer) {
  data_.Change(object, row, property, std::move(value), instant);
  stale_ = true;
}

void MemoryWorld::Note(ObjectId object, uint32_t row, uint32_t column, flow::Value before, flow::Value after,
                       int64_t instant) {
  const ir::ResultColumn& result = program_.results[object.index()][column];
  const std::string& name = result.column.empty() ? result.name : result.column;
  for (size_t i = 0; i < program_.catalog->events.size(); ++i) {
    const EventInfo& event = program_.catalog->events[i];
    if (event.object != object || event.change_of_result.empty() || event.change_of_result != name) continue;
    AddEvent(EventId(i), row, instant, {{0, after}, {1, before}});
  }
}

void MemoryWorld::SetMember(ListId list, uint32_t row, bool member, int64_t, Writer) {
  data_.SetMember(list, row, member);
  stale_ = true;
}

uint32_t MemoryWorld::Create(ObjectId object, const std::map<uint32_t, flow::Value>& properties, int64_t instant,
                             std::string_view) {
  const size_t row = data_.AddRecord(object);
  for (const auto& [property, value] : properties) data_.Set(object, row, property, value);
  data_.Open(object, row, instant);
  stale_ = true;
  return static_cast<uint32_t>(row);
}

void MemoryWorld::AddEvent(EventId event, uint32_t row, int64_t time, const std::map<uint32_t, flow::Value>& fields) {
  data_.AddEvent(event, row, time, fields);
  stale_ = true;
}

}  // namespace saiten::driver
