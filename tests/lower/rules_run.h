#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"
#include "compiler/check/program.h"
#include "compiler/lower/lower.h"
#include "runtime/dataset.h"
#include "runtime/results.h"
#include "runtime/zone.h"
#include "vm/trap.h"

namespace saiten::test {

// Rules and records written in a test, from text to results, with the interpreter; with and without the optimiser,
// which must agree.
class RulesRun {
 public:
  // Checks and lowers; a test failure if there are errors. `now` as in data.
  RulesRun(std::string rules, std::string_view now);

  // One record or event a line, columns by name in the first line; `-` is unknown, `_` in a text a space. Events name
  // their record's key in a column called as the object. Events are sorted by (time, line).
  void Records(std::string_view object, std::string_view table);
  void Events(std::string_view event, std::string_view table);
  void ListMembers(std::string_view list, const std::vector<size_t>& rows);

  // Runs all kernels.
  void Run();

  // The result called `name` (a score, band, grid, segment, or table.column) of every record, as text: points as 12.5,
  // members by name, `-` for unknown.
  std::vector<std::string> Get(std::string_view name) const;
  const lower::LowerResult& lowered() const { return *lowered_; }
  const check::CheckedProgram& checked() const { return *checked_; }
  size_t traps() const { return traps_.count(); }
  std::string Ir() const;

 private:
  void Connect();
  void Execute(const ir::Program& program, rt::Results& results);

  SourceSet sources_;
  std::unique_ptr<check::CheckedProgram> checked_;
  std::unique_ptr<lower::LowerResult> lowered_;
  std::unique_ptr<lower::LowerResult> optimised_;
  const rt::Zone* zone_ = nullptr;
  int64_t now_ = 0;
  rt::Dataset data_;
  rt::Results results_;
  vm::TrapLog traps_;
};

}  // namespace saiten::test
