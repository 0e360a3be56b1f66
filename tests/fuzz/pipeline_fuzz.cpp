// Any text as a project of one file: checked, analysed and reported; where it has no error also lowered, verified and
// run over made-up records on the interpreter, with and without the optimiser, and as machine code. All must agree.
#include <cstdint>
#include <map>
#include <string>

#include "base/check.h"
#include "compiler/diag/render.h"
#include "compiler/ir/ir.h"
#include "compiler/lower/lower.h"
#include "compiler/opt/opt.h"
#include "driver/compile.h"
#include "driver/memory_data.h"
#include "runtime/zone.h"
#include "vm/interp/interp.h"
#include "vm/jit/jit.h"
#include "vm/run_context.h"

namespace saiten {
namespace {

using driver::MemoryData;
using flow::Value;

constexpr int64_t kNow = 1'782'810'000'000'000;  // 2026-06-30 09:00 UTC
constexpr int64_t kDay = 86'400'000'000;
constexpr size_t kRecords = 5;
constexpr size_t kEvents = 4;

// A value that the type may hold. `turn` varies it, so that a condition holds for some records and not for others.
flow::Value ValueOf(const Catalog& catalog, const Type& type, size_t turn) {
  if (type.optional && turn % 4 == 3) return flow::Value::Unknown();
  const auto number = static_cast<int64_t>(turn);
  switch (type.kind) {
    case TypeKind::kText:
      return flow::Value::Of(std::string(turn % 2 == 0 ? "金融" : "/pricing/a"));
    case TypeKind::kEnum: {
      const size_t members = catalog[type.enum_id()].members.size();
      return members == 0 ? flow::Value::Unknown() : flow::Value::Of(static_cast<int64_t>(turn % members));
    }
    case TypeKind::kBool:
    case TypeKind::kSet:
      return flow::Value::Of(number % 2);
    case TypeKind::kRef:
      return flow::Value::Of(static_cast<int64_t>(turn % kRecords));
    case TypeKind::kInstant:
      return flow::Value::Of(kNow - number * 10 * kDay);
    case TypeKind::kDate:
      return flow::Value::Of(kNow / kDay - number * 100);
    case TypeKind::kInt:
    case TypeKind::kDecimal:
    case TypeKind::kMoney:
    case TypeKind::kClock:
    case TypeKind::kDuration:
      return flow::Value::Of(turn % 5 == 4 ? INT64_MAX : number * number * 37 - 20);
    case TypeKind::kError:
    case TypeKind::kNothing:
    case TypeKind::kEvent:
      return flow::Value::Unknown();
  }
  return flow::Value::Unknown();
}

void Fill(const Catalog& catalog, MemoryData& data) {
  size_t turn = 0;
  for (size_t o = 0; o < catalog.objects.size(); ++o) {
    const ObjectId object(static_cast<uint32_t>(o));
    const auto& properties = catalog[object].properties;
    for (size_t row = 0; row < kRecords; ++row) {
      data.AddRecord(object);
      for (uint32_t p = 0; p < properties.size(); ++p, ++turn) {
        if (properties[p].is_key || properties[p].is_many) continue;
        data.Set(object, row, p, ValueOf(catalog, properties[p].type, turn));
      }
    }
  }
  for (size_t e = 0; e < catalog.events.size(); ++e) {
    const EventId id(static_cast<uint32_t>(e));
    const EventInfo& event = catalog[id];
    if (!event.any_of.empty()) continue;
    for (size_t i = 0; i < kRecords * kEvents; ++i) {
      std::map<uint32_t, flow::Value> fields;
      for (uint32_t f = 0; f < event.fields.size(); ++f, ++turn) {
        if (event.fields[f].is_many) continue;
        fields[f] = ValueOf(catalog, event.fields[f].type, turn);
      }
      // Ages on both sides of now and exactly on the usual windows.
      const int64_t age = (static_cast<int64_t>(i % 7) - 1) * 15 * kDay;
      data.AddEvent(id, i % kRecords, kNow - age, std::move(fields));
    }
  }
  for (size_t l = 0; l < catalog.lists.size(); ++l)
    data.SetMember(ListId(static_cast<uint32_t>(l)), l % kRecords, true);
}

rt::Results Interpret(const ir::Program& program, const vm::RunContext& context) {
  rt::Results results = context.MakeResults();
  vm::TrapLog traps;
  for (size_t kernel = 0; kernel < program.kernels.size(); ++kernel) {
    vm::Interpreter interpreter(context, kernel, results);
    interpreter.EvaluateUniform(traps);
    interpreter.Run(0, context.table(program.kernels[kernel].object).size, traps);
  }
  return results;
}

void MustBeEqual(const rt::Results& want, const rt::Results& got) {
  SAITEN_CHECK(want.columns.size() == got.columns.size());
  for (size_t object = 0; object < want.columns.size(); ++object) {
    SAITEN_CHECK(want.columns[object].size() == got.columns[object].size());
    for (size_t column = 0; column < want.columns[object].size(); ++column) {
      const rt::Column& a = want.columns[object][column];
      const rt::Column& b = got.columns[object][column];
      SAITEN_CHECK(a.size() == b.size());
      for (size_t row = 0; row < a.size(); ++row) {
        SAITEN_CHECK(a.Known(row) == b.Known(row));
        SAITEN_CHECK(!a.Known(row) || a.Raw(row) == b.Raw(row));
      }
    }
  }
}

void RunOnBothEngines(const check::CheckedProgram& checked) {
  const lower::LowerResult plain = lower::Lower(checked);
  SAITEN_CHECK(ir::Verify(plain.program).empty());
  lower::LowerResult optimised = lower::Lower(checked);
  opt::Optimise(optimised.program);
  SAITEN_CHECK(ir::Verify(optimised.program).empty());

  MemoryData memory(checked.catalog);
  Fill(checked.catalog, memory);
  const rt::Dataset data = memory.Build();
  const rt::Zone* zone = nullptr;
  if (!checked.catalog.timezone.empty()) {
    const auto found = rt::Zone::Find(checked.catalog.timezone);
    SAITEN_CHECK(found.ok());
    zone = *found;
  }
  const auto context = vm::RunContext::Create(plain.program, data, kNow, zone);
  if (!context.ok()) return;
  const rt::Results want = Interpret(plain.program, **context);
  const auto optimised_context = vm::RunContext::Create(optimised.program, data, kNow, zone);
  SAITEN_CHECK(optimised_context.ok());
  MustBeEqual(want, Interpret(optimised.program, **optimised_context));

  const auto native = jit::Compile(optimised.program, jit::LayoutOf(**optimised_context));
  SAITEN_CHECK(native.ok());
  rt::Results got = (*optimised_context)->MakeResults();
  vm::TrapLog traps;
  SAITEN_CHECK(jit::RunAll(*native, **optimised_context, got, traps).ok());
  MustBeEqual(want, got);
}

}  // namespace
}  // namespace saiten

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  saiten::SourceSet sources;
  sources.Add("fuzz.rules", std::string(reinterpret_cast<const char*>(data), size));
  const auto compiled = saiten::driver::CompileSources({}, std::move(sources));
  SAITEN_CHECK(compiled != nullptr);
  for (const auto language : {saiten::diag::Language::kEnglish, saiten::diag::Language::kJapanese}) {
    saiten::diag::RenderOptions options;
    options.language = language;
    options.limit = 0;
    saiten::diag::RenderAllFull(compiled->sink.all(), compiled->sources, options);
  }
  if (compiled->ok()) saiten::RunOnBothEngines(compiled->checked);
  return 0;
}
