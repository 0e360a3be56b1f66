#include "driver/why_reader.h"

#include <algorithm>

#include "driver/leaves.h"

namespace saiten::driver {
namespace {

constexpr size_t kClauseWidth = 88;
constexpr size_t kLeafWidth = 60;

}  // namespace

WhyReader::WhyReader(const Compiled& compiled, const vm::RunContext& context, const lower::ItemTrace& trace,
                     FileId file, const vm::Interpreter& interpreter, Language language)
    : compiled_(compiled),
      context_(context),
      kernel_(context.program().kernels[trace.kernel]),
      trace_(trace),
      file_(file),
      interpreter_(interpreter),
      language_(language),
      spell_{&compiled.checked.catalog, &interpreter.texts(), &context.data(), &context.zone(), language} {
  for (const lower::TracedExpr& traced : trace.exprs) {
    if (!traced.in_block) values_.try_emplace(traced.expr, traced.value);
  }
}

bool WhyReader::IsTrue(ir::ValueId id) const {
  const CallValue value = interpreter_.ValueOf(id);
  return value.known && value.value != 0;
}

std::string WhyReader::Source(Span span) const { return OneLine(compiled_.sources.Slice({file_, span}), kClauseWidth); }

std::optional<CallValue> WhyReader::ValueOf(const ast::Expr* expr) const {
  for (const ast::Expr* e : {expr, Bare(expr)}) {
    if (auto found = values_.find(e); found != values_.end()) return interpreter_.ValueOf(found->second);
  }
  return std::nullopt;
}

std::vector<WhyValue> WhyReader::Saw(std::span<const ast::Expr* const> exprs) const {
  std::vector<WhyValue> values;
  for (const ast::Expr* expr : exprs) {
    for (const ast::Expr* leaf : LeavesOf(expr, compiled_.checked)) {
      auto found = values_.find(leaf);
      if (found == values_.end() || kernel_[found->second].is_list) continue;
      WhyValue value{OneLine(compiled_.sources.Slice({file_, leaf->span}), kLeafWidth), Spell(found->second),
                     interpreter_.ValueOf(found->second).known};
      if (std::ranges::find(values, value) == values.end()) values.push_back(std::move(value));
    }
  }
  return values;
}

std::string WhyReader::SpellElement(ir::ValueId list, int64_t element) const {
  const Type type = TypeOf(list);
  if (type.is(TypeKind::kRef)) {
    const ObjectId object = type.object_id();
    return context_.catalog()[object].name + " " + context_.table(object).keys.Spell(static_cast<size_t>(element));
  }
  int64_t instant = element;
  if (type.is(TypeKind::kEvent)) instant = context_.series(type.event_id()).times[static_cast<size_t>(element)];
  return SpellInstant(instant);
}

}  // namespace saiten::driver
