#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "compiler/analyse/analyses.h"
#include "compiler/analyse/row_checker.h"
#include "compiler/analyse/walk.h"

// Rows of `match`, grids and tables: what they take twice, never or not at all (sem SC2, SC3a).
namespace saiten::analyse {

using Kind = ast::Pattern::Kind;
using diag::Code;

RowChecker::RowChecker(Facts& facts, diag::Sink& sink, FileId file, Place place,
                       std::span<const ast::Expr* const> subjects, std::span<const ast::MatchRow> rows)
    : facts_(facts), sink_(sink), file_(file), place_(place), rows_(rows) {
  for (const ast::Expr* subject : subjects) {
    subjects_.push_back(facts.SubjectOf(subject));
    broken_ |= !subject || subjects_.back().type.is_error();
  }
  for (const ast::MatchRow& row : rows) shapes_.push_back(facts.ShapeOf(row, subjects_));
}

void RowChecker::Join(Region& region, const Region& more) const {
  for (const Box& box : more) {
    // Over one subject a single set holds everything, however many rows there are.
    if (subjects_.size() == 1 && !region.empty()) {
      region[0][0] = region[0][0].Union(box[0]);
    } else {
      region.push_back(box);
    }
  }
}

Span RowChecker::PatternSpan(const ast::MatchRow& row) const {
  Span span = row.span;
  if (!row.patterns.empty()) span = row.patterns.front().span.To(row.patterns.back().span);
  return span;
}

std::string RowChecker::ResultOf(const ast::MatchRow& row) const {
  auto* tuple = ast::As<ast::ListExpr>(row.result);
  if (!tuple || tuple->items.empty()) return row.result ? facts_.Written(At(row.result->span)) : std::string();
  std::string text;
  for (const ast::Expr* item : tuple->items) {
    text += (text.empty() ? "" : ", ") + (item ? facts_.Written(At(item->span)) : std::string());
  }
  return "(" + text + ")";
}

bool RowChecker::SameResult(const ast::MatchRow& a, const ast::MatchRow& b) const {
  const auto left = facts_.ConstantOf(a.result);
  const auto right = facts_.ConstantOf(b.result);
  if (left && right && left->type.SameBase(right->type)) return left->raw == right->raw;
  return ResultOf(a) == ResultOf(b);
}

std::vector<std::pair<std::string, std::string>> RowChecker::Example(const Box& box) const {
  std::vector<std::pair<std::string, std::string>> record;
  for (size_t i = 0; i < subjects_.size(); ++i) {
    record.emplace_back(facts_.Written(At(subjects_[i].expr->span)), facts_.SpellSample(subjects_[i], box[i]));
  }
  return record;
}

std::string RowChecker::ExampleText(const Box& box) const {
  std::string text;
  for (const auto& [name, value] : Example(box)) text += (text.empty() ? "" : ", ") + name + ": " + value;
  return text;
}

const ast::MatchRow* RowChecker::FirstTaking(const Region& region, size_t before) const {
  for (size_t i = 0; i < before; ++i) {
    if (shapes_[i].exact && !Intersect(shapes_[i].region, region).empty()) return &rows_[i];
  }
  return nullptr;
}

std::string RowChecker::SpellInterval(const Subject& subject, const Interval& interval) const {
  const Interval all = ValueSet::AllKnown().intervals()[0];
  const std::string low = interval.low == all.low ? "" : facts_.Spell(subject, interval.low);
  const std::string high = interval.high == all.high ? "" : facts_.Spell(subject, interval.high);
  return interval.low == interval.high ? low : low + ".." + high;
}

void RowChecker::CheckNeverSeen(const ast::MatchRow& row) {
  for (const ast::Pattern& pattern : row.patterns) {
    std::span<const ast::Pattern> cells(&pattern, 1);
    if (pattern.kind == Kind::kTuple) cells = pattern.items;
    if (cells.size() != subjects_.size()) continue;
    for (size_t i = 0; i < cells.size(); ++i) {
      const ast::Pattern& cell = cells[i];
      // `unknown` for a value that is always known is the checker's to report.
      if (cell.kind == Kind::kUnknown || cell.kind == Kind::kAny || cell.kind == Kind::kOtherwise) continue;
      const Facts::RowShape shape = facts_.ShapeOf(cell, {subjects_[i]});
      if (!shape.exact || !shape.region.empty()) continue;
      auto* range = cell.kind == Kind::kRange ? ast::As<ast::RangeExpr>(Bare(cell.value)) : nullptr;
      if (!ReportEmptyRange(facts_, sink_, range, At(cell.span))) ReportNeverSeen(cell, subjects_[i]);
    }
  }
}

void RowChecker::ReportNeverSeen(const ast::Pattern& cell, const Subject& subject) {
  const std::string name = facts_.Written(At(subject.expr->span));
  auto builder = sink_.Report(Code::kNeverSeen, At(cell.span), {facts_.Written(At(cell.span)), name});
  builder.Other(At(subject.expr->span), "the value that is matched", "調べる値");
  const auto& intervals = subject.domain.intervals();
  if (intervals.empty() || subject.type.is(TypeKind::kText)) return;
  if (subject.type.is(TypeKind::kEnum)) {
    std::string members;
    for (const Interval& interval : intervals) {
      for (int64_t i = interval.low; i <= interval.high; ++i) {
        members += (members.empty() ? "`" : ", `") + facts_.Spell(subject, i) + "`";
      }
    }
    builder.Note(fmt::format("`{}` can be {}", name, members), fmt::format("`{}` が取りうる値: {}", name, members));
    return;
  }
  const std::string range = SpellInterval(subject, {intervals.front().low, intervals.back().high});
  builder.Note(fmt::format("`{}` lies in `{}`", name, range), fmt::format("`{}` の範囲は `{}` です", name, range));
}

void RowChecker::CheckRow(size_t index) {
  const ast::MatchRow& row = rows_[index];
  const Facts::RowShape& shape = shapes_[index];
  if (!shape.exact || shape.region.empty()) return;
  Region taken = taken_;
  if (Covers(taken, shape.region)) {
    auto builder = sink_.Report(Code::kDeadRow, At(PatternSpan(row)));
    if (shape.is_otherwise) {
      builder.Caret("the rows above take every value", "上の行ですべての値が決まります");
    } else if (place_ == Place::kSteps) {
      builder.Caret("so nobody gets to its steps", "この行のステップには誰も進みません");
    } else {
      builder.Caret(fmt::format("so `{}` is never given", ResultOf(row)),
                    fmt::format("`{}` になることはありません", ResultOf(row)));
    }
    if (const ast::MatchRow* first = FirstTaking(shape.region, index); first && !shape.is_otherwise) {
      builder.Other(At(PatternSpan(*first)), "taken by this row, which stands first", "先にこの行に当てはまります");
      builder.Counterexample(Example(shape.region[0]));
      builder.Note("the first row that fits wins; put the narrower row above the wider one",
                   "最初に当てはまる行だけが使われます。範囲の狭い行を上に置いてください");
    }
    return;
  }
  if (shape.is_otherwise) return;
  Region alive;
  for (const ast::Pattern& pattern : row.patterns) {
    const Facts::RowShape one = facts_.ShapeOf(pattern, subjects_);
    if (row.patterns.size() > 1 && one.exact && !one.region.empty() && Covers(taken, one.region)) {
      auto builder = sink_.Report(Code::kRepeatedValue, At(pattern.span), {facts_.Written(At(pattern.span))});
      const ast::MatchRow* first = FirstTaking(one.region, index);
      builder.Other(At(PatternSpan(first ? *first : row)), "it is taken here, first", "先にここで当てはまります");
      builder.Counterexample(Example(one.region[0]));
    } else {
      alive.insert(alive.end(), one.region.begin(), one.region.end());
    }
    Join(taken, one.region);
  }
  // Only a row that meets one above it needs a second look.
  if (place_ != Place::kSteps && !Intersect(taken_, alive).empty()) CheckOverlap(index, alive);
}

void RowChecker::CheckOverlap(size_t index, const Region& alive) {
  const ast::MatchRow& row = rows_[index];
  for (size_t i = 0; i < index; ++i) {
    if (!shapes_[i].exact || shapes_[i].is_otherwise) continue;
    // A narrower row above a wider one is how exceptions and ladders are written. (Asked first: it is the usual case,
    // and what the rows above leave grows with each of them.)
    const Region common = Intersect(shapes_[i].region, alive);
    if (common.empty() || Covers(alive, shapes_[i].region) || SameResult(rows_[i], row)) continue;
    Region before;
    for (size_t above = 0; above < i; ++above) {
      if (shapes_[above].exact) Join(before, Intersect(shapes_[above].region, common));
    }
    const auto effective = Minus(common, before);
    if (!effective || effective->empty()) continue;
    // Shown is what makes two rows meet, not where a value is unknown.
    const Box& shared = effective->front();
    auto builder = sink_.Report(Code::kRowsOverlap, At(PatternSpan(row)), {ExampleText(shared)});
    builder.Caret(fmt::format("would give `{}`, but stands second", ResultOf(row)),
                  fmt::format("`{}` になるはずですが、後の行です", ResultOf(row)));
    builder.Other(At(PatternSpan(rows_[i])), fmt::format("this row wins and gives `{}`", ResultOf(rows_[i])),
                  fmt::format("先のこの行が使われ、`{}` になります", ResultOf(rows_[i])));
    if (subjects_.size() == 1 && row.patterns.size() == 1) {
      const ValueSet rest = alive[0][0].Minus(shapes_[i].region[0][0]).Known();
      if (rest.intervals().size() == 1 && shapes_[i].region.size() == 1 && alive.size() == 1) {
        const std::string text = SpellInterval(subjects_[0], rest.intervals()[0]);
        builder.Fix(fmt::format("say what it means: `{}`", text), fmt::format("実際の範囲 `{}` を書く", text),
                    {{At(PatternSpan(row)), text}});
      }
    }
    builder.Counterexample(Example(shared));
    return;
  }
}

void RowChecker::CheckGaps() {
  if (subjects_.size() != 1 || place_ == Place::kMatchAll || place_ == Place::kSteps) return;
  const Subject& subject = subjects_[0];
  const TypeKind kind = subject.type.kind;
  if (kind == TypeKind::kText || kind == TypeKind::kEnum || kind == TypeKind::kBool || subject.is_open) return;
  struct Piece {
    Interval interval;
    const ast::MatchRow* row;
    bool is_range;
  };
  std::vector<Piece> pieces;
  for (size_t i = 0; i < rows_.size(); ++i) {
    if (!shapes_[i].exact || shapes_[i].is_otherwise) return;
    for (const ast::Pattern& pattern : rows_[i].patterns) {
      for (const Box& box : facts_.ShapeOf(pattern, subjects_).region) {
        for (const Interval& interval : box[0].intervals()) {
          pieces.push_back({interval, &rows_[i], interval.low != interval.high});
        }
      }
    }
  }
  std::ranges::sort(pieces, {}, [](const Piece& piece) { return piece.interval.low; });
  const Piece* below = nullptr;
  for (const Piece& piece : pieces) {
    if (below && piece.interval.low > below->interval.high && piece.interval.low - 1 > below->interval.high) {
      const Interval hole{below->interval.high + 1, piece.interval.low - 1};
      const ValueSet values = ValueSet::Range(hole.low, hole.high).Intersect(subject.domain);
      // Single values that are listed leave out others on purpose.
      if (!values.empty() && (piece.is_range || below->is_range)) {
        const ast::MatchRow* row = piece.row == below->row ? below->row : piece.row;
        const std::string text = SpellInterval(subject, values.intervals().front());
        auto builder = sink_.Report(Code::kRowGap, At(PatternSpan(*row)), {text});
        builder.Caret("goes on here", "次はここから始まります");
        builder.Other(At(PatternSpan(*below->row)), "ends here", "ここで終わります");
        builder.Counterexample(Example({values}));
        builder.Note("a value between the rows gives nothing; if that is meant, say so with `otherwise`",
                     "行の間の値は何にもなりません。意図どおりなら `otherwise` の行で示してください");
      }
    }
    if (!below || piece.interval.high > below->interval.high) below = &piece;
  }
}

void RowChecker::CheckMissing(Location at) {
  if (place_ != Place::kGrid && place_ != Place::kTable) return;
  if (subjects_.size() == 1 && !subjects_[0].type.is(TypeKind::kEnum) && !subjects_[0].type.is(TypeKind::kBool)) return;
  Region taken;
  std::vector<ValueSet> mentioned(subjects_.size());
  for (const Facts::RowShape& shape : shapes_) {
    if (!shape.exact) return;
    taken.insert(taken.end(), shape.region.begin(), shape.region.end());
    for (const Box& box : shape.region) {
      for (size_t i = 0; i < box.size(); ++i) {
        if (box[i] != subjects_[i].domain) mentioned[i] = mentioned[i].Union(box[i]);
      }
    }
  }
  Box wanted;
  for (size_t i = 0; i < subjects_.size(); ++i) {
    ValueSet known = subjects_[i].domain.Known();
    const bool closed = subjects_[i].type.is(TypeKind::kEnum) || subjects_[i].type.is(TypeKind::kBool);
    if (subjects_[i].type.is(TypeKind::kText)) known = known.Intersect(mentioned[i]);
    // Below the first and above the last number no row is expected (sem SC3a).
    if (!closed && !mentioned[i].intervals().empty()) {
      known =
          known.Intersect(ValueSet::Range(mentioned[i].intervals().front().low, mentioned[i].intervals().back().high));
    }
    wanted.push_back(known);
  }
  const auto rest = Minus({wanted}, taken);
  if (!rest || rest->empty()) return;
  auto builder = sink_.Report(Code::kMissingCase, at, {ExampleText(rest->front())});
  builder.Caret("unknown in this case", "この場合は不明になります");
  builder.Counterexample(Example(rest->front()));
  builder.Note("add a row for it, or `otherwise => ...`", "その場合の行か `otherwise => ...` を加えてください");
}

void RowChecker::CheckUnknown() {
  if (place_ != Place::kScoreMatch && place_ != Place::kTable) return;
  size_t otherwise = rows_.size();
  Region taken;
  for (size_t i = 0; i < rows_.size(); ++i) {
    if (shapes_[i].is_otherwise) {
      otherwise = std::min(otherwise, i);
    } else if (!shapes_[i].exact) {
      return;
    } else {
      taken.insert(taken.end(), shapes_[i].region.begin(), shapes_[i].region.end());
    }
  }
  if (otherwise == rows_.size()) return;
  const auto result = facts_.ConstantOf(rows_[otherwise].result);
  if (result && result->raw == 0) return;
  // `unknown, otherwise => ...` says so.
  if (std::ranges::find(rows_[otherwise].patterns, Kind::kUnknown, &ast::Pattern::kind) !=
      rows_[otherwise].patterns.end()) {
    return;
  }
  for (size_t i = 0; i < subjects_.size(); ++i) {
    if (!subjects_[i].domain.has_unknown()) continue;
    Box unknown = Facts::AllOf(subjects_)[0];
    for (ValueSet& set : unknown) set = set.Known();
    unknown[i] = ValueSet::Unknown();
    const auto rest = Minus({unknown}, taken);
    if (!rest || rest->empty()) continue;
    // Where every known value takes `otherwise`, too, it does not matter that this one is unknown.
    const auto matters = std::ranges::find_if(*rest, [&](Box box) {
      box[i] = subjects_[i].domain.Known();
      return !Intersect({box}, taken).empty();
    });
    if (matters == rest->end()) continue;
    const std::string name = facts_.Written(At(subjects_[i].expr->span));
    auto builder = sink_.Report(Code::kUnknownToOtherwise, At(PatternSpan(rows_[otherwise])), {name});
    builder.Caret(fmt::format("gives `{}` for it too", ResultOf(rows_[otherwise])),
                  fmt::format("不明でも `{}` になります", ResultOf(rows_[otherwise])));
    builder.Other(At(subjects_[i].expr->span), "may be unknown", "不明のことがあります");
    if (subjects_.size() == 1) {
      builder.Note("say it with a row of its own, `unknown => ...`, or with `unknown, otherwise => ...`",
                   "`unknown => ...` の行か `unknown, otherwise => ...` で明示してください");
    } else {
      builder.Note("say it with a row of its own, with `unknown` in this place",
                   "この位置を `unknown` にした行で明示してください");
    }
    builder.Counterexample(Example(*matters));
    return;
  }
}

void RowChecker::Run(Location at) {
  if (broken_ || subjects_.empty() || rows_.empty()) return;
  for (const ast::MatchRow& row : rows_) CheckNeverSeen(row);
  if (place_ != Place::kMatchAll) {
    for (size_t i = 0; i < rows_.size(); ++i) {
      CheckRow(i);
      if (shapes_[i].exact) Join(taken_, shapes_[i].region);
    }
  }
  CheckGaps();
  CheckMissing(at);
  CheckUnknown();
}

void AnalyseRows(Facts& facts, diag::Sink& sink) {
  using Place = RowChecker::Place;
  for (const auto& file : facts.program().files) {
    auto match = [&](const ast::Match& m, Place place) {
      if (facts.IsBroken({file->id, m.span})) return;
      RowChecker(facts, sink, file->id, m.all ? Place::kMatchAll : place, m.subjects, m.rows).Run({file->id, m.span});
    };
    for (const ast::Decl* decl : file->decls) {
      const bool broken = facts.IsBroken({file->id, decl->span});
      if (auto* grid = ast::As<ast::GridDecl>(decl); grid && !broken) {
        RowChecker(facts, sink, file->id, Place::kGrid, grid->subjects, grid->rows).Run({file->id, grid->name.span});
      }
      if (auto* table = ast::As<ast::TableDecl>(decl); table && !broken) {
        RowChecker(facts, sink, file->id, Place::kTable, table->subjects, table->rows)
            .Run({file->id, table->name.span});
      }
      std::unordered_set<const ast::Expr*> in_scores;
      if (auto* score = ast::As<ast::ScoreDecl>(decl)) {
        ForEachItem(score->items, [&](const ast::ScoreItem& item) {
          auto* rule = ast::As<ast::MatchRule>(&item);
          if (!rule || !rule->match) return;
          in_scores.insert(rule->match);
          match(*rule->match, Place::kScoreMatch);
        });
      }
      std::function<void(const ast::Expr*)> inner = [&](const ast::Expr* expr) {
        auto* m = ast::As<ast::Match>(expr);
        if (m && !in_scores.contains(expr)) match(*m, Place::kExpression);
        ForEachChild(expr, inner);
      };
      ForEachExpr(decl, inner);
    }
    for (const check::FlowInfo& flow : facts.program().flows) {
      if (flow.file != file->id) continue;
      for (const check::StepInfo& info : flow.steps) {
        auto* step = ast::As<ast::MatchStep>(info.step);
        if (!step || facts.IsBroken({file->id, step->span})) continue;
        std::vector<ast::MatchRow> rows;
        for (const ast::StepRow& row : step->rows) {
          rows.push_back({.patterns = row.patterns, .result = nullptr, .label = nullptr, .span = row.span});
        }
        RowChecker(facts, sink, file->id, Place::kSteps, step->subjects, rows).Run({file->id, step->span});
      }
    }
  }
}

}  // namespace saiten::analyse
