#include "driver/why.h"

#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "driver/leaves.h"
#include "driver/why_reader.h"
#include "driver/why_score.h"
#include "runtime/decimal_text.h"
#include "vm/interp/interp.h"

namespace saiten::driver {
namespace {

using lower::ItemTrace;

// One interpreter for each kernel that is asked about, already at the record.
class Interpreters {
 public:
  Interpreters(const vm::RunContext& context, rt::Results& results, size_t row)
      : context_(context), results_(results), row_(row) {}
  vm::Interpreter& At(uint32_t kernel) {
    auto& slot = all_[kernel];
    if (!slot) {
      slot = std::make_unique<vm::Interpreter>(context_, kernel, results_);
      slot->RecordBlocks();
      vm::TrapLog ignored;  // the run has counted them
      slot->Evaluate(row_, ignored);
    }
    return *slot;
  }

 private:
  const vm::RunContext& context_;
  rt::Results& results_;
  size_t row_;
  std::map<uint32_t, std::unique_ptr<vm::Interpreter>> all_;
};

std::string LabelOf(const ast::Decl& decl) {
  const auto* label = ast::As<ast::TextLit>(decl.meta.label);
  return label ? std::string(label->plain()) : std::string();
}

// The row of a grid or table that fits.
void ExplainRows(const WhyReader& read, std::span<const ast::MatchRow> rows, std::span<const ast::Expr* const> subjects,
                 std::vector<WhyLine>& lines) {
  for (size_t i = 0; i < rows.size() && i < read.trace().conditions.size(); ++i) {
    if (!read.IsTrue(read.trace().conditions[i])) continue;
    lines.push_back({.text = read.Source(rows[i].span), .values = read.Saw(subjects)});
    return;
  }
  lines.push_back(
      {.text = read.Word("no row fits", "当てはまる行がありません"), .values = read.Saw(subjects), .took = false});
}

// All clauses of a member; of others the clauses up to the first that fails.
void ExplainSegment(const WhyReader& read, const ast::Expr* condition, std::vector<WhyLine>& lines) {
  for (const ast::Expr* clause : ClausesOf(condition)) {
    const std::optional<CallValue> value = read.ValueOf(clause);
    const bool holds = value && value->known && value->value != 0;
    lines.push_back({.text = read.Source(clause->span),
                     .values = read.Saw(std::span(&clause, 1)),
                     .remark = value && !value->known ? read.CountsAsNo() : "",
                     .took = holds});
    if (value && !holds) return;
  }
}

// Bands that are left later than they are reached (sem SC7): what the run before has to do with it.
void ExplainBand(const WhyReader& read, const ast::Bands& bands, std::vector<WhyLine>& lines) {
  if (!read.trace().previous_band.valid()) return;
  const CallValue before = read.interpreter().ValueOf(read.trace().previous_band);
  const int64_t pure = read.Milli(read.trace().pure_band);
  const int64_t band = read.Milli(read.trace().band);
  if (!before.known || before.value <= pure) return;
  const std::string previous = read.Spell(read.trace().previous_band);
  std::string remark = fmt::format(fmt::runtime(read.Word("{} before", "直前は {}")), previous);
  const bool kept = band != pure;
  // What kept it; or the bound that it fell under, of the highest band that it could have stayed in.
  int64_t by = kept ? band : before.value;
  while (by > pure && !bands.bands[static_cast<size_t>(by)].leave_below) --by;
  const ast::Band& written = bands.bands[static_cast<size_t>(by)];
  if (!written.leave_below) return;
  const std::string bound = read.Source(written.leave_below->span);
  remark += fmt::format(fmt::runtime(kept ? read.Word(", {} is not below {}", "、{} は {} を下回らない")
                                          : read.Word(", {} is below {}", "、{} は {} を下回る")),
                        rt::FormatPoints(read.Value().value), bound);
  lines.push_back(
      {.text = fmt::format(
           fmt::runtime(kept ? read.Word("{} kept by `leave below {}`", "`leave below {1}` により {0} のまま")
                             : read.Word("{} left by `leave below {}`", "`leave below {1}` により {0} を離れた")),
           written.name.text, bound),
       .remark = std::move(remark),
       .took = kept});
}

// What a table gives: one value, or several in brackets; nothing where a column is only computed on demand.
std::string Columns(const WhyReader& read) {
  std::vector<std::string> values;
  for (const ir::ValueId column : read.trace().columns) {
    if (!column.valid()) return {};
    values.push_back(read.Spell(column));
  }
  return values.size() == 1 ? values[0] : fmt::format("({})", fmt::join(values, ", "));
}

}  // namespace

Why Explain(const Compiled& compiled, const lower::LowerResult& lowered, const vm::RunContext& context,
            rt::Results& results, ObjectId object, size_t row, const WhyOptions& options) {
  const check::CheckedProgram& checked = compiled.checked;
  const rt::Keys& keys = context.table(object).keys;
  Why why{.object = checked.catalog[object].name,
          .key = keys.Spell(row),
          .as_of = context.now(),
          .zone = checked.catalog.timezone};
  Interpreters interpreters(context, results, row);
  auto wanted = [&](const ast::Decl& decl, ObjectId of) {
    return of == object && (options.rule.empty() || options.rule == decl.name.text);
  };
  auto begin = [&](WhyItem::Kind kind, const ast::Decl& decl) {
    WhyItem item;
    item.kind = kind;
    item.name = decl.name.text;
    item.label = LabelOf(decl);
    return item;
  };

  // Scores in the order in which they build on each other.
  for (const check::Computed& computed : checked.order) {
    switch (computed.kind) {
      case check::Computed::Kind::kScore: {
        const check::ScoreInfo& info = checked.scores[computed.index];
        const std::string_view bands = info.decl->bands ? info.decl->bands->name.text : std::string_view();
        if (info.object != object ||
            (!options.rule.empty() && options.rule != info.decl->name.text && options.rule != bands))
          break;
        const ItemTrace& trace = lowered.trace.scores[computed.index];
        WhyItem item = begin(WhyItem::Kind::kScore, *info.decl);
        const WhyReader read(compiled, context, trace, info.file, interpreters.At(trace.kernel), options.language);
        item.points = read.Value().value;
        item.value = rt::FormatPoints(*item.points);
        if (info.bands.valid()) {
          const lower::ResultRef ref = lowered.bands[computed.index];
          const rt::Column& column = results.columns[ref.object.index()][ref.column];
          if (column.Known(row))
            item.band = checked.catalog[info.bands].members[static_cast<size_t>(column.Raw(row))].name;
        }
        ExplainScore(read, *info.decl, options.every_occurrence, item.lines);
        if (info.decl->bands) ExplainBand(read, *info.decl->bands, item.lines);
        why.items.push_back(std::move(item));
        break;
      }
      case check::Computed::Kind::kGrid: {
        const check::GridInfo& info = checked.grids[computed.index];
        if (!wanted(*info.decl, info.object)) break;
        const ItemTrace& trace = lowered.trace.grids[computed.index];
        WhyItem item = begin(WhyItem::Kind::kGrid, *info.decl);
        const WhyReader read(compiled, context, trace, info.file, interpreters.At(trace.kernel), options.language);
        item.value = read.Spell(trace.value);
        ExplainRows(read, info.decl->rows, info.decl->subjects, item.lines);
        why.items.push_back(std::move(item));
        break;
      }
      case check::Computed::Kind::kTable: {
        const check::TableInfo& info = checked.tables[computed.index];
        if (!wanted(*info.decl, info.object)) break;
        const ItemTrace& trace = lowered.trace.tables[computed.index];
        WhyItem item = begin(WhyItem::Kind::kTable, *info.decl);
        const WhyReader read(compiled, context, trace, info.file, interpreters.At(trace.kernel), options.language);
        item.value = Columns(read);
        ExplainRows(read, info.decl->rows, info.decl->subjects, item.lines);
        why.items.push_back(std::move(item));
        break;
      }
      case check::Computed::Kind::kSegment: {
        const check::SegmentInfo& info = checked.segments[computed.index];
        if (!wanted(*info.decl, info.object)) break;
        const ItemTrace& trace = lowered.trace.segments[computed.index];
        WhyItem item = begin(WhyItem::Kind::kSegment, *info.decl);
        const WhyReader read(compiled, context, trace, info.file, interpreters.At(trace.kernel), options.language);
        const CallValue member = read.Value();
        item.value = In(options.language, member.known && member.value ? "member" : "not a member",
                        member.known && member.value ? "該当" : "非該当");
        ExplainSegment(read, info.decl->condition, item.lines);
        why.items.push_back(std::move(item));
        break;
      }
    }
  }
  return why;
}

}  // namespace saiten::driver
