#include "driver/execute.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "base/parallel.h"
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
    // Without a thread there is no code, and the interpreter does it all.
    thread_ = TryThread([this, &context, &options] {
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

size_t Marked(const RowFlags& marks) { return static_cast<size_t>(std::ranges::count(marks, uint8_t{1})); }

// One kernel of a run, by whichever engine is there.
class KernelTask {
 public:
  // `marks`: which rows; none: all. `told`: of which rows traps are told; none: of all.
  KernelTask(const vm::RunContext& context, const ExecuteOptions& options, const Code* code, size_t kernel,
             const RowFlags* marks, const RowFlags* told, rt::Results& results)
      : context_(context),
        options_(options),
        code_(code),
        kernel_(kernel),
        marks_(marks),
        told_(told),
        results_(results),
        rows_(context.table(context.program().kernels[kernel].object).size),
        threads_(ThreadsFor(options.threads, BlocksOf(rows_))),
        interpreters_(threads_) {
    const size_t instructions = std::max<size_t>(1, context.program().kernels[kernel].insts.size());
    slice_ = std::clamp(kSlice / instructions / kStep * kStep, kStep, kBlockRows);
  }

  // Fails only where code was asked for and this kernel's cannot be run. `log`: takes the traps.
  Status Run(std::atomic<uint64_t>& done, vm::TrapLog& log) {
    const size_t blocks = BlocksOf(rows_);
    if (blocks == 0) return {};
    if (marks_ != nullptr && !AnyMarked(*marks_)) {
      if (options_.progress) options_.progress(done += rows_);
      return {};
    }
    // Where the place of the switch is given, it must not depend on which thread prepares.
    if (options_.engine == Engine::kJit || options_.switch_at) {
      Prepare();
      if (!failed_.ok()) return std::move(failed_);
    }
    std::vector<vm::TrapLog> traps(blocks, vm::TrapLog(told_));
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
    for (const vm::TrapLog& each : traps) log.Append(each);
    return {};
  }

  // Why code that there is could not be used; ok: nothing failed.
  Status& failed() { return failed_; }
  uint64_t native_rows() const { return native_rows_; }
  uint64_t interpreted_rows() const { return interpreted_rows_; }

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
        interpreter = std::make_unique<vm::Interpreter>(context_, kernel_, results_);
        vm::TrapLog ignored;
        interpreter->EvaluateUniform(ignored);
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
    auto made = code_->Ready()->Prepare(context_, kernel_, results_, threads_);
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
  const RowFlags* marks_;
  const RowFlags* told_;
  rt::Results& results_;
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

// The kernels of a run, one after the other.
class KernelRunner {
 public:
  KernelRunner(const vm::RunContext& context, const ExecuteOptions& options, const Code* code, Incremental* incremental,
               Executed& out)
      : context_(context), options_(options), code_(code), incremental_(incremental), out_(out) {
    if (options.part == nullptr) return;
    const std::vector<bool> apart = ObjectsApart(context.program());
    for (const ir::Kernel& kernel : context.program().kernels) {
      const size_t object = kernel.object.index();
      if (!apart[object] || narrow_.contains(object)) continue;
      narrow_.try_emplace(object, context, kernel.object, options.part->marks[object], out.results, options.threads);
    }
  }

  Status Run() {
    const auto& kernels = context_.program().kernels;
    for (size_t number = 0; number < kernels.size(); ++number) {
      const size_t rows = context_.table(kernels[number].object).size;
      if (rows == 0) continue;
      // What is the same for all rows traps once, whatever threads, engines and parts there are.
      vm::TrapLog ignored;
      const bool tell = options_.part == nullptr || options_.part->tells_uniform;
      vm::Interpreter(context_, number, out_.results).EvaluateUniform(tell ? out_.traps : ignored);
      const auto narrow = narrow_.find(kernels[number].object.index());
      SAITEN_RETURN_IF_ERROR(narrow != narrow_.end() ? RunNarrow(number, narrow->second) : RunWhole(number));
    }
    out_.engine = out_.native_rows > 0 ? Engine::kJit : Engine::kInterp;
    Count();
    return {};
  }

 private:
  Status RunWhole(size_t number) {
    const RowFlags* marks = incremental_ != nullptr ? &incremental_->RowsOf(number) : nullptr;
    const ir::Kernel& kernel = context_.program().kernels[number];
    const RowFlags* told = options_.part != nullptr ? &options_.part->marks[kernel.object.index()] : nullptr;
    KernelTask task(context_, options_, code_, number, marks, told, out_.results);
    SAITEN_RETURN_IF_ERROR(task.Run(done_, out_.traps));
    Add(task);
    if (incremental_ != nullptr) incremental_->Finish(number);
    return {};
  }

  Status RunNarrow(size_t number, PartOfObject& part) {
    vm::TrapLog traps;
    KernelTask task(part.context(), options_, code_, number, nullptr, nullptr, part.results());
    SAITEN_RETURN_IF_ERROR(task.Run(done_, traps));
    Add(task);
    traps.MoveRows(part.rows());
    out_.traps.Append(traps);
    const ir::Kernel& kernel = context_.program().kernels[number];
    part.Give(kernel);
    done_ += context_.table(kernel.object).size - part.rows().size();
    return {};
  }

  void Add(KernelTask& task) {
    if (!task.failed().ok()) out_.without_code = std::move(task.failed()).error();
    out_.native_rows += task.native_rows();
    out_.interpreted_rows += task.interpreted_rows();
  }

  void Count() {
    if (incremental_ != nullptr) {
      out_.evaluated = incremental_->Counts();
      out_.differences = incremental_->TakeDifferences();
      return;
    }
    out_.evaluated.resize(context_.program().results.size());
    for (const ir::Kernel& kernel : context_.program().kernels) {
      const size_t object = kernel.object.index();
      out_.evaluated[object].changed =
          options_.part != nullptr ? Marked(options_.part->marks[object]) : context_.table(kernel.object).size;
    }
  }

  const vm::RunContext& context_;
  const ExecuteOptions& options_;
  const Code* code_;
  Incremental* incremental_;
  Executed& out_;
  std::map<size_t, PartOfObject> narrow_;  // by object: those that are worked on without the others
  std::atomic<uint64_t> done_{0};
};

// Which part of all records is worked on, about.
double ShareOf(const vm::RunContext& context, const Part& part) {
  uint64_t rows = 0, marked = 0;
  for (const ir::Kernel& kernel : context.program().kernels) {
    rows += context.table(kernel.object).size;
    marked += Marked(part.marks[kernel.object.index()]);
  }
  return rows == 0 ? 0 : static_cast<double>(marked) / static_cast<double>(rows);
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
  const double share = marks != nullptr          ? marks->Share()
                       : options.part != nullptr ? ShareOf(context, *options.part)
                                                 : 1;
  const bool must = options.engine == Engine::kJit || options.switch_at.has_value();
  const bool wanted = options.engine == Engine::kAuto && WorthCode(context, options.threads, share);
  if (!must && !wanted) {
    SAITEN_RETURN_IF_ERROR(KernelRunner(context, options, nullptr, marks, out).Run());
    return out;
  }
  std::optional<Code> code;
  if (must) {
    SAITEN_ASSIGN_OR_RETURN(auto made, Code::Make(context, options, nullptr));
    code.emplace(std::move(made));
  } else {
    code.emplace(context, options);
  }
  SAITEN_RETURN_IF_ERROR(KernelRunner(context, options, &*code, marks, out).Run());
  if (auto failed = code->Stop()) out.without_code = std::move(failed);
  return out;
}

}  // namespace saiten::driver
