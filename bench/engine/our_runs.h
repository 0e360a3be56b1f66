#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/engine/floor_runs.h"
#include "driver/compile.h"
#include "vm/jit/jit.h"
#include "vm/run_context.h"

// Saiten over a population in memory: the same parts that `saiten run` uses, without a database.
namespace saiten::bench {

class OurRuns {
 public:
  // Parses, checks, lowers and optimises `files`, which must be free of errors.
  OurRuns(const std::vector<std::string>& files, size_t threads);

  const Catalog& catalog() const { return compiled_->checked.catalog; }
  // Once, before any Run. The data must outlive this.
  void Attach(const rt::Dataset& data);

  // jit: machine code already made, results over results. fresh: the same with results in new memory, as a run has
  // them. interp: the interpreter.
  static std::vector<std::string> names() { return {"jit", "fresh", "interp"}; }
  double Run(const std::string& name);
  // The interpreter over the first `rows` contacts, on one thread.
  double Interpret(size_t rows);
  std::map<std::string, Answer> answers() const;

  double front_seconds() const { return front_seconds_; }  // from text to optimised IR
  double code_seconds() const { return code_seconds_; }    // from IR to machine code
  // From text to the interpreted results of the first 64 contacts.
  double first_seconds() const { return first_seconds_; }
  // Memory held by the compiled rules and their code.
  double front_megabytes() const { return front_megabytes_; }
  double code_megabytes() const { return code_megabytes_; }
  size_t instructions() const;

 private:
  void RunCode(rt::Results& results);

  std::unique_ptr<driver::Compiled> compiled_;
  std::unique_ptr<vm::RunContext> context_;
  std::unique_ptr<jit::Compiled> code_;
  rt::Results results_;
  size_t threads_;
  double front_seconds_ = 0;
  double code_seconds_ = 0;
  double first_seconds_ = 0;
  double front_megabytes_ = 0;
  double code_megabytes_ = 0;
};

}  // namespace saiten::bench
