#include "driver/execute.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "driver/blocks.h"
#include "driver/native.h"
#include "vm/interp/interp.h"

namespace saiten::driver {
namespace {

// Nanoseconds of one core, as `./dev bench W5` shows them: to make code at all and for an
// instruction, and to interpret an instruction for a record or an event.
constexpr uint64_t kCodeBase = 15'000'000;
constexpr uint64_t kCodeEach = 60'000;
constexpr uint64_t kInterpretEach = 6;
// What is interpreted faster than this is done before code could be.
constexpr uint64_t kSoon = 20'000'000;
// Instructions interpreted between two looks whether code is there: about ten milliseconds.
constexpr size_t kSlice = 2'000'000;
// The JIT works on so many rows at a time.
constexpr size_t kStep = 64;

// Code as it is made on a thread of its own, or already there.
class Code {
 public:
  Code(const vm::RunContext& context, const ExecuteOptions& options) {
    thread_ = std::thread([this, &context, &options] {
      auto code = Make(context, options, &stop_);
      if (!code.ok()) {
        // What was stopped did not fail.
        if (!stop_) failed_ = std::move(code).error();
        return;
      }
      made_ = std::move(*code);
      ready_.store(made_.get(), std::memory_order_release);
    });
  }
  explicit Code(std::unique_ptr<NativeCode> made) : made_(std::move(made)), ready_(made_.get()) {}
  ~Code() { Stop(); }
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;

  static Result<std::unique_ptr<NativeCode>> Make(const vm::RunContext& context, const ExecuteOptions& options,
                                                  const std::atomic<bool>* stop) {
    SAITEN_ASSIGN_OR_RETURN(const NativeApi* native, LoadNative());
    const std::string cache = options.code_cache ? native->cache_folder() : std::string();
    return native->compile(context, {.threads = options.threads, .cache = cache, .stop = stop});
  }

  // Null until it is made.
  const NativeCode* Ready() const { return ready_.load(std::memory_order_acquire); }

  // Ends the making. Why it failed; nothing if it did not, or was still at work.
  std::optional<Error> Stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    return failed_;
  }

 private:
  std::unique_ptr<NativeCode> made_;
  std::atomic<NativeCode*> ready_{nullptr};
  std::atomic<bool> stop_{false};
  std::optional<Error> failed_;
  std::thread thread_;
};

// One kernel of a run, by whichever engine is there.
class KernelTask {
 public:
  // `marks`: which rows; none: all.
  KernelTask(const vm::RunContext& context, const ExecuteOptions& options, const Code* code, size_t kernel,
             const RowMarks* marks, Executed& out)
      : context_(context),
        options_(options),
        code_(code),
        kernel_(kernel),
        marks_(marks),
        out_(out),
        rows_(context.table(context.program().kernels[kernel].object).size),
        threads_(ThreadsFor(options.threads, BlocksOf(rows_))),
        interpreters_(threads_) {
    const size_t instructions = std::max<size_t>(1, context.program().kernels[kernel].insts.size());
    slice_ = std::clamp(kSlice / instructions / kStep * kStep, kStep, kBlockRows);
  }

  // Fails only where code was asked for and this kernel's cannot be run.
  Status Run(std::atomic<uint64_t>& done) {
    const size_t blocks = BlocksOf(rows_);
    if (blocks == 0) return {};
    // What is the same for all rows traps once, whatever threads and engines there are.
    vm::Interpreter(context_, kernel_, out_.results).EvaluateUniform(out_.traps);
    if (marks_ != nullptr && !AnyMarked(*marks_)) {
      if (options_.progress) options_.progress(done += rows_);
      return {};
    }
    // Where the place of the switch is given, it must not depend on which thread prepares.
    if (options_.engine == Engine::kJit || options_.switch_at) {
      Prepare();
      if (!failed_.ok()) return std::move(failed_);
    }
    std::vector<vm::TrapLog> traps(blocks);
    ForEachPiece(blocks, threads_, [&](size_t thread, size_t block) {
      const size_t begin = block * kBlockRows;
      const size_t end = std::min(rows_, begin + kBlockRows);
      if (marks_ == nullptr) {
        RunPart(thread, begin, end, traps[block]);
      } else {
        ForEachPart(*marks_, begin, end, code_ != nullptr ? kStep : 1,
                    [&](size_t from, size_t to) { RunPart(thread, from, to, traps[block]); });
      }
      if (options_.progress) options_.progress(done += end - begin);
    });
    for (const vm::TrapLog& log : traps) out_.traps.Append(log);
    if (!failed_.ok()) out_.without_code = std::move(failed_).error();
    out_.native_rows += native_rows_;
    out_.interpreted_rows += interpreted_rows_;
    return {};
  }

 private:
  void RunPart(size_t thread, size_t begin, size_t end, vm::TrapLog& traps) {
    for (size_t at = begin; at < end;) {
      if (NativeKernel* native = NativeFor(at)) {
        native->Run(thread, at, end, traps);
        native_rows_ += end - at;
        return;
      }
      std::unique_ptr<vm::Interpreter>& interpreter = interpreters_[thread];
      if (!interpreter) {
        interpreter = std::make_unique<vm::Interpreter>(context_, kernel_, out_.results);
        vm::TrapLog told;
        interpreter->EvaluateUniform(told);
      }
      const size_t next = options_.switch_at && *options_.switch_at > at ? *options_.switch_at - at : slice_;
      const size_t to = std::min(end, at + (code_ == nullptr ? kBlockRows : next));
      interpreter->Run(at, to, traps);
      interpreted_rows_ += to - at;
      at = to;
    }
  }

