#include "vm/jit/objects.h"

#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/OptBisect.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>

#include "base/parallel.h"

namespace saiten::jit {
namespace {

// LLVM instructions of a module, about: enough that its own cost does not count, few enough that all cores have work.
constexpr size_t kMostInModule = 1'500;

// Passes of the code generator that take an eighth of its time and save no hundredth of a row's in kernels of many
// rules: what they arrange is loops, and these have long bodies without branches (bench/notes/W5.md).
constexpr std::array<std::string_view, 3> kSlow = {
    "Loop Strength Reduction", "Canonicalize Freeze Instructions in Loops", "Machine Instruction Scheduler"};

// Which of LLVM's passes that may be left out are left out.
class Gate : public llvm::OptPassGate {
 public:
  Gate(bool quick, const std::atomic<bool>* stop) : quick_(quick), stop_(stop) {}
  bool isEnabled() const override { return true; }
  bool shouldRunPass(const llvm::StringRef pass, llvm::StringRef) override {
    // Nobody wants the code any more: what has begun is to end soon.
    if (stop_ != nullptr && stop_->load(std::memory_order_relaxed)) return false;
    return !quick_ || std::ranges::find(kSlow, std::string_view(pass)) == kSlow.end();
  }

 private:
  bool quick_;
  const std::atomic<bool>* stop_;
};

struct Unit {
  std::unique_ptr<llvm::LLVMContext> context = std::make_unique<llvm::LLVMContext>();
  std::unique_ptr<llvm::Module> module = std::make_unique<llvm::Module>("saiten", *context);
  size_t place = 0;
};

Error WasStopped() {
  return Fail(ErrorKind::kRefused, {"making machine code was stopped", "機械語の生成を中止しました"});
}

}  // namespace

struct ObjectMaker::Parts {
  Machine& machine;
  size_t threads;
  const std::atomic<bool>* stop;
  Gate gate;

  std::optional<Unit> current;
  size_t instructions = 0;  // of the current module's functions but the last
  size_t functions = 0;
  size_t made = 0;

  std::mutex mutex;
  std::condition_variable more;
  std::deque<Unit> queue;
  bool ended = false;
  std::vector<std::string> objects;  // by place
  Status status;
  std::vector<std::thread> workers;

  bool Stopped() const { return stop != nullptr && stop->load(std::memory_order_relaxed); }

  // Gives the current module away.
  void Dispatch() {
    if (!current) return;
    {
      const std::lock_guard lock(mutex);
      current->place = objects.size();
      objects.emplace_back();
      queue.push_back(std::move(*current));
    }
    current.reset();
    more.notify_one();
    // The calling thread has lowering to do and works too when that is done.
    if (workers.size() + 1 >= threads) return;
    std::thread worker = TryThread([this] { Work(true); });
    if (worker.joinable()) workers.push_back(std::move(worker));
  }

  // Makes objects until there are no more modules; `wait`: until no more will come.
  void Work(bool wait) {
    std::unique_lock lock(mutex);
    while (true) {
      if (wait) more.wait(lock, [&] { return !queue.empty() || ended; });
      if (queue.empty()) return;
      Unit unit = std::move(queue.front());
      queue.pop_front();
      if (!status.ok()) continue;
      lock.unlock();
      Result<std::string> object = Make(*unit.module);
      unit.module.reset();
      unit.context.reset();
      lock.lock();
      if (object.ok()) {
        objects[unit.place] = std::move(*object);
      } else if (status.ok()) {
        status = Status(std::move(object).error());
      }
    }
  }

  Result<std::string> Make(llvm::Module& module) const {
    if (Stopped()) return WasStopped();
    SAITEN_RETURN_IF_ERROR(machine.Optimise(module));
    return machine.Object(module);
  }

  void End() {
    {
      const std::lock_guard lock(mutex);
      ended = true;
    }
    more.notify_all();
    for (std::thread& worker : workers) worker.join();
    workers.clear();
  }
};

ObjectMaker::ObjectMaker(Machine& machine, size_t threads, bool quick, const std::atomic<bool>* stop)
    : parts_(new Parts{.machine = machine, .threads = threads, .stop = stop, .gate = Gate(quick, stop)}) {}

ObjectMaker::~ObjectMaker() {
  {
    const std::lock_guard lock(parts_->mutex);
    parts_->queue.clear();
  }
  parts_->End();
}

llvm::Module& ObjectMaker::Next() {
  Parts& parts = *parts_;
  if (parts.current) {
    // Of the functions so far the last one is complete now.
    parts.instructions += parts.current->module->getFunctionList().back().getInstructionCount();
    if (parts.instructions > kMostInModule) parts.Dispatch();
  }
  if (!parts.current) {
    parts.current.emplace();
    parts.current->context->setOptPassGate(parts.gate);
    parts.machine.Prepare(*parts.current->module);
    parts.instructions = 0;
  }
  return *parts.current->module;
}

Result<std::vector<std::string>> ObjectMaker::Finish() {
  // A program of one module is made by this thread alone.
  if (parts_->objects.empty()) parts_->threads = 1;
  parts_->Dispatch();
  parts_->Work(false);
  parts_->End();
  SAITEN_RETURN_IF_ERROR(parts_->status);
  if (parts_->Stopped()) return WasStopped();
  return std::move(parts_->objects);
}

}  // namespace saiten::jit
