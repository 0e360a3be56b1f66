#include <atomic>
#include <cstring>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/check.h"
#include "base/words.h"
#include "compiler/ir/scalar.h"
#include "vm/interp/interp.h"
#include "vm/jit/counts.h"
#include "vm/jit/facts.h"
#include "vm/jit/helpers.h"
#include "vm/jit/jit.h"
#include "vm/jit/parts.h"

namespace saiten::jit {

struct KernelRun::Parts {
  const vm::RunContext* context;
  rt::Results* results;
  size_t kernel;
  Layout layout;              // of the context's data
  std::vector<Range> ranges;  // of the kernel's values; made when asked for
  const KernelNeeds* needs;
  KernelCode code;
  std::vector<const void*> inputs;
  std::vector<rt::Column*> outputs;
  std::vector<void*> output_data;
  std::vector<int64_t> uniforms;
  std::vector<uint8_t> uniforms_known;
  // Arrays that stand in for what was not loaded or is too short, and tables of texts.
  std::vector<rt::Column> made;
  std::vector<std::vector<uint64_t>> zeros;  // zeros, or filled by Padded

  const std::vector<Range>& ValueRanges();
  int64_t LastDay(const Uniform& uniform, int64_t instant);
  const void* Find(const Input& input, vm::Interpreter& interpreter);
  const void* FindLoaded(const Input& input, vm::Interpreter& interpreter);
  const void* Padded(const Input& input, const void* data);
  const void* Unknowns(rt::Width width, size_t rows);
  const void* Zeros(size_t bytes);
  const void* TableOf(const Input& input, vm::Interpreter& interpreter);
  const void* TestsOf(const Input& input, vm::Interpreter& interpreter);
  const void* TestBitsOf(const Input& input, vm::Interpreter& interpreter);
  void FillRelated(size_t place, KernelCode work_out);
  const void* Lengthened(const Input& input, const void* data);
};

int64_t KernelRun::Parts::LastDay(const Uniform& uniform, int64_t instant) {
  const ir::Kernel& code_of = context->program().kernels[kernel];
  const ir::Inst& day = code_of[uniform.day];
  const Range dates = ValueRanges()[day.args[0].index()];
  rt::TextStore texts(context->pools());
  const ir::ScalarContext scalars = context->scalars(&texts);
  const Type type = code_of[day.args[0]].type;
  int64_t last = dates.lo - 1;
  for (int64_t first = dates.lo, count = dates.hi - dates.lo + 1; count > 0;) {
    const int64_t middle = first + count / 2;
    const CallValue date{middle, true};
    bool cut = false;
    const int64_t at = ir::EvaluateScalar(day, {&date, 1}, {&type, 1}, scalars, &cut).value;
    const bool not_above = uniform.at_least ? at < instant : at <= instant;
    if (not_above) {
      last = middle;
      first = middle + 1;
      count -= count / 2 + 1;
    } else {
      count /= 2;
    }
  }
  return last;
}

const std::vector<Range>& KernelRun::Parts::ValueRanges() {
  if (ranges.empty()) ranges = RangesOf(context->program().kernels[kernel], layout, context->program());
  return ranges;
}

const void* KernelRun::Parts::Unknowns(rt::Width width, size_t rows) {
  // Never empty: an unknown record is read at place 0 and then masked.
  made.push_back(rt::Column::Unknowns(width, std::max<size_t>(rows, 1)));
  return made.back().data();
}

const void* KernelRun::Parts::Zeros(size_t bytes) {
  zeros.emplace_back(bytes / sizeof(uint64_t) + 1);
  return zeros.back().data();
}

const void* KernelRun::Parts::FindLoaded(const Input& input, vm::Interpreter& interpreter) {
  const auto column = [&](const std::vector<rt::Column>& columns, size_t rows) {
    if (input.index >= columns.size() || columns[input.index].size() == 0) return Unknowns(rt::Width::k8, rows);
    return columns[input.index].data();
  };
  const auto array = [&](const auto& values, size_t least) -> const void* {
    if (values.size() >= least) return values.data();
    return Zeros(least * sizeof(values[0]));
  };
  const auto table = [&]() -> const rt::Table& { return context->table(ObjectId(input.owner)); };
  const auto series = [&]() -> const rt::EventSeries& { return context->series(EventId(input.owner)); };
  switch (input.kind) {
    case Input::Kind::kProperty:
      return column(table().columns, table().size);
    case Input::Kind::kResult: {
      const auto& columns = results->columns[input.owner];
      if (columns[input.index].size() == 0) return Unknowns(columns[input.index].width(), 1);
      return columns[input.index].data();
    }
    case Input::Kind::kList: {
      const auto& lists = table().lists;
      if (input.index >= lists.size() || lists[input.index].size() == 0) return Zeros(table().size);
      SAITEN_CHECK(lists[input.index].width() == rt::Width::k1);
      return lists[input.index].data();
    }
    case Input::Kind::kField:
      return column(series().fields, series().size());
    case Input::Kind::kBegins:
    case Input::Kind::kEnds: {
      const size_t rows = context->table(context->catalog()[EventId(input.owner)].object).size;
      if (rows == 0 || series().offsets.size() < rows + 1) return Zeros((rows + 1) * sizeof(uint32_t));
      return input.kind == Input::Kind::kBegins ? series().Begins() : series().Ends();
    }
    case Input::Kind::kTimes:
      return series().times.in_seconds() ? array(series().times.seconds(), 1) : array(series().times.micros(), 1);
    case Input::Kind::kManyOffsets:
      SAITEN_CHECK(table().many[input.index].in_order());
      return array(table().many[input.index].offsets, table().size + 1 + (table().size == 0 ? 1 : 0));
    case Input::Kind::kManyRows:
      return array(table().many[input.index].rows, 1);
    case Input::Kind::kLift:
      return TableOf(input, interpreter);
    case Input::Kind::kRelatedBits:
      return nullptr;  // FillRelated
    case Input::Kind::kTestBits:
      return TestBitsOf(input, interpreter);
    case Input::Kind::kEventCount:
      zeros.push_back({std::max<uint64_t>(series().size(), kRowStep)});
      return zeros.back().data();
    case Input::Kind::kTests:
      return TestsOf(input, interpreter);
  }
  return nullptr;
}

const void* KernelRun::Parts::Find(const Input& input, vm::Interpreter& interpreter) {
  const void* data = FindLoaded(input, interpreter);
  if (input.kind == Input::Kind::kTimes || input.kind == Input::Kind::kField) return Lengthened(input, data);
  return Padded(input, data);
}

// A copy with kRowStep events if there are less: so many are always read at once.
const void* KernelRun::Parts::Lengthened(const Input& input, const void* data) {
  const size_t events = context->series(EventId(input.owner)).size();
  if (events >= kRowStep) return data;
  const bool time = input.kind == Input::Kind::kTimes;
  const size_t bytes =
      static_cast<size_t>(rt::BytesOf(time ? layout.times[input.owner] : layout.fields[input.owner][input.index]));
  zeros.emplace_back(kRowStep);
  std::memcpy(zeros.back().data(), data, events * bytes);
  return zeros.back().data();
}

// A copy with kRowStep rows if it is an array of less records, which is read beyond its end: the rows behind the last
// are like the first, without events and related records.
const void* KernelRun::Parts::Padded(const Input& input, const void* data) {
  const bool by_event = input.kind == Input::Kind::kBegins || input.kind == Input::Kind::kEnds;
  const bool by_object = input.kind == Input::Kind::kProperty || input.kind == Input::Kind::kResult ||
                         input.kind == Input::Kind::kList || input.kind == Input::Kind::kManyOffsets;
  if (!by_event && !by_object) return data;
  const ObjectId object = by_event ? context->catalog()[EventId(input.owner)].object : ObjectId(input.owner);
  const size_t rows = context->table(object).size;
  if (rows == 0 || rows >= kRowStep) return data;
  size_t bytes = sizeof(uint32_t);
  size_t entries = rows;
  switch (input.kind) {
    case Input::Kind::kProperty:
      bytes = static_cast<size_t>(rt::BytesOf(layout.properties[input.owner][input.index]));
      break;
    case Input::Kind::kResult:
      if (layout.results[input.owner][input.index] == rt::Width::kBit) return data;  // whole words
      bytes = static_cast<size_t>(rt::BytesOf(layout.results[input.owner][input.index]));
      break;
    case Input::Kind::kList:
      bytes = 1;
      break;
    case Input::Kind::kManyOffsets:
      entries = rows + 1;
      break;
    case Input::Kind::kBegins:
    case Input::Kind::kEnds:
      break;
    case Input::Kind::kField:
    case Input::Kind::kTimes:
    case Input::Kind::kManyRows:
    case Input::Kind::kLift:
    case Input::Kind::kRelatedBits:
    case Input::Kind::kTestBits:
    case Input::Kind::kEventCount:
    case Input::Kind::kTests:
      return data;
  }
  zeros.emplace_back((kRowStep + 1) * bytes / sizeof(uint64_t) + 1);
  auto* copy = reinterpret_cast<std::byte*>(zeros.back().data());
  std::memcpy(copy, data, entries * bytes);
  // Both from 0 to 0 behind the last row.
  if (by_event) return copy;
  const size_t like = entries == rows ? 0 : rows;
  for (size_t i = entries; i < kRowStep + 1; ++i) std::memcpy(copy + i * bytes, copy + like * bytes, bytes);
  return copy;
}

const void* KernelRun::Parts::TableOf(const Input& input, vm::Interpreter& interpreter) {
  const ir::Kernel& code_of = context->program().kernels[kernel];
  const ir::Inst& inst = code_of.insts[input.owner];
  const uint32_t pool_number = *PoolOf(code_of, inst.args[0]);
  const rt::StringPool* pool = context->pools()[pool_number];
  const auto size = static_cast<size_t>(pool != nullptr ? pool->size() : 0);
  // The first place is for unknown.
  rt::Column table = rt::Column::Unknowns(LiftWidth(code_of, inst, ValueRanges()), size + 1);
  for (size_t code = 0; code < size; ++code) {
    const CallValue value =
        interpreter.ResultFor(inst.blocks[0], rt::MakeTextHandle(pool_number, static_cast<int32_t>(code)));
    if (value.known) table.Set(code + 1, value.value);
  }
  made.push_back(std::move(table));
  return static_cast<const std::byte*>(made.back().data()) + rt::BytesOf(made.back().width());
}

const void* KernelRun::Parts::TestBitsOf(const Input& input, vm::Interpreter& interpreter) {
  const ir::Kernel& code_of = context->program().kernels[kernel];
  const ir::Inst& test = code_of.insts[input.owner];
  const uint32_t pool_number = *PoolOf(code_of, test.args[0]);
  const rt::StringPool* pool = context->pools()[pool_number];
  const auto size = static_cast<size_t>(pool != nullptr ? pool->size() : 0);
  // How many there are stands before them.
  zeros.emplace_back(1 + (std::max<size_t>(size, kCodesInRegisters) + 63) / 64);
  uint64_t* table = zeros.back().data() + 1;
  table[-1] = size;
  for (size_t code = 0; code < size; ++code) {
    const int64_t text = rt::MakeTextHandle(pool_number, static_cast<int32_t>(code));
    const CallValue value = interpreter.ResultFor(test.blocks[0], text);
    if (value.known && value.value != 0) table[code / 64] |= uint64_t{1} << (code % 64);
  }
  return table;
}

const void* KernelRun::Parts::TestsOf(const Input& input, vm::Interpreter& interpreter) {
  const ir::Kernel& code_of = context->program().kernels[kernel];
  const std::vector<ir::ValueId>& tests = needs->tests[input.owner];
  const uint32_t pool_number = *PoolOf(code_of, code_of[tests[0]].args[0]);
  const rt::StringPool* pool = context->pools()[pool_number];
  const auto size = static_cast<size_t>(pool != nullptr ? pool->size() : 0);
  // Codes of a byte are looked up in all of 128.
  constexpr size_t kByteCodes = 128;
  zeros.emplace_back((std::max(size, kByteCodes) + 1) / sizeof(uint64_t) + 1);
  auto* table = reinterpret_cast<uint8_t*>(zeros.back().data()) + 1;
  for (size_t code = 0; code < size; ++code) {
    const int64_t text = rt::MakeTextHandle(pool_number, static_cast<int32_t>(code));
    for (size_t bit = 0; bit < tests.size(); ++bit) {
      const CallValue value = interpreter.ResultFor(code_of[tests[bit]].blocks[0], text);
      if (value.known && value.value != 0) table[code] |= static_cast<uint8_t>(1U << bit);
    }
  }
  return table;
}

void KernelRun::Parts::FillRelated(size_t place, KernelCode work_out) {
  const ir::Kernel& code_of = context->program().kernels[kernel];
  const size_t rows = context->table(code_of[needs->related[place].relation].type.object_id()).size;
  const size_t whole = rows / kRowStep;
  // One more for the rest, one for a record that is not there.
  uint64_t* bits[2] = {};
  void* to[2] = {};
  for (size_t i = 0; i < 2; ++i) {
    zeros.emplace_back(whole + 2);
    to[i] = bits[i] = zeros.back().data();
  }
  KernelArgs args{.inputs = inputs.data(),
                  .outputs = to,
                  .uniforms = uniforms.data(),
                  .uniforms_known = uniforms_known.data(),
                  .scratch = nullptr,
                  .helper = nullptr};
  if (whole > 0) work_out(&args, 0, static_cast<int64_t>(whole * kRowStep));
  if (const size_t rest = rows % kRowStep; rest > 0) {
    // Together with rows before them, if there are any; code counts rows from the table's first one.
    const size_t first = whole > 0 ? rows - kRowStep : 0;
    uint64_t words[2] = {};
    for (size_t i = 0; i < 2; ++i) to[i] = reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(&words[i]) - first / 8);
    work_out(&args, static_cast<int64_t>(first), static_cast<int64_t>(first + kRowStep));
    for (size_t i = 0; i < 2; ++i) {
      bits[i][whole] = whole > 0 ? words[i] >> (kRowStep - rest) : words[i] & ((uint64_t{1} << rest) - 1);
    }
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Input& input = needs->inputs[i];
    if (input.kind == Input::Kind::kRelatedBits && input.owner == place) inputs[i] = bits[input.index];
  }
}

