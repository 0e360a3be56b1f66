// The engine's half of the comparison with the reference model: reads cases, one JSON object a line, from standard
// input, runs each history through the engine in memory, and answers each with one line:
//
//   {"rules": "...", "histories": [{"start": T, "end": T, "cuts": [T, ...], "before": [...], "lines": [...]}]}
//   {"logs": [[[instant, object, key, cycle, flow, number, ...], ...], ...]}   or   {"error": "..."}
//
// A line is ["create", object, {property: value}, instant], ["set", object, row, instant, {...}], ["event", event, row,
// time, received, {...}], ["past", event, row, time, null, {...}] (history that starts nothing), or ["request", object,
// row, instant, flow, whether to enrol], or ["control", flow, what is asked of it, instant]. Those of `before` are
// there when the engine begins. Instants are microseconds, values null, numbers or texts. Every history runs twice: in
// one go, and cut before each line and at its `cuts`, where a new engine goes on from the state. The two logs must be
// the same (sem T4a, O1).
#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "compiler/opt/opt.h"
#include "driver/compile.h"
#include "driver/loaded.h"
#include "driver/memory_world.h"
#include "flow/engine.h"
#include "runtime/zone.h"

namespace saiten {
namespace {

using Json = nlohmann::json;

class Replay {
 public:
  Replay(const lower::LowerResult& lowered, const rt::Zone* zone)
      : lowered_(lowered), zone_(zone), catalog_(*lowered.program.catalog), world_(lowered.program, zone) {}

  // `cut`: the engine gets each line only when it is due, and another engine goes on behind each.
  Json Run(const Json& history, bool cut) {
    const int64_t start = history["start"];
    const int64_t end = history["end"];
    engine_ = MakeEngine();
    for (const Json& line : history["before"]) Take(line, start, false);
    engine_->Begin(start);
    std::vector<int64_t> cuts = cut ? history["cuts"].get<std::vector<int64_t>>() : std::vector<int64_t>();
    std::ranges::sort(cuts);
    int64_t last = start;
    for (const Json& line : history["lines"]) {
      const int64_t instant = InstantOf(line, start);
      while (!cuts.empty() && cuts.front() < instant) {
        Continue(cuts.front());
        cuts.erase(cuts.begin());
      }
      if (cut || !MayComeEarly(line)) {
        engine_->RunUntil(instant - 1);
        if (cut && instant - 1 > last) Continue(instant - 1);
      }
      Take(line, instant, line[0] != "past");
      last = instant;
    }
    for (int64_t instant : cuts) Continue(instant);
    engine_->RunUntil(end);
    return LogOf();
  }

 private:
  static int64_t InstantOf(const Json& line, int64_t start) {
    if (line[0] == "past") return start;
    return line[0] == "event" && !line[4].is_null() ? line[4] : line[3];
  }

  // What the engine may be told ahead: all but records, which others see at once, and what is history.
  static bool MayComeEarly(const Json& line) { return line[0] != "create" && line[0] != "past"; }

  std::unique_ptr<flow::Engine> MakeEngine() {
    return std::make_unique<flow::Engine>(world_, lowered_.automation, zone_, state_, log_);
  }

  // Everything up to `instant` is done; a new engine has only the state and the data.
  void Continue(int64_t instant) {
    engine_->RunUntil(instant);
    const std::vector<flow::Item> pending = engine_->pending();
    engine_ = MakeEngine();
    engine_->Open(instant, flow::kNever);
    for (const flow::Item& item : pending) engine_->Add(item);
  }

  static flow::Value ValueOf(const Json& value) {
    if (value.is_null()) return flow::Value::Unknown();
    if (value.is_string()) return flow::Value::Of(value.get<std::string>());
    return flow::Value::Of(value.get<int64_t>());
  }

  static std::vector<std::pair<uint32_t, flow::Value>> FieldsOf(const Json& fields,
                                                                const std::vector<PropertyInfo>& properties) {
    std::vector<std::pair<uint32_t, flow::Value>> found;
    for (const auto& [name, value] : fields.items()) {
      const auto property = std::ranges::find(properties, name, &PropertyInfo::name);
      found.push_back({static_cast<uint32_t>(property - properties.begin()), ValueOf(value)});
    }
    return found;
  }

  uint32_t FlowOf(const Json& name) const {
    const auto& flows = lowered_.automation.flows;
    const auto flow = std::ranges::find(flows, name.get<std::string>(), &ir::Flow::name);
    return static_cast<uint32_t>(flow - flows.begin());
  }

