#include "compiler/lower/lower.h"

#include <algorithm>

#include "base/check.h"
#include "compiler/ast/version_name.h"
#include "compiler/ir/ranges.h"
#include "compiler/lower/flow_lowerer.h"
#include "compiler/lower/fuse.h"
#include "compiler/lower/lowerer.h"

namespace saiten::lower {
namespace {

using ir::ResultColumn;

ResultRef AddColumn(LowerResult& result, ObjectId object, ResultColumn column) {
  auto& columns = result.program.results[object.index()];
  columns.push_back(std::move(column));
  return {object, static_cast<uint32_t>(columns.size() - 1)};
}

bool HasOtherwise(std::span<const ast::MatchRow> rows) {
  return std::ranges::any_of(rows, [](const ast::MatchRow& row) {
    return std::ranges::any_of(row.patterns,
                               [](const ast::Pattern& p) { return p.kind == ast::Pattern::Kind::kOtherwise; });
  });
}

// Every result has its column before anything is lowered, so that declarations can read each other's.
void MakeColumns(const check::CheckedProgram& checked, const LowerOptions& options, LowerResult& result) {
  using Kind = ResultColumn::Kind;
  for (const check::ScoreInfo& score : checked.scores) {
    const std::string name(score.decl->name.text);
    const bool written = !ast::IsOldVersion(name);
    result.scores.push_back(AddColumn(
        result, score.object, {.kind = Kind::kScore, .name = name, .type = Type::Points(), .written = written}));
    result.bands.push_back(result.scores.back());
    if (!score.decl->bands) continue;
    result.bands.back() = AddColumn(result, score.object,
                                    {.kind = Kind::kBand,
                                     .name = name,
                                     .column = std::string(score.decl->bands->name.text),
                                     .type = Type::Enum(score.bands),
                                     .written = written});
  }
  for (const check::GridInfo& grid : checked.grids) {
    const bool total = HasOtherwise(grid.decl->rows);
    result.grids.push_back(AddColumn(result, grid.object,
                                     {.kind = Kind::kGrid,
                                      .name = std::string(grid.decl->name.text),
                                      .type = Type::Enum(grid.labels).Optional(!total),
                                      .written = !ast::IsOldVersion(grid.decl->name.text)}));
  }
  for (const check::TableInfo& table : checked.tables) {
    auto& columns = result.tables.emplace_back();
    for (size_t i = 0; i < table.columns.size(); ++i) {
      if (table.columns[i].is(TypeKind::kText)) {
        columns.emplace_back();
        continue;
      }
      columns.push_back(AddColumn(result, table.object,
                                  {.kind = Kind::kTable,
                                   .name = std::string(table.decl->name.text),
                                   .column = std::string(table.decl->gives[i].text),
                                   .type = table.columns[i],
                                   .written = false}));
    }
  }
  for (const check::SegmentInfo& segment : checked.segments) {
    result.segments.push_back(AddColumn(result, segment.object,
                                        {.kind = Kind::kSegment,
                                         .name = std::string(segment.decl->name.text),
                                         .type = Type::Bool(),
                                         .written = !ast::IsOldVersion(segment.decl->name.text)}));
  }
  for (const Extra& extra : options.extras) {
    result.extras.push_back(AddColumn(result, extra.object,
                                      {.kind = Kind::kInternal,
                                       .name = "expression",
                                       .type = checked.TypeOf(extra.expr).Optional(),
                                       .written = false}));
  }
}

}  // namespace

LowerResult Lower(const check::CheckedProgram& checked, const LowerOptions& options) {
  LowerResult result;
  result.program = ir::EmptyProgram(checked.catalog);
  MakeColumns(checked, options, result);
  const rt::Zone* zone = nullptr;
  if (!checked.catalog.timezone.empty()) {
    auto found = rt::Zone::Find(checked.catalog.timezone);
    SAITEN_CHECK(found.ok());  // the checker refuses a zone that does not exist
    zone = *found;
  }
  Shared shared{checked, result, zone};
  std::vector<Item> items;
  std::vector<ItemTrace*> places;  // where the trace of each item goes
  result.trace.scores.resize(checked.scores.size());
  result.trace.grids.resize(checked.grids.size());
  result.trace.tables.resize(checked.tables.size());
  result.trace.segments.resize(checked.segments.size());
  result.trace.extras.resize(options.extras.size());
  for (const check::Computed& computed : checked.order) {
    const uint32_t i = computed.index;
    switch (computed.kind) {
      case check::Computed::Kind::kScore: {
        const check::ScoreInfo& info = checked.scores[i];
        items.push_back(Lowerer(shared, info.object, info.file).Score(info, i));
        places.push_back(&result.trace.scores[i]);
        break;
      }
      case check::Computed::Kind::kGrid: {
        const check::GridInfo& info = checked.grids[i];
        items.push_back(Lowerer(shared, info.object, info.file).Grid(info, i));
        places.push_back(&result.trace.grids[i]);
        break;
      }
      case check::Computed::Kind::kTable: {
        const check::TableInfo& info = checked.tables[i];
        items.push_back(Lowerer(shared, info.object, info.file).Table(info, i));
        places.push_back(&result.trace.tables[i]);
        break;
      }
      case check::Computed::Kind::kSegment: {
        const check::SegmentInfo& info = checked.segments[i];
        items.push_back(Lowerer(shared, info.object, info.file).Segment(info, i));
        places.push_back(&result.trace.segments[i]);
        break;
      }
    }
  }
  for (size_t i = 0; i < options.extras.size(); ++i) {
    const Extra& extra = options.extras[i];
    items.push_back(Lowerer(shared, extra.object, extra.file).Value(extra.expr, result.extras[i].column));
    places.push_back(&result.trace.extras[i]);
  }
  if (!checked.flows.empty() || options.all_roles) FlowLowerer(shared, items).Run(options.all_roles);
  Fuse(items, result.program);
  for (size_t i = 0; i < places.size(); ++i) *places[i] = std::move(items[i].trace);
  for (size_t i = places.size(); i < items.size(); ++i) result.trace.levels.push_back(std::move(items[i].trace));
  result.program.literals.PrepareNfkc();
  ir::SetResultRanges(result.program);
  return result;
}

}  // namespace saiten::lower