KernelRun::KernelRun(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
KernelRun::~KernelRun() = default;
KernelRun::KernelRun(KernelRun&&) noexcept = default;
KernelRun& KernelRun::operator=(KernelRun&&) noexcept = default;

Result<KernelRun> KernelRun::Prepare(const Compiled& compiled, const vm::RunContext& context, size_t kernel,
                                     rt::Results& results, vm::TrapLog& traps) {
  Layout layout = LayoutOf(context);
  if (compiled.layout() != layout) {
    return Fail(ErrorKind::kRefused,
                {"the code was made for columns of other widths", "機械語は別の幅の列のために作られています"},
                {"compile it for this data", "このデータのためにコンパイルしてください"});
  }
  auto parts = std::make_unique<Parts>();
  parts->context = &context;
  parts->results = &results;
  parts->kernel = kernel;
  parts->layout = std::move(layout);
  parts->needs = &compiled.parts_->needs[kernel];
  parts->code = reinterpret_cast<KernelCode>(compiled.parts_->code[kernel]);
  vm::Interpreter interpreter(context, kernel, results);
  interpreter.EvaluateUniform(traps);
  for (const Uniform& uniform : parts->needs->uniforms) {
    const CallValue value = interpreter.ValueOf(uniform.value);
    parts->uniforms.push_back(uniform.day.valid() ? parts->LastDay(uniform, value.value) : value.value);
    parts->uniforms_known.push_back(value.known ? 1 : 0);
  }
  for (const Input& input : parts->needs->inputs) parts->inputs.push_back(parts->Find(input, interpreter));
  for (size_t i = 0; i < parts->needs->related.size(); ++i) {
    parts->FillRelated(i, reinterpret_cast<KernelCode>(compiled.parts_->related_code(kernel, i)));
  }
  const ir::Kernel& code_of = context.program().kernels[kernel];
  for (const ir::Output& output : code_of.outputs) {
    rt::Column& column = results.columns[code_of.object.index()][output.result];
    SAITEN_CHECK(reinterpret_cast<uintptr_t>(column.mutable_data()) % kRowStep == 0);
    parts->outputs.push_back(&column);
    parts->output_data.push_back(column.mutable_data());
  }
  return KernelRun(std::move(parts));
}

struct KernelRun::Worker::Parts {
  explicit Parts(const KernelRun::Parts& of)
      : run(of),
        helper(*of.context, of.kernel, *of.results),
        scratch((of.needs->scratch_bytes + kAlign) / sizeof(uint64_t) + 1) {}

  void Call(const std::vector<void*>& outputs, size_t begin, size_t end, vm::TrapLog& traps) {
    if (begin == end) return;
    helper.SetTraps(&traps, begin, end);
    Run(outputs, begin, end);
  }

  void Run(const std::vector<void*>& outputs, size_t begin, size_t end) {
    const KernelArgs args{.inputs = run.inputs.data(),
                          .outputs = outputs.data(),
                          .uniforms = run.uniforms.data(),
                          .uniforms_known = run.uniforms_known.data(),
                          .scratch = Scratch(),
                          .helper = &helper};
    run.code(&args, static_cast<int64_t>(begin), static_cast<int64_t>(end));
  }

  // Less than kRowStep rows are worked out with others beside them, into arrays of our own: other threads may be
  // writing those.
  void RunSome(size_t begin, size_t end, vm::TrapLog& traps) {
    if (begin >= end) return;
    struct alignas(kAlign) Line {
      std::byte bytes[kRowStep * sizeof(int64_t)];
    };
    const size_t last = std::max<size_t>(end, kRowStep);
    const size_t first = last - kRowStep;
    std::vector<Line> own(run.outputs.size());
    std::vector<void*> outputs;
    for (size_t i = 0; i < run.outputs.size(); ++i) {
      // Code counts rows from the table's first one.
      const rt::Width width = run.outputs[i]->width();
      const size_t before = width == rt::Width::kBit ? first / 8 : rt::BytesFor(width, first);
      outputs.push_back(reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(&own[i]) - before));
    }
    helper.SetTraps(&traps, begin, end);
    Run(outputs, first, last);
    for (size_t i = 0; i < outputs.size(); ++i) {
      rt::Column& column = *run.outputs[i];
      if (column.width() == rt::Width::kBit) {
        const auto bit = [&](size_t at) { return (own[i].bytes[at / 8] >> (at % 8) & std::byte{1}) != std::byte{0}; };
        for (size_t row = begin; row < end; ++row) column.Set(row, bit(row - first) ? 1 : 0);
        continue;
      }
      std::memcpy(static_cast<std::byte*>(column.mutable_data()) + rt::BytesFor(column.width(), begin),
                  own[i].bytes + rt::BytesFor(column.width(), begin - first),
                  rt::BytesFor(column.width(), end - begin));
    }
  }

  std::byte* Scratch() {
    const auto at = reinterpret_cast<uintptr_t>(scratch.data());
    return reinterpret_cast<std::byte*>((at + kAlign - 1) / kAlign * kAlign);
  }

  static constexpr size_t kAlign = 64;
  const KernelRun::Parts& run;
  HelperContext helper;
  std::vector<uint64_t> scratch;
};

