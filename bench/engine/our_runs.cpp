#include "bench/engine/our_runs.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "base/check.h"
#include "bench/population/population.h"
#include "compiler/opt/opt.h"
#include "driver/blocks.h"
#include "driver/execute.h"
#include "runtime/zone.h"
#include "vm/interp/interp.h"

namespace saiten::bench {
namespace {

// Results that somebody who waits would call the first.
constexpr size_t kFirstRows = 64;

class Watch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

// Memory of this process that is in use now, without what the allocator keeps for later.
double Megabytes() {
  malloc_trim(0);
  std::ifstream file("/proc/self/statm");
  uint64_t total = 0;
  uint64_t resident = 0;
  file >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

template <typename T>
T Must(Result<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.error().message.c_str());
    std::exit(2);
  }
  return std::move(result).value();
}

}  // namespace

OurRuns::OurRuns(const std::vector<std::string>& files, size_t threads) : threads_(threads) {
  const double before = Megabytes();
  const Watch watch;
  compiled_ = Must(driver::Compile({.paths = files, .isolated = true}));
  if (!compiled_->ok()) {
    std::fprintf(stderr, "the rules have errors: `saiten check` shows them\n");
    std::exit(1);
  }
  opt::Optimise(compiled_->lowered->program);
  front_seconds_ = watch.seconds();
  front_megabytes_ = Megabytes() - before;
}

void OurRuns::Attach(const rt::Dataset& data) {
  const rt::Zone* zone = Must(rt::Zone::Find(compiled_->checked.catalog.timezone));
  const Watch first;
  context_ = Must(vm::RunContext::Create(compiled_->lowered->program, data, kAsOf * 1'000'000, zone));
  results_ = context_->MakeRoom();
  const double before_rows = first.seconds();
  first_seconds_ = front_seconds_ + before_rows + Interpret(kFirstRows);
  const double before = Megabytes();
  const Watch watch;
  code_ = std::make_unique<jit::Compiled>(Must(jit::Compile(compiled_->lowered->program, jit::LayoutOf(*context_))));
  code_seconds_ = watch.seconds();
  code_megabytes_ = Megabytes() - before;
}

double OurRuns::Interpret(size_t rows) {
  const Watch watch;
  vm::TrapLog traps;
  const ir::Program& program = compiled_->lowered->program;
  for (size_t kernel = 0; kernel < program.kernels.size(); ++kernel) {
    vm::Interpreter interpreter(*context_, kernel, results_);
    interpreter.EvaluateUniform(traps);
    interpreter.Run(0, std::min(rows, context_->table(program.kernels[kernel].object).size), traps);
  }
  return watch.seconds();
}

size_t OurRuns::instructions() const {
  size_t count = 0;
  for (const ir::Kernel& kernel : compiled_->lowered->program.kernels) count += kernel.insts.size();
  return count;
}

void OurRuns::RunCode(rt::Results& results) {
  vm::TrapLog traps;
  const ir::Program& program = compiled_->lowered->program;
  for (size_t kernel = 0; kernel < program.kernels.size(); ++kernel) {
    const size_t rows = context_->table(program.kernels[kernel].object).size;
    const size_t blocks = driver::BlocksOf(rows);
    if (blocks == 0) continue;
    const jit::KernelRun run = Must(jit::KernelRun::Prepare(*code_, *context_, kernel, results, traps));
    const size_t threads = ThreadsFor(threads_, blocks);
    std::vector<std::unique_ptr<jit::KernelRun::Worker>> workers;
    std::vector<vm::TrapLog> logs(blocks);
    for (size_t i = 0; i < threads; ++i) workers.push_back(std::make_unique<jit::KernelRun::Worker>(run));
    ForEachPiece(blocks, threads, [&](size_t thread, size_t block) {
      workers[thread]->Run(block * driver::kBlockRows, std::min(rows, (block + 1) * driver::kBlockRows), logs[block]);
    });
  }
}

double OurRuns::Run(const std::string& name) {
  const Watch watch;
  if (name == "jit") {
    RunCode(results_);
  } else if (name == "fresh") {
    rt::Results fresh = context_->MakeRoom();
    RunCode(fresh);
  } else {
    results_ = Must(driver::Execute(*context_, {.engine = driver::Engine::kInterp, .threads = threads_})).results;
  }
  return watch.seconds();
}

std::map<std::string, Answer> OurRuns::answers() const {
  std::map<std::string, Answer> all;
  const check::CheckedProgram& checked = compiled_->checked;
  const lower::LowerResult& lowered = *compiled_->lowered;
  const auto add = [&](const std::string& name, lower::ResultRef ref) {
    const rt::Column& column = results_.columns[ref.object.index()][ref.column];
    all[name] = [&column](size_t row) { return static_cast<int32_t>(column.Raw(row)); };
  };
  for (size_t i = 0; i < checked.scores.size(); ++i) {
    add(std::string(checked.scores[i].decl->name.text), lowered.scores[i]);
    if (checked.scores[i].bands.valid()) add(checked.catalog[checked.scores[i].bands].name, lowered.bands[i]);
  }
  for (size_t i = 0; i < checked.segments.size(); ++i) {
    add(std::string(checked.segments[i].decl->name.text), lowered.segments[i]);
  }
  return all;
}

}  // namespace saiten::bench
