#pragma once

#include <map>
#include <memory>
#include <variant>

#include "driver/memory_data.h"
#include "flow/world.h"

namespace saiten::driver {

// A world of automation that never was in a database: that of a test. Laid out anew for the engines after each write.
class MemoryWorld : public flow::World {
 public:
  // All must outlive it. `zone` null: UTC.
  MemoryWorld(const ir::Program& program, const rt::Zone* zone);

  // Records and events to begin with; Changed tells the world about them.
  MemoryData& data() { return data_; }
  void Changed() { stale_ = true; }

  const vm::RunContext& context() override;
  uint64_t version() const override { return version_; }
  rt::Results& results() override { return results_; }
  // An announced event is there from now on; all else stands in the data already.
  void Arrive(const flow::Item& item) override {
    const auto* happened = std::get_if<flow::Happened>(&item.what);
    if (happened != nullptr && data_.Show(happened->event, happened->arrival)) stale_ = true;
  }
  bool IsThere(ObjectId, uint32_t) const override { return true; }
  flow::Value Get(ObjectId object, uint32_t row, uint32_t property) override {
    return data_.Get(object, row, property);
  }
  void Set(ObjectId object, uint32_t row, uint32_t property, flow::Value value, int64_t instant,
           Writer writer) override;
  void Note(ObjectId object, uint32_t row, uint32_t column, flow::Value before, flow::Value after,
            int64_t instant) override;
  void SetMember(ListId list, uint32_t row, bool member, int64_t instant, Writer writer) override;
  uint32_t Create(ObjectId object, const std::map<uint32_t, flow::Value>& properties, int64_t instant,
                  std::string_view key) override;
  void AddEvent(EventId event, uint32_t row, int64_t time, const std::map<uint32_t, flow::Value>& fields) override;

 private:
  const ir::Program& program_;
  const rt::Zone* zone_;
  MemoryData data_;
  bool stale_ = true;
  uint64_t version_ = 0;
  // Declared in this order: the context reads the data.
  std::unique_ptr<rt::Dataset> dataset_;
  std::unique_ptr<vm::RunContext> context_;
  rt::Results results_;
};

}  // namespace saiten::driver
