#include "compiler/ast/print.h"
#include "compiler/ast/printer.h"

namespace saiten::ast {
namespace {

void AddLimits(Printer& out, const Limits& limits) { out.Add("max", limits.max).Add("min", limits.min); }

void AddOptions(Printer& out, const EventOptions& o) {
  out.Add("distinct", o.distinct_by).AddIf(o.distinct_latest, "latest");
  for (const AtMost& at_most : o.at_most) {
    out.Add("at-most").Add(std::to_string(at_most.count));
    if (at_most.kind == AtMost::Kind::kCalendar) out.Add("per", at_most.period);
    if (at_most.kind == AtMost::Kind::kRolling) out.Add("every", at_most.period);
  }
  out.Add("in", o.window);
  if (o.decay.kind != Decay::Kind::kNone) {
    out.Add("decay");
    out.Add(o.decay.kind == Decay::Kind::kLinear     ? "linear"
            : o.decay.kind == Decay::Kind::kCompound ? "compound"
                                                     : "half-life");
    out.Add(o.decay.percent).Add("every", o.decay.period);
  }
  if (o.has_expiry) out.Add("expires", o.expires_after);
}

void PrintItems(Printer& out, std::span<const ScoreItem* const> items);

void PrintItem(Printer& out, const ScoreItem& item) {
  switch (item.kind) {
    case ScoreItemKind::kWhen: {
      auto* rule = As<WhenRule>(&item);
      out.Line("when")
          .Add(rule->points)
          .Add(rule->condition)
          .Add("more", rule->more_points)
          .Add("every", rule->more_every);
      break;
    }
    case ScoreItemKind::kPer: {
      auto* rule = As<PerRule>(&item);
      out.Line("per").Add(rule->points).Add(TextOf(rule->source));
      AddOptions(out, rule->options);
      break;
    }
    case ScoreItemKind::kPerWithout: {
      auto* rule = As<PerWithoutRule>(&item);
      out.Line("per-without").Add(rule->points).Add(TextOf(rule->stretch)).Add(TextOf(rule->source));
      break;
    }
    case ScoreItemKind::kMatch: {
      const Match& match = *As<MatchRule>(&item)->match;
      out.Line(match.all ? "match-all" : "match");
      for (const Expr* subject : match.subjects) out.Add(subject);
      break;
    }
    case ScoreItemKind::kGroup:
      out.Line("group").Add(As<GroupRule>(&item)->name).Add("label", As<GroupRule>(&item)->label);
      break;
    case ScoreItemKind::kGranted:
      out.Line("granted");
      AddOptions(out, As<GrantedRule>(&item)->options);
      break;
  }
  AddLimits(out, item.limits);
  out.AddQuoted("docs", item.docs);
  out.In();
  if (auto* rule = As<MatchRule>(&item)) PrintRows(out, rule->match->rows);
  if (auto* group = As<GroupRule>(&item)) PrintItems(out, group->items);
  out.Out();
}

void PrintItems(Printer& out, std::span<const ScoreItem* const> items) {
  for (const ScoreItem* item : items) PrintItem(out, *item);
}

void PrintBands(Printer& out, const Bands& bands) {
  out.Line("bands").Add(bands.name).Add("label", bands.label);
  out.In();
  for (const Band& band : bands.bands) {
    out.Line("band")
        .Add(band.name)
        .Add("label", band.label)
        .Add("from", band.from)
        .Add("leave-below", band.leave_below);
  }
  out.Out();
}

void PrintScoreDecl(Printer& out, const ScoreDecl& score) {
  out.Add("for", score.object).AddIf(score.running, "running").Add("=", score.formula);
  AddLimits(out, score.limits);
  for (const Source& source : score.reset_on) out.Add("reset-on").Add(TextOf(source));
  out.In();
  PrintItems(out, score.items);
  if (score.bands) PrintBands(out, *score.bands);
  for (const Bands* bands : score.extra_bands) PrintBands(out, *bands);
  out.Out();
}

void AddAll(Printer& out, std::string_view key, std::span<const Expr* const> exprs) {
  for (const Expr* expr : exprs) out.Add(key, expr);
}

}  // namespace

void PrintRows(Printer& out, std::span<const MatchRow> rows) {
  for (const MatchRow& row : rows) {
    out.Line("row");
    for (const Pattern& pattern : row.patterns) out.Add(TextOf(pattern));
    out.Add("=>", row.result).Add("label", row.label);
  }
}

void PrintScore(Printer& out, const Decl& decl) {
  if (auto* score = As<ScoreDecl>(&decl)) return PrintScoreDecl(out, *score);
  if (auto* segment = As<SegmentDecl>(&decl)) {
    out.Add("for", segment->object).Add("where", segment->condition);
    return;
  }
  if (auto* e = As<EvaluateDecl>(&decl)) {
    out.Add("of", e->score).Add("as-of", e->as_of).Add("positive", e->positive).Add("exclude", e->exclude);
    return;
  }
  if (auto* grid = As<GridDecl>(&decl)) {
    out.Add("for", grid->object);
    AddAll(out, "by", grid->subjects);
    out.In();
    PrintRows(out, grid->rows);
    return out.Out();
  }
  auto* table = As<TableDecl>(&decl);
  out.Add("for", table->object);
  AddAll(out, "by", table->subjects);
  for (const Name& name : table->gives) out.Add("gives", name);
  out.In();
  PrintRows(out, table->rows);
  out.Out();
}

}  // namespace saiten::ast
