#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/lower/lower.h"
#include "driver/compile.h"
#include "driver/memory_world.h"
#include "driver/words.h"
#include "flow/engine.h"

// Automation in a test: every workflow is on, the clock is the test's.
namespace saiten::driver {

class TestFlow {
 public:
  TestFlow(const Compiled& compiled, const lower::LowerResult& lowered, const rt::Zone* zone, Language language);

  MemoryWorld& world() { return world_; }
  const flow::State& state() const { return state_; }
  const std::vector<flow::LogRow>& log() const { return log_; }
  // The clock is at the first `now` of the test; nothing is there yet.
  void Begin(int64_t now) { engine_.Begin(now); }
  // Does everything due before `instant`: what the lines of that instant say comes first.
  void RunBefore(int64_t instant) { engine_.RunUntil(instant - 1); }
  // And everything of the instant itself, before something is expected.
  void RunThrough(int64_t instant) { engine_.RunUntil(instant); }
  void Add(int64_t instant, ObjectId object, size_t row, decltype(flow::Item::what) what);

  // Whether things are as the line says: nullopt if so, else how they are instead.
  std::optional<std::string> Unlike(const check::ExpectInfo& expected, size_t row);
  // What happened to the record, a line each.
  std::string Story(ObjectId object, size_t row) const;

 private:
  std::optional<std::string> UnlikeMails(const check::ExpectInfo& expected, size_t row);
  std::optional<std::string> UnlikeState(const check::ExpectInfo& expected, size_t row) const;
  std::optional<std::string> UnlikeRefusal(const check::ExpectInfo& expected, size_t row) const;
  // Whether an action is about the record; a mail to a related record (`send T to contact`) is about that one.
  bool IsFor(const flow::LogRow& log, ObjectId object, size_t row);
  bool Fits(const check::ExpectInfo& expected, const flow::LogRow& row) const;
  bool FitsDetail(const check::ExpectInfo::Detail& detail, const flow::LogRow& row) const;
  std::string SayInstant(int64_t instant) const;
  std::string SayRow(const flow::LogRow& row) const;
  std::string Word(std::string_view en, std::string_view ja) const { return std::string(In(language_, en, ja)); }

  const Compiled& compiled_;
  const ir::Automation& automation_;
  const rt::Zone* zone_;
  Language language_;
  MemoryWorld world_;
  flow::State state_;
  std::vector<flow::LogRow> log_;
  flow::Engine engine_;
  uint64_t order_ = 0;
};

}  // namespace saiten::driver
