#include "compiler/analyse/analyses.h"

namespace saiten::analyse {

bool ReportEmptyRange(Facts& facts, diag::Sink& sink, const ast::RangeExpr* range, Location at) {
  if (!range || !range->low || !range->high) return false;
  const auto low = facts.ConstantOf(range->low);
  const auto high = facts.ConstantOf(range->high);
  if (!low || !high || !low->type.SameBase(high->type) || low->raw <= high->raw) return false;
  const std::string first(facts.Slice({at.file, range->low->span}));
  const std::string second(facts.Slice({at.file, range->high->span}));
  sink.Report(diag::Code::kEmptyRange, at, {first, second})
      .Fix("turn it round", "順序を入れ替える", {{at, second + ".." + first}}, diag::FixSafety::kUnsafe);
  return true;
}

}  // namespace saiten::analyse