  void Take(const Json& line, int64_t instant, bool tell) {
    const std::string kind = line[0];
    if (kind == "control") {
      const auto what = flow::ControlKindOf(line[2].get<std::string>());
      engine_->Add(flow::Control{.instant = instant, .flow = FlowOf(line[1]), .kind = *what});
      return;
    }
    const auto add = [&](ObjectId object, uint32_t row, decltype(flow::Item::what) what) {
      world_.Changed();
      if (!tell) return;
      engine_->Add({.instant = instant, .order = ++order_, .object = object, .row = row, .what = std::move(what)});
    };
    if (kind == "event" || kind == "past") {
      const EventId event = *catalog_.FindEvent(line[1].get<std::string>());
      const auto fields = FieldsOf(line[5], catalog_[event].fields);
      const uint32_t row = line[2];
      const int64_t time = line[3];
      const uint32_t arrival = world_.data().AddEvent(event, row, time, {fields.begin(), fields.end()}, tell);
      add(catalog_[event].object, row, flow::Happened{event, time, arrival});
      return;
    }
    const ObjectId object = *catalog_.FindObject(line[1].get<std::string>());
    if (kind == "create") {
      const auto row = static_cast<uint32_t>(world_.data().AddRecord(object));
      for (auto& [property, value] : FieldsOf(line[2], catalog_[object].properties)) {
        world_.data().Set(object, row, property, value);
      }
      world_.data().Open(object, row, instant);
      add(object, row, flow::Created{});
    } else if (kind == "set") {
      add(object, line[2], flow::Changed{FieldsOf(line[4], catalog_[object].properties)});
    } else if (kind == "request") {
      add(object, line[2], flow::Request{.flow = FlowOf(line[4]), .enrol = line[5].get<bool>(), .by_hand = true});
    }
  }

  Json LogOf() {
    Json rows = Json::array();
    for (const flow::LogRow& row : log_) {
      Json fields = Json::object();
      for (const auto& [name, value] : row.fields) fields[std::string(name)] = value;
      const ir::Flow* flow = row.flow == flow::kNoFlow ? nullptr : &lowered_.automation.flows[row.flow];
      const bool step = flow && row.step < flow->steps.size();
      const auto& keys = world_.context().data().tables[row.object.index()].keys;
      rows.push_back({row.instant, catalog_[row.object].name, row.row == flow::kNoRow ? "" : keys.Spell(row.row),
                      row.cycle, flow ? flow->name : "", row.number, row.instance_key,
                      step ? flow->steps[row.step].name : "", NameOf(row.kind), NameOf(row.action), row.key, row.detail,
                      std::move(fields)});
    }
    return rows;
  }

  const lower::LowerResult& lowered_;
  const rt::Zone* zone_;
  const Catalog& catalog_;
  driver::MemoryWorld world_;
  flow::State state_;
  std::vector<flow::LogRow> log_;
  std::unique_ptr<flow::Engine> engine_;
  uint64_t order_ = 0;
};

Json Answer(const Json& wanted) {
  SourceSet sources;
  sources.Add("case.rules", wanted["rules"]);
  const auto compiled = driver::CompileSources({}, std::move(sources));
  if (!compiled->ok()) {
    std::string said;
    for (const diag::Diagnostic& one : compiled->sink.all()) {
      if (diag::InfoOf(one.code).severity == diag::Severity::kError)
        said += diag::Message(one, Language::kEnglish) + "\n";
    }
    return {{"error", said}};
  }
  lower::LowerResult lowered = lower::Lower(compiled->checked, {});
  opt::AddNextChange(lowered.program);
  const Result<const rt::Zone*> zone = driver::ZoneOf(*compiled);
  if (!zone.ok()) return {{"error", "zone"}};
  Json logs = Json::array();
  for (const Json& history : wanted["histories"]) {
    Json whole = Replay(lowered, *zone).Run(history, false);
    Json cut = Replay(lowered, *zone).Run(history, true);
    if (whole != cut) return {{"error", "cut into pieces the log is another"}, {"whole", whole}, {"cut", cut}};
    logs.push_back(std::move(whole));
  }
  return {{"logs", std::move(logs)}};
}

}  // namespace
}  // namespace saiten

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << saiten::Answer(nlohmann::json::parse(line)).dump() << std::endl;
  }
}
