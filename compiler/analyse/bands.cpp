#include <fmt/format.h>

#include "compiler/analyse/analyses.h"
#include "runtime/decimal.h"
#include "runtime/decimal_text.h"

// Bands that no score can reach: from above everything the rules can add up to, or wholly below the least.
namespace saiten::analyse {
namespace {

using diag::Code;

std::string SpellReach(const Reach& reach) {
  const std::string low = reach.bounded_below() ? rt::FormatPoints(reach.low()) : "";
  const std::string high = reach.bounded_above() ? rt::FormatPoints(reach.high()) : "";
  return low == high ? low : low + ".." + high;
}

// What can be said of the totals beyond their bounds: each of them, or what they are multiples of.
void NoteTotals(diag::Sink::Builder& builder, const Reach& reach) {
  const auto* values = reach.values();
  if (values && values->size() <= 12) {
    std::string list;
    for (int64_t value : *values) list += (list.empty() ? "" : ", ") + rt::FormatPoints(value);
    builder.Note("the only totals are " + list, "取りうる合計は " + list + " だけです");
  } else if (reach.step() > 1000) {
    const std::string step = rt::FormatPoints(reach.step());
    builder.Note("every total is a multiple of " + step, "合計は必ず " + step + " の倍数です");
  }
}

void NoteParts(Facts& facts, FileId file, diag::Sink::Builder& builder, const ScoreReach& score) {
  if (score.parts.empty() || score.parts.size() > 6) return;
  std::string parts;
  for (const ScorePart& part : score.parts) {
    std::string text = facts.Written({file, part.item->span});
    if (auto* match = ast::As<ast::MatchRule>(part.item); match && match->match && !match->match->subjects.empty()) {
      text = "match " + facts.Written({file, match->match->subjects.front()->span});
    }
    if (auto* group = ast::As<ast::GroupRule>(part.item)) text = "group " + std::string(group->name.text);
    if (text.size() > 60) return;
    parts += fmt::format("{}`{}` {}", parts.empty() ? "" : ", ", text, SpellReach(part.reach));
  }
  builder.Note("the rules give: " + parts, "各ルールの点数: " + parts);
}

void CheckScore(Facts& facts, diag::Sink& sink, uint32_t index) {
  const check::ScoreInfo& info = facts.program().scores[index];
  const ast::ScoreDecl& decl = *info.decl;
  if (!decl.bands || !info.object.valid() || facts.IsBroken({info.file, decl.span})) return;
  const ScoreReach& score = facts.ReachOfScore(index);
  const auto bands = decl.bands->bands;
  for (size_t i = 0; i < bands.size(); ++i) {
    const ast::Band& band = bands[i];
    std::optional<int64_t> from;
    std::optional<int64_t> next;
    if (i > 0 && !(from = facts.MilliOf(band.from))) return;
    if (i + 1 < bands.size() && !(next = facts.MilliOf(bands[i + 1].from))) return;
    if (from && next && *from >= *next) return;  // out of order, which the checker reports
    const int64_t low = from.value_or(rt::kNumberMin);
    const int64_t high = next ? *next - 1 : rt::kNumberMax;
    if (score.reach.Meets(low, high)) continue;
    const std::string name(decl.name.text);
    auto builder = sink.Report(Code::kBandUnreachable, {info.file, band.name.span},
                               {std::string(band.name.text), name, SpellReach(score.reach)});
    if (from && *from > score.reach.high()) {
      builder.Caret("starts at " + rt::FormatPoints(*from), rt::FormatPoints(*from) + "から始まります");
    } else if (next && *next <= score.reach.low()) {
      builder.Caret("ends below " + rt::FormatPoints(*next), rt::FormatPoints(*next) + "未満です");
    }
    // The limit is to blame only if the rules alone would get there.
    if (decl.limits.max && low > score.reach.high() && score.before_limits.Meets(low, high)) {
      builder.Other({info.file, decl.limits.max->span}, "`max` keeps the score below it", "`max` に抑えられています");
    } else if (decl.limits.min && high < score.reach.low() && score.before_limits.Meets(low, high)) {
      builder.Other({info.file, decl.limits.min->span}, "`min` keeps the score above it", "`min` で底上げされています");
    } else if (decl.formula) {
      builder.Other({info.file, decl.formula->span}, "this gives " + SpellReach(score.before_limits),
                    "この式の範囲は " + SpellReach(score.before_limits) + " です");
    } else {
      builder.Other({info.file, decl.name.span}, "its rules give " + SpellReach(score.before_limits),
                    "ルールの合計は " + SpellReach(score.before_limits) + " です");
      NoteParts(facts, info.file, builder, score);
    }
    NoteTotals(builder, score.reach);
  }
}

}  // namespace

void AnalyseBands(Facts& facts, diag::Sink& sink) {
  for (uint32_t i = 0; i < facts.program().scores.size(); ++i) CheckScore(facts, sink, i);
}

}  // namespace saiten::analyse