  NativeKernel* NativeFor(size_t row) {
    if (code_ == nullptr || (options_.switch_at && row < *options_.switch_at)) return nullptr;
    if (NativeKernel* native = native_.load(std::memory_order_acquire)) return native;
    // The first thread that sees the code prepares it for this kernel; the others go on interpreting.
    if (code_->Ready() == nullptr || preparing_.exchange(true)) return nullptr;
    Prepare();
    return native_.load(std::memory_order_acquire);
  }

  void Prepare() {
    auto made = code_->Ready()->Prepare(context_, kernel_, out_.results, threads_);
    if (!made.ok()) {
      failed_ = Status(std::move(made).error());
      return;
    }
    made_ = std::move(*made);
    native_.store(made_.get(), std::memory_order_release);
  }

  const vm::RunContext& context_;
  const ExecuteOptions& options_;
  const Code* code_;  // null: only the interpreter
  size_t kernel_;
  const RowMarks* marks_;
  Executed& out_;
  size_t rows_;
  size_t threads_;
  size_t slice_ = kBlockRows;
  std::vector<std::unique_ptr<vm::Interpreter>> interpreters_;  // by thread
  std::unique_ptr<NativeKernel> made_;
  std::atomic<NativeKernel*> native_{nullptr};
  std::atomic<bool> preparing_{false};
  std::atomic<uint64_t> native_rows_{0};
  std::atomic<uint64_t> interpreted_rows_{0};
  Status failed_;
};

Status RunKernels(const vm::RunContext& context, const ExecuteOptions& options, const Code* code,
                  Incremental* incremental, Executed& out) {
  std::atomic<uint64_t> done{0};
  for (size_t kernel = 0; kernel < context.program().kernels.size(); ++kernel) {
    const RowMarks* marks = nullptr;
    if (incremental != nullptr) marks = &incremental->RowsOf(kernel);
    SAITEN_RETURN_IF_ERROR(KernelTask(context, options, code, kernel, marks, out).Run(done));
    if (incremental != nullptr) incremental->Finish(kernel);
  }
  out.engine = out.native_rows > 0 ? Engine::kJit : Engine::kInterp;
  if (incremental != nullptr) {
    out.evaluated = incremental->Counts();
    out.differences = incremental->TakeDifferences();
    return {};
  }
  out.evaluated.resize(context.program().results.size());
  for (const ir::Kernel& kernel : context.program().kernels) {
    out.evaluated[kernel.object.index()].changed = context.table(kernel.object).size;
  }
  return {};
}

}  // namespace

bool WorthCode(const vm::RunContext& context, size_t threads, double share) {
  const Catalog& catalog = *context.program().catalog;
  std::vector<uint64_t> items(catalog.objects.size());
  for (size_t i = 0; i < items.size(); ++i) items[i] = context.table(ObjectId(static_cast<uint32_t>(i))).size;
  for (size_t i = 0; i < catalog.events.size(); ++i) {
    const EventId event(static_cast<uint32_t>(i));
    if (catalog[event].object.valid()) items[catalog[event].object.index()] += context.series(event).times.size();
  }
  // Code works on kStep rows at a time: for less than one of them, all told, the interpreter is sooner done.
  if (share * static_cast<double>(kStep) < 1) return false;
  uint64_t make = kCodeBase;
  uint64_t interpret = 0;
  size_t rows = 0;
  for (const ir::Kernel& kernel : context.program().kernels) {
    make += kCodeEach * kernel.insts.size();
    interpret += kInterpretEach * kernel.insts.size() * items[kernel.object.index()];
    rows = std::max(rows, context.table(kernel.object).size);
  }
  interpret = static_cast<uint64_t>(static_cast<double>(interpret) * share);
  // Both are done by all cores.
  return interpret / ThreadsFor(threads, BlocksOf(rows)) > kSoon && interpret > make / 2;
}

Result<Executed> Execute(const vm::RunContext& context, const ExecuteOptions& options) {
  Executed out{.results = options.previous == nullptr ? context.MakeRoom() : std::move(options.previous->results)};
  std::optional<Incremental> incremental;
  if (options.previous != nullptr) incremental.emplace(context, *options.previous, out.results);
  Incremental* marks = incremental ? &*incremental : nullptr;
  const double share = marks != nullptr ? marks->Share() : 1;
  const bool must = options.engine == Engine::kJit || options.switch_at.has_value();
  const bool wanted = options.engine == Engine::kAuto && WorthCode(context, options.threads, share);
  if (!must && !wanted) {
    SAITEN_RETURN_IF_ERROR(RunKernels(context, options, nullptr, marks, out));
    return out;
  }
  std::optional<Code> code;
  if (must) {
    SAITEN_ASSIGN_OR_RETURN(auto made, Code::Make(context, options, nullptr));
    code.emplace(std::move(made));
  } else {
    code.emplace(context, options);
  }
  SAITEN_RETURN_IF_ERROR(RunKernels(context, options, &*code, marks, out));
  if (auto failed = code->Stop()) out.without_code = std::move(failed);
  return out;
}

}  // namespace saiten::driver
