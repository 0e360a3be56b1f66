#pragma once

#include <memory>
#include <unordered_map>

#include "compiler/lower/lower.h"
#include "driver/compile.h"
#include "driver/memory_data.h"
#include "runtime/results.h"
#include "vm/interp/interp.h"
#include "vm/run_context.h"

// The world of one test: records, events, a clock, and the rules run over them.
namespace saiten::driver {

// The rules over one state of a test's data. Ends before its data does.
class Evaluation {
 public:
  // Runs every kernel. kUsage as RunContext::Create.
  static Result<std::unique_ptr<Evaluation>> Make(const lower::LowerResult& lowered, rt::Dataset data, int64_t now,
                                                  const rt::Zone* zone);

  const vm::RunContext& context() const { return *context_; }
  rt::Results& results() { return results_; }
  // What an extra expression is for a record. The texts are valid until another row is asked for.
  CallValue ValueOf(size_t extra, size_t row);
  Type TypeOf(size_t extra) const;
  const rt::TextStore& texts(size_t extra) { return At(lowered_->trace.extras[extra].kernel).texts(); }

 private:
  vm::Interpreter& At(uint32_t kernel);

  const lower::LowerResult* lowered_ = nullptr;
  rt::Dataset data_;
  std::unique_ptr<vm::RunContext> context_;
  rt::Results results_;
  std::unordered_map<uint32_t, std::unique_ptr<vm::Interpreter>> interpreters_;
};

// An instant as written in a test: DateLit (its first instant) or DateTimeLit, local where it has no zone.
int64_t InstantOf(const ast::Expr* moment, const rt::Zone* zone);

// `value` of type `from` as the number that a property of type `to` holds: decimals rescaled, a date as a time its
// midnight.
int64_t ConvertTo(Type from, Type to, int64_t value, const rt::Zone* zone);

}  // namespace saiten::driver
