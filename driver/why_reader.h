#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/lower/lower.h"
#include "driver/compile.h"
#include "driver/spell.h"
#include "driver/why.h"
#include "vm/interp/interp.h"
#include "vm/run_context.h"

namespace saiten::driver {

// Of one declaration and one record: what its clauses saw, as the interpreter has computed it. Reads only.
class WhyReader {
 public:
  // `interpreter`: at the record, in the kernel of `trace`; `file`: of the declaration. All must outlive it.
  WhyReader(const Compiled& compiled, const vm::RunContext& context, const lower::ItemTrace& trace, FileId file,
            const vm::Interpreter& interpreter, Language language);

  const lower::ItemTrace& trace() const { return trace_; }
  const vm::Interpreter& interpreter() const { return interpreter_; }

  // The result of the declaration.
  CallValue Value() const { return interpreter_.ValueOf(trace_.value); }
  // What an expression was; nullopt where nothing holds it by itself.
  std::optional<CallValue> ValueOf(const ast::Expr* expr) const;
  // The properties and other leaves of expressions, each once, with what they were.
  std::vector<WhyValue> Saw(std::span<const ast::Expr* const> exprs) const;

  bool IsTrue(ir::ValueId id) const;
  int64_t Milli(ir::ValueId id) const { return interpreter_.ValueOf(id).value; }
  Type TypeOf(ir::ValueId id) const { return kernel_[id].type; }
  std::string Spell(ir::ValueId id) const { return spell_(TypeOf(id), interpreter_.ValueOf(id)); }
  std::string SpellInstant(int64_t instant) const { return spell_(Type::Instant(), {instant, true}); }
  // The instant of an element of a list of events, or the element itself where it is one; a record by its key.
  std::string SpellElement(ir::ValueId list, int64_t element) const;

  // The rules as written, on one line.
  std::string Source(Span span) const;
  std::string Word(std::string_view en, std::string_view ja) const { return std::string(In(language_, en, ja)); }
  // Of a condition that is unknown.
  std::string CountsAsNo() const { return Word(" (counts as no)", "(偽として扱います)"); }

 private:
  const Compiled& compiled_;
  const vm::RunContext& context_;
  const ir::Kernel& kernel_;
  const lower::ItemTrace& trace_;
  FileId file_;
  const vm::Interpreter& interpreter_;
  Language language_;
  Speller spell_;
  std::unordered_map<const ast::Expr*, ir::ValueId> values_;
};

}  // namespace saiten::driver
