#include "compiler/parse/build_decl.h"
#include "compiler/parse/build_expr.h"
#include "compiler/parse/literals.h"

// Scores, grids, tables, segments and evaluations.
namespace saiten::parse {
namespace {

using ast::ScoreItem;
using diag::Code;

void BuildLimit(Context& context, const Node& limit, ast::Limits& limits) {
  const ast::Expr*& target = limit.Has(Kind::kMax) ? limits.max : limits.min;
  if (target) {
    context.reporter().Report(Code::kTwice, context.SpanOf(limit), {std::string(context.TextOf(limit.First()))});
  }
  target = BuildAmount(context, limit.Child(Rule::kAmount));
}

ast::Limits BuildLimits(Context& context, const Node& parent) {
  ast::Limits limits;
  for (const Node& limit : parent.Children(Rule::kLimit)) BuildLimit(context, limit, limits);
  return limits;
}

ast::AtMost BuildAtMost(Context& context, const Node& option) {
  ast::AtMost at_most{.count = BuildCount(context, option.Child(Kind::kNumber)), .span = context.SpanOf(option)};
  if (const Node unit = option.Child(Kind::kUnit)) {
    at_most.kind = ast::AtMost::Kind::kCalendar;
    at_most.period = {
        .count = 1, .unit = ReadUnit(context.TextOf(unit)).value_or(ast::TimeUnit::kDay), .span = context.SpanOf(unit)};
  } else if (const Node every = option.Child(Rule::kDuration)) {
    at_most.kind = ast::AtMost::Kind::kRolling;
    at_most.period = BuildDuration(context, every);
  }
  return at_most;
}

ast::Decay BuildDecay(Context& context, const Node& node) {
  ast::Decay decay{.span = context.SpanOf(node)};
  decay.kind = node.Has(Kind::kLinear)     ? ast::Decay::Kind::kLinear
               : node.Has(Kind::kCompound) ? ast::Decay::Kind::kCompound
                                           : ast::Decay::Kind::kHalfLife;
  decay.percent = BuildNumber(context, node.Child(Kind::kPercent));
  decay.period = BuildDuration(context, node.Child(Rule::kDuration));
  return decay;
}

// The options of an event rule; `max` and `min` among them go to `limits`.
ast::EventOptions BuildOptions(Context& context, const Node& parent, ast::Limits& limits) {
  ast::EventOptions options;
  std::vector<ast::AtMost> at_most;
  for (const Node& option : parent.Children(Rule::kOption)) {
    const Node first = option.First();
    bool twice = false;
    if (first.Is(Kind::kDistinct)) {
      twice = options.distinct_by != nullptr;
      options.distinct_by = BuildPath(context, option.Child(Rule::kPath));
      options.distinct_latest = option.Has(Kind::kLatest);
    } else if (first.Is(Kind::kAt)) {
      at_most.push_back(BuildAtMost(context, option));
    } else if (first.Is(Rule::kWindow)) {
      twice = options.window.kind != ast::Window::Kind::kNone;
      options.window = BuildWindow(context, first);
    } else if (first.Is(Kind::kDecay)) {
      twice = options.decay.kind != ast::Decay::Kind::kNone;
      options.decay = BuildDecay(context, option.Child(Rule::kDecay));
    } else if (first.Is(Kind::kExpires)) {
      twice = options.has_expiry;
      options.has_expiry = true;
      options.expires_after = BuildDuration(context, option.Child(Rule::kDuration));
    } else {
      BuildLimit(context, first, limits);
    }
    if (twice) {
      context.reporter().Report(Code::kTwice, context.SpanOf(option), {std::string(context.TextOf(first))});
    }
  }
  options.at_most = context.Copy(at_most);
  return options;
}

ScoreItem* BuildWhen(Context& context, const Node& node, Span span) {
  auto* rule = Make<ast::WhenRule>(context, span);
  rule->points = BuildPoints(context, node.Child(Rule::kPoints));
  rule->condition = BuildCondition(context, node.Child(Rule::kCondition));
  rule->more_points = BuildPoints(context, node.Child(Rule::kPoints, 1));
  rule->more_every = BuildDuration(context, node.Child(Rule::kDuration));
  rule->limits = BuildLimits(context, node);
  return rule;
}

ScoreItem* BuildPer(Context& context, const Node& node, Span span) {
  const ast::Expr* points = BuildPoints(context, node.Child(Rule::kPoints));
  if (const Node stretch = node.Child(Rule::kDuration)) {
    auto* rule = Make<ast::PerWithoutRule>(context, span);
    rule->points = points;
    rule->stretch = BuildDuration(context, stretch);
    rule->source = BuildSource(context, node.Child(Rule::kSource));
    rule->limits = BuildLimits(context, node);
    return rule;
  }
  auto* rule = Make<ast::PerRule>(context, span);
  rule->points = points;
  rule->source = BuildSource(context, node.Child(Rule::kSource));
  rule->options = BuildOptions(context, node, rule->limits);
  return rule;
}

// What a score or group holds.
struct Body {
  std::vector<const ScoreItem*> items;
  std::vector<const ast::Bands*> bands;
};

Body BuildBody(Context& context, uint32_t block);

const ast::Bands* BuildBands(Context& context, const Node& node, uint32_t block) {
  auto* bands = context.arena().New<ast::Bands>();
  bands->span = context.SpanOf(node);
  bands->name = context.NameOf(node.Child(Rule::kName));
  bands->label = BuildText(context, node.Child(Kind::kText));
  std::vector<ast::Band> found;
  context.ReadBlockAt(block, Rule::kBandLine, [&](const Node& line) {
    for (const Node& band : line.Children(Rule::kBand)) {
      if (!band.Child(Rule::kName)) continue;
      const Node from = band.Has(Kind::kFrom) ? band.Child(Rule::kAmount) : Node();
      const Node leave = band.Has(Kind::kLeave) ? band.Child(Rule::kAmount, from ? 1 : 0) : Node();
      found.push_back({.name = context.NameOf(band.Child(Rule::kName)),
                       .label = BuildText(context, band.Child(Kind::kText)),
                       .from = from ? BuildAmount(context, from) : nullptr,
                       .leave_below = leave ? BuildAmount(context, leave) : nullptr,
                       .span = context.SpanOf(band)});
    }
  });
  bands->bands = context.Copy(found);
  return bands;
}

ScoreItem* BuildGroup(Context& context, const Node& node, uint32_t block) {
  auto* group = Make<ast::GroupRule>(context, context.SpanOf(node));
  group->name = context.NameOf(node.Child(Rule::kName));
  group->label = BuildText(context, node.Child(Kind::kText));
  group->limits = BuildLimits(context, node);
  Body body = BuildBody(context, block);
  group->items = context.Copy(body.items);
  for (const ast::Bands* bands : body.bands) {
    context.reporter()
        .Report(Code::kNotInGroup, {bands->span.begin, bands->span.begin + 5}, {"bands"})
        .Note("`bands` stand in the score itself", "`bands`はスコアの直下に書きます");
  }
  for (const ScoreItem* item : body.items) {
    if (item->kind != ast::ScoreItemKind::kGroup) continue;
    context.reporter().Report(Code::kNotInGroup, {item->span.begin, item->span.begin + 5}, {"group"});
  }
  return group;
}

ScoreItem* BuildMatchRule(Context& context, const Node& node, Span span) {
  auto* rule = Make<ast::MatchRule>(context, span);
  auto* match = const_cast<ast::Match*>(
      BuildMatch(context, span, node.Child(Rule::kSubjects), node.Child(Kind::kBlock), Rule::kPointRows));
  match->all = node.Has(Kind::kAll);
  rule->match = match;
  rule->limits = BuildLimits(context, node);
  return rule;
}

// One line of a score; bands go to `body.bands`.
void BuildItem(Context& context, const Node& line, Body& body) {
  const Node item = line.Child(Rule::kScoreItem);
  const Node first = item.First();
  const bool ok = line.tree().ok;
  const uint32_t block = LastBlockOf(line.tree());
  const Span span = context.SpanOf(item);
  // A broken head may end before its rule begins; the first word still tells what the braces hold.
  const Kind word = line.tree().items[0].kind;
  const bool is_bands = first.Is(Rule::kBands) || (!first && word == Kind::kBands);
  const bool is_group = first.Is(Rule::kGroup) || (!first && word == Kind::kGroup);
  if (is_bands) return body.bands.push_back(BuildBands(context, first, block));
  ScoreItem* result = nullptr;
  if (is_group) {
    result = BuildGroup(context, first, block);
  } else if (!ok) {
    // A broken rule is left out, but what its braces hold is still looked at.
    if (word == Kind::kMatch && block != Token::kNoPartner) {
      BuildRows(context, block, Rule::kPointRows);
    }
    return;
  } else if (first.Is(Rule::kWhenRule)) {
    result = BuildWhen(context, first, span);
  } else if (first.Is(Rule::kPerRule)) {
    result = BuildPer(context, first, span);
  } else if (first.Is(Rule::kMatchRule)) {
    result = BuildMatchRule(context, first, span);
  } else {
    auto* granted = Make<ast::GrantedRule>(context, span);
    granted->options = BuildOptions(context, item, granted->limits);
    result = granted;
  }
  result->docs = context.DocsAbove(line.first_token());
  body.items.push_back(result);
}

Body BuildBody(Context& context, uint32_t block) {
  Body body;
  context.ReadBlockAt(block, Rule::kScoreLine, [&](const Node& line) { BuildItem(context, line, body); });
  return body;
}

std::vector<const ast::Expr*> BuildSubjects(Context& context, const Node& node) {
  std::vector<const ast::Expr*> subjects;
  for (const Node& subject : node.Children(Rule::kExpr)) subjects.push_back(BuildExpr(context, subject));
  return subjects;
}

}  // namespace

ast::Decl* BuildScore(Context& context, const DeclParts& parts) {
  auto* score = Make<ast::ScoreDecl>(context, parts.span);
  score->object = context.NameOf(parts.node.Child(Rule::kName));
  score->formula = BuildExpr(context, parts.node.Child(Rule::kExpr));
  std::vector<ast::Source> resets;
  for (const Node& option : parts.node.Children(Rule::kScoreOption)) {
    if (option.Has(Kind::kRunning)) score->running = true;
    if (const Node limit = option.Child(Rule::kLimit)) BuildLimit(context, limit, score->limits);
    for (const Node& source : option.Children(Rule::kSource)) resets.push_back(BuildSource(context, source));
  }
  score->reset_on = context.Copy(resets);
  Body body = BuildBody(context, parts.block);
  score->items = context.Copy(body.items);
  if (!body.bands.empty()) {
    score->bands = body.bands[0];
    score->extra_bands = context.Copy(std::vector<const ast::Bands*>(body.bands.begin() + 1, body.bands.end()));
  }
  return score;
}

ast::Decl* BuildGrid(Context& context, const DeclParts& parts) {
  auto* grid = Make<ast::GridDecl>(context, parts.span);
  grid->object = context.NameOf(parts.node.Child(Rule::kName));
  grid->subjects = context.Copy(BuildSubjects(context, parts.node));
  grid->rows = BuildRows(context, parts.block, Rule::kGridRows);
  return grid;
}

ast::Decl* BuildTable(Context& context, const DeclParts& parts) {
  auto* table = Make<ast::TableDecl>(context, parts.span);
  const std::vector<ast::Name> names = BuildNames(context, parts.node);
  if (!names.empty()) {
    table->object = names[0];
    table->gives = context.Copy(std::vector<ast::Name>(names.begin() + 1, names.end()));
  }
  table->subjects = context.Copy(BuildSubjects(context, parts.node));
  table->rows = BuildRows(context, parts.block, Rule::kTableRows);
  return table;
}

ast::Decl* BuildSegment(Context& context, const DeclParts& parts) {
  auto* segment = Make<ast::SegmentDecl>(context, parts.span);
  segment->object = context.NameOf(parts.node.Child(Rule::kName));
  segment->condition = BuildExpr(context, parts.node.Child(Rule::kExpr));
  return segment;
}

ast::Decl* BuildEvaluate(Context& context, const DeclParts& parts) {
  auto* evaluate = Make<ast::EvaluateDecl>(context, parts.span);
  evaluate->score = context.NameOf(parts.node.Child(Rule::kName));
  evaluate->as_of = BuildSum(context, parts.node.Child(Rule::kSum));
  evaluate->positive = BuildCondition(context, parts.node.Child(Rule::kCondition));
  evaluate->exclude = BuildCondition(context, parts.node.Child(Rule::kCondition, 1));
  return evaluate;
}

}  // namespace saiten::parse