KernelRun::Worker::Worker(const KernelRun& run) : parts_(std::make_unique<Parts>(*run.parts_)) {}
KernelRun::Worker::~Worker() = default;
KernelRun::Worker::Worker(Worker&&) noexcept = default;
KernelRun::Worker& KernelRun::Worker::operator=(Worker&&) noexcept = default;

void KernelRun::Worker::Run(size_t begin, size_t end, vm::TrapLog& traps) {
  if (begin >= end) return;
  // Code writes whole lines of the cache: rows from a multiple of kRowStep on, as many as one.
  const size_t from = std::min(end, (begin + kRowStep - 1) / kRowStep * kRowStep);
  const size_t to = std::max(from, end / kRowStep * kRowStep);
  parts_->RunSome(begin, from, traps);
  parts_->Call(parts_->run.output_data, from, to, traps);
  parts_->RunSome(to, end, traps);
  // Code writes past the caches, which orders those writes with nothing; this does, for whoever is told that they are
  // done.
#if defined(__x86_64__)
  _mm_sfence();
#else
  std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
}

Status RunAll(const Compiled& compiled, const vm::RunContext& context, rt::Results& results, vm::TrapLog& traps) {
  for (size_t kernel = 0; kernel < context.program().kernels.size(); ++kernel) {
    SAITEN_ASSIGN_OR_RETURN(KernelRun run, KernelRun::Prepare(compiled, context, kernel, results, traps));
    KernelRun::Worker worker(run);
    worker.Run(0, context.table(context.program().kernels[kernel].object).size, traps);
  }
  return {};
}

}  // namespace saiten::jit
