#include <algorithm>
#include <string>

#include "compiler/parse/mistake.h"
#include "compiler/parse/words.h"

namespace saiten::parse {
namespace {

using diag::Code;

// Words and signs that may have been left out, likely ones first.
constexpr Kind kInsertable[] = {
    Kind::kFor,    Kind::kOf,         Kind::kWhere, Kind::kWhen,  Kind::kPer,        Kind::kComma, Kind::kColon,
    Kind::kArrow,  Kind::kAssignSign, Kind::kBy,    Kind::kFrom,  Kind::kTo,         Kind::kLast,  Kind::kMost,
    Kind::kAt,     Kind::kWith,       Kind::kIn,    Kind::kEvery, Kind::kAnd,        Kind::kEq,    Kind::kStarts,
    Kind::kReason, Kind::kUp,         Kind::kElse,  Kind::kThen,  Kind::kPointsWord,
};

struct MissingValueRow {
  Kind kind;
  Code code;
};
// Values, by the first kind that fits: a condition takes them all, so it goes first.
constexpr MissingValueRow kValues[] = {
    {Kind::kTrue, Code::kMissingValue}, {Kind::kId, Code::kMissingName},        {Kind::kNumber, Code::kMissingNumber},
    {Kind::kText, Code::kMissingText},  {Kind::kPoints, Code::kMissingPoints},  {Kind::kDate, Code::kMissingTime},
    {Kind::kClock, Code::kMissingTime}, {Kind::kPercent, Code::kMissingNumber}, {Kind::kBlock, Code::kMissingBlock},
};

struct Gap {
  std::initializer_list<Kind> kinds;
  const char* shown;
};
// What may be missing before the next word.
const Gap kGaps[] = {
    {{Kind::kFor, Kind::kId}, "for ..."},
    {{Kind::kOf, Kind::kId}, "of ..."},
};

struct Ending {
  std::initializer_list<Kind> kinds;
  const char* shown;
};
// What the end of a line may lack.
const Ending kEndings[] = {
    {{Kind::kAssignSign, Kind::kTrue}, "= ..."},
    {{Kind::kBy, Kind::kId}, "by ..."},
    {{Kind::kColon, Kind::kId}, ": ..."},
    {{Kind::kArrow, Kind::kPoints}, "=> +5"},
    {{Kind::kArrow, Kind::kId}, "=> ..."},
    {{Kind::kWhen, Kind::kTrue}, "when ..."},
    {{Kind::kWhere, Kind::kTrue}, "where ..."},
    {{Kind::kFor, Kind::kId}, "for ..."},
    {{Kind::kOf, Kind::kId}, "of ..."},
    {{Kind::kFor, Kind::kId, Kind::kWhere, Kind::kTrue}, "for ... where ..."},
    {{Kind::kFor, Kind::kId, Kind::kBlock}, "for ... { }"},
    {{Kind::kIn, Kind::kNumber, Kind::kUnit}, "in ..."},
    {{Kind::kNumber, Kind::kUnit}, "3 days"},
    {{Kind::kUp, Kind::kTo, Kind::kNumber, Kind::kUnit}, "up to ..."},
    {{Kind::kPer, Kind::kUnit}, "per day"},
    {{Kind::kReason, Kind::kText}, "reason \"...\""},
    {{Kind::kTo, Kind::kId, Kind::kReason, Kind::kText}, "to ... reason \"...\""},
};

bool LacksWords(Attempt& attempt) {
  if (attempt.at_end() || attempt.at() == 0) return false;
  for (const Gap& gap : kGaps) {
    if (attempt.Gain(attempt.With(attempt.at(), 0, gap.kinds)) < 2) continue;
    const uint32_t end = attempt.SpanAt(-1).end;
    attempt.reporter().Report(Code::kMissingBefore, {end, end}, {gap.shown, attempt.TextAt(0)});
    return true;
  }
  return false;
}

bool LacksEnding(Attempt& attempt) {
  if (!attempt.at_end()) return false;
  for (const Ending& ending : kEndings) {
    if (attempt.Gain(attempt.With(attempt.at(), 0, ending.kinds)) < 2) continue;
    attempt.reporter().Report(Code::kMissingWord, attempt.End(), {ending.shown});
    return true;
  }
  return false;
}

// The place of what is missing: behind the word before it.
Span GapAt(Attempt& attempt) {
  const uint32_t end = attempt.at() > 0 ? attempt.SpanAt(-1).end : attempt.SpanAt(0).begin;
  return {end, end};
}

Verdict LacksWord(Attempt& attempt, Kind kind) {
  const std::string word(SpellingOf(kind));
  const bool sign = kind == Kind::kComma || kind == Kind::kColon;
  const Span gap = GapAt(attempt);
  auto report = attempt.at_end()
                    ? attempt.reporter().Report(Code::kMissingWord, gap, {word})
                    : attempt.reporter().Report(Code::kMissingBefore, attempt.SpanAt(0), {word, attempt.TextAt(0)});
  report.Fix("write `" + word + "`", "`" + word + "`を足す", {attempt.Insert(gap.end, sign ? word : " " + word)},
             diag::FixSafety::kUnsafe);
  attempt.Use(attempt.With(attempt.at(), 0, {kind}));
  return Verdict::kFixed;
}

// `+5 page_view`: the parser cannot tell an event from a condition.
Verdict LacksWhenOrPer(Attempt& attempt) {
  const Span gap = GapAt(attempt);
  const bool per = attempt.Gain(attempt.With(attempt.at(), 0, {Kind::kPer})) == 2;
  const bool when = attempt.Gain(attempt.With(attempt.at(), 0, {Kind::kWhen})) == 2;
  auto report = attempt.reporter().Report(Code::kMissingBefore, attempt.SpanAt(0),
                                          {per && when ? "per` / `when"
                                           : per       ? "per"
                                                       : "when",
                                           attempt.TextAt(0)});
  if (per) {
    report.Fix("write `per`: for every such event", "`per`を足す: イベントごと", {attempt.Insert(gap.end, " per")},
               diag::FixSafety::kUnsafe);
  }
  if (when) {
    report.Fix("write `when`: if this is true", "`when`を足す: 条件を満たすとき", {attempt.Insert(gap.end, " when")},
               diag::FixSafety::kUnsafe);
  }
  if (per && when) return Verdict::kTold;
  attempt.Use(attempt.With(attempt.at(), 0, {per ? Kind::kPer : Kind::kWhen}));
  return Verdict::kFixed;
}

// `Lead Source == Web`
Verdict SaySideBySide(Attempt& attempt) {
  attempt.reporter()
      .Report(Code::kSideBySide, attempt.SpanAt(-1).To(attempt.SpanAt(0)), {attempt.TextAt(-1), attempt.TextAt(0)})
      .Note("a name is one word, `lead_source` for instance; two conditions are joined by `and` or `or`",
            "名前は `lead_source` のように1語で書きます。二つの条件は `and` か `or` でつなぎます");
  return Verdict::kTold;
}

struct PlaceHelp {
  Rule entry;
  const char* en;
  const char* ja;
};
constexpr PlaceHelp kPlaces[] = {
    {Rule::kCalendarLine,
     "a line of a calendar is `mon..fri 09:00-18:00`, `except 2026-09-21 \"...\"` or `week starts monday`",
     "カレンダーの行は `mon..fri 09:00-18:00` `except 2026-09-21 \"...\"` `week starts monday` のどれかです"},
    {Rule::kEnumLine, "a member of an enum is a name and the spellings of the data: `Finance \"金融\" | \"金融業\"`",
     "enumの要素は名前とデータ上の表記です: `Finance \"金融\" | \"金融業\"`"},
    {Rule::kPropertyLine, "a property is `name: type`, then `key`, a label, `from \"column\"`",
     "プロパティは `名前: 型` のあとに `key`、ラベル、`from \"列\"` を書きます"},
    {Rule::kScoreLine, "a line of a score is `+5 when ...`, `+5 per EVENT`, `match`, `group`, `bands` or `granted`",
     "スコアの行は `+5 when ...` `+5 per イベント` `match` `group` `bands` `granted` のどれかです"},
    {Rule::kPointRows, "a row is `value, value => +5`; values are names, numbers, ranges `1..9`, comparisons `>= 5`",
     "行は `値, 値 => +5` です。値は名前、数、範囲 `1..9`、比較 `>= 5` です"},
    {Rule::kValueRows, "a row is `value, value => result`", "行は `値, 値 => 結果` です"},
    {Rule::kGridRows, "a row of a grid is `(>= P3, 50..) => name`", "gridの行は `(>= P3, 50..) => 名前` です"},
    {Rule::kTableRows, "a row of a table is `(value, value) => (result, result)`",
     "表の行は `(値, 値) => (結果, 結果)` です"},
    {Rule::kBandLine, "a band is `name \"label\" from 20`", "バンドは `名前 \"ラベル\" from 20` です"},
    {Rule::kRecordLine, "a field is `name: value`", "項目は `名前: 値` です"},
    {Rule::kTemplateLine,
     "a line of a template is `subject \"...\"`, `body \"\"\"...\"\"\"`, `from \"...\" as \"...\"`",
     "テンプレートの行は `subject \"...\"` `body \"\"\"...\"\"\"` `from \"...\" as \"...\"` などです"},
    {Rule::kWorkflowLine,
     "a line of a workflow is a clause (`on`, `goal`, `suppress` ...) or a step (`send`, `wait`, `set`, `task`, `if` "
     "...)",
     "ワークフローの行は句(`on` `goal` `suppress` など)かステップ(`send` `wait` `set` `task` `if` など)です"},
    {Rule::kOutcomeLine, "an outcome is `name => { ... }` or `else { ... }`",
     "結果は `名前 => { ... }` か `else { ... }` です"},
    {Rule::kSplitLine, "an arm of a split is `A 50% { ... }` or `holdout 10%`",
     "splitの枝は `A 50% { ... }` か `holdout 10%` です"},
    {Rule::kTestLine, "a line of a test is `now`, `after`, `set`, `expect`, an object or an event",
     "テストの行は `now` `after` `set` `expect`、オブジェクト、イベントのどれかです"},
};

// Words that belong to a score, but do not begin one of its lines.
bool IsForFirstLine(Kind kind) { return kind == Kind::kMax || kind == Kind::kMin || kind == Kind::kLet; }

// What may follow in a rule whose beginning is right.
void SayWhatFitsInRule(Attempt& attempt, diag::Sink::Builder& report) {
  const Kind first = attempt.items()[0].kind;
  const auto has = [&](Kind kind) {
    return std::ranges::find(attempt.items(), kind, &Item::kind) != attempt.items().end();
  };
  if (first == Kind::kPoints && has(Kind::kPer)) {
    report.Note(
        "behind the event: `where ...`, then `distinct by FIELD`, `at most 3 per day`, `in last 30 days`, `decay "
        "half-life 30 days`, `decay linear 25% every 30 days`, `expires after 30 days`, `max 20`, `min -20`",
        "イベントの後に書けるのは `where ...`、続けて `distinct by 項目` `at most 3 per day` `in last 30 days` `decay "
        "half-life 30 days` `decay linear 25% every 30 days` `expires after 30 days` `max 20` `min -20` です");
  } else if (first == Kind::kPoints) {
    report.Note("a rule is `+5 when CONDITION` or `+5 per EVENT`", "ルールは `+5 when 条件` か `+5 per イベント` です");
  } else if (first == Kind::kGroup) {
    report.Note("a group is `group NAME max 20 { ... }`", "グループは `group 名前 max 20 { ... }` です");
  } else if (first == Kind::kMax || first == Kind::kMin) {
    report.Note("the limits of a score stand in its first line: `score s for contact max 50 {`",
                "スコアの上限と下限は1行目に書きます: `score s for contact max 50 {`");
  } else if (first == Kind::kLet) {
    report.Note("a `let` stands by itself, outside of the score: `let x for contact = ...`",
                "`let` はスコアの外に単独で書きます: `let x for contact = ...`");
  }
}

}  // namespace

Verdict IsMissing(Attempt& attempt) {
  for (const MissingValueRow& row : kValues) {
    if (attempt.Gain(attempt.With(attempt.at(), 0, {row.kind})) < 2) continue;
    auto report = attempt.reporter().Report(row.code, GapAt(attempt));
    if (row.code == Code::kMissingName && attempt.items()[0].kind == Kind::kBands) {
      report.Note("bands have a name: `bands heat { cold  warm from 20  hot from 50 }`",
                  "バンドには名前が必要です: `bands heat { cold  warm from 20  hot from 50 }`");
    }
    if (row.kind != Kind::kBlock) return Verdict::kTold;
    attempt.Use(attempt.With(attempt.at(), 0, {Kind::kBlock}));
    return Verdict::kFixed;
  }
  for (Kind kind : kInsertable) {
    if (attempt.Gain(attempt.With(attempt.at(), 0, {kind})) < 2) continue;
    if (kind == Kind::kPer || kind == Kind::kWhen) return LacksWhenOrPer(attempt);
    const bool joins = kind == Kind::kAnd || kind == Kind::kIn || kind == Kind::kEq || kind == Kind::kStarts;
    if (joins && IsName(attempt.KindAt(0)) && IsName(attempt.KindAt(-1))) return SaySideBySide(attempt);
    return LacksWord(attempt, kind);
  }
  return LacksWords(attempt) || LacksEnding(attempt) ? Verdict::kTold : Verdict::kNo;
}

Verdict IsSuperfluous(Attempt& attempt) {
  if (attempt.at_end() || attempt.KindAt(0) == Kind::kBlock) return Verdict::kNo;
  std::vector<Item> changed = attempt.With(attempt.at(), 1, {});
  // Members and properties stand side by side without commas.
  const bool list = attempt.entry() == Rule::kPropertyLine || attempt.entry() == Rule::kEnumLine ||
                    attempt.entry() == Rule::kBandLine;
  if (attempt.KindAt(0) != Kind::kComma || !list) {
    if (attempt.Gain(changed) < 2) return Verdict::kNo;
  }
  const Span span = attempt.SpanAt(0);
  attempt.reporter()
      .Report(Code::kSuperfluous, span, {attempt.TextAt(0)})
      .Fix("remove it", "取り除く", {attempt.reporter().Replace(span, "")}, diag::FixSafety::kUnsafe);
  attempt.Use(std::move(changed));
  return Verdict::kFixed;
}

void SayWhatFits(Attempt& attempt) {
  auto report = attempt.at_end() ? attempt.reporter().Report(Code::kStatementEnds, attempt.End())
                                 : attempt.reporter().Report(Code::kDoesNotFit, attempt.SpanAt(0), {attempt.TextAt(0)});
  if (attempt.entry() == Rule::kScoreLine && (attempt.at() > 0 || IsForFirstLine(attempt.items()[0].kind))) {
    return SayWhatFitsInRule(attempt, report);
  }
  const bool line = attempt.entry() == Rule::kWorkflowLine || attempt.entry() == Rule::kTestLine ||
                    attempt.entry() == Rule::kTemplateLine;
  if (attempt.at() > 0 && line) return;  // the line was begun right
  const auto* place = std::ranges::find(kPlaces, attempt.entry(), &PlaceHelp::entry);
  if (place != std::end(kPlaces)) report.Note(place->en, place->ja);
}

}  // namespace saiten::parse
